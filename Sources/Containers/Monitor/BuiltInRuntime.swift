import Glibc
import Linux

struct BuiltInRuntime {
    init(_ options: MonitorOptions) throws(MonitorFailure) { throw MonitorFailure("create", "not yet") }
    func create(_ streams: borrowing ContainerStreams) throws(MonitorFailure) -> pid_t { 0 }
    func start() throws(MonitorFailure) {}
    func killAll() {}
    func delete() throws(MonitorFailure) {}
    var hasOOMKill: Bool { false }
}
