import AgentServer
import Glibc
import Linux
import Logging
import Systemd

/// What the service manager handed over at the start, sorted by what it is for. What is not as its name says is refused: a
/// warning, and it is closed.
struct ServiceDescriptors: Sendable {
    /// Names of the socket units (`FileDescriptorName=`). The name, and nothing else, decides who may do what.
    private static let mainSocket = "swiftlet"
    private static let readOnlySocket = "swiftlet-ro"

    private(set) var sockets = InheritedSockets()
    /// pidfds of monitors, by the name under which they are kept.
    private(set) var monitors: [String: [Int32]] = [:]

    /// Belongs to the start of the process: the environment does not say any more afterwards what was handed over.
    init(logger: Logger) throws(SystemError) {
        for descriptor in try ServiceManager.inheritedDescriptors() {
            if let reason = try place(descriptor) {
                logger.warning(
                    "a descriptor of the service manager is refused: \(reason)",
                    metadata: ["name": "\(descriptor.name)", "descriptor": "\(descriptor.number)"]
                )
                close(descriptor.number)
            }
        }
    }

    /// Takes it; a sentence where it cannot.
    private mutating func place(_ descriptor: ServiceManager.InheritedDescriptor) throws(SystemError) -> String? {
        let (number, name) = (descriptor.number, descriptor.name)
        if name.hasPrefix(StoredMonitors.prefix) {
            guard try ProcessHandle.subject(of: number) != nil else { return "it is no process" }
            monitors[name, default: []].append(number)
            return nil
        }
        guard name == Self.mainSocket || name == Self.readOnlySocket else {
            return "its name is neither \(Self.mainSocket) nor \(Self.readOnlySocket)"
        }
        guard UnixSocket.isListening(number) else { return "it is no listening stream socket of the Unix domain" }
        if name == Self.mainSocket { sockets.main.append(number) } else { sockets.readOnly.append(number) }
        return nil
    }
}
