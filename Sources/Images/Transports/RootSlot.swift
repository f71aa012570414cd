import OCISpec
import Synchronization

/// The root manifest of an image that is being written, once it has come.
final class RootSlot: Sendable {
    private let slot = Mutex<ContentDescriptor?>(nil)

    var value: ContentDescriptor? { slot.withLock { $0 } }

    func set(_ descriptor: ContentDescriptor) { slot.withLock { $0 = descriptor } }
}
