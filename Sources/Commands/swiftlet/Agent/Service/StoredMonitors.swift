import CLinux
import Glibc
import Linux
import MonitorClient
import Synchronization
import Systemd

/// The monitors' descriptors in the service manager's store.
final class StoredMonitors: MonitorKeeping {
    /// Of the names in the store.
    static let prefix = "monitor-"

    private enum Order: Sendable {
        /// The descriptor is closed by who carries it out.
        case store(Int32, name: String)
        case remove(name: String)
    }

    private struct State {
        var inherited: [String: [Int32]]
        /// Names of what is there, as far as this process knows.
        var stored: Set<String>
    }

    private let state: Mutex<State>
    private let orders: AsyncStream<Order>.Continuation

    /// Nil where no manager listens.
    init?(_ descriptors: ServiceDescriptors, link: ServiceLink) {
        guard ServiceManager.isListening else { return nil }
        state = Mutex(State(inherited: descriptors.monitors, stored: Set(descriptors.monitors.keys)))
        let (stream, continuation) = AsyncStream.makeStream(of: Order.self)
        orders = continuation
        // Lasts as long as we do. One after the other: what is stored and removed again must be told in that order.
        Task {
            for await order in stream {
                switch order {
                case .store(let descriptor, let name): await link.store(descriptor, name: name)
                case .remove(let name): await link.removeStored(name)
                }
            }
        }
    }

    deinit {
        orders.finish()
    }

    func keep(_ pidfd: Int32, of id: String) {
        // Ours may be closed before its turn comes. No descriptor left: not kept, and found by its file.
        let copy = clinux_fcntl_int(pidfd, F_DUPFD_CLOEXEC, 3)
        guard copy >= 0 else { return }
        let name = Self.name(id)
        state.withLock { state in
            state.stored.insert(name)
            orders.yield(.store(copy, name: name))
        }
    }

    func forget(_ id: String) { remove(Self.name(id)) }

    func takeInherited(_ id: String) -> [Int32] {
        state.withLock { $0.inherited.removeValue(forKey: Self.name(id)) } ?? []
    }

    /// To be called when everything inherited is in hand: what nobody has asked for belongs to no container any more.
    func releaseUnclaimed() {
        let unclaimed = state.withLock { state in
            defer { state.inherited = [:] }
            return state.inherited
        }
        for (name, descriptors) in unclaimed {
            for descriptor in descriptors { close(descriptor) }
            remove(name)
        }
    }

    private func remove(_ name: String) {
        state.withLock { state in
            if state.stored.remove(name) != nil { orders.yield(.remove(name: name)) }
        }
    }

    private static func name(_ id: String) -> String { ServiceManager.storeName(prefix + id) }
}
