import CLinux
import Glibc
import JSONCoding
import Linux
import OCISpec

/// Who answers for a filter's calls whose action is `SCMP_ACT_NOTIFY` (runtime-spec, "listenerPath").
///
/// The process that loads the filter sends the listener to the runtime, and the runtime passes it on: nothing of a
/// container's process is trusted with the socket. From then on the call that sent it may be answered by somebody; it itself
/// may not wait for an answer.
struct SeccompListener: Sendable {
    let path: String
    let metadata: String?

    /// Nil for a filter that notifies nobody.
    init?(_ section: RuntimeSpec.Linux.Seccomp?, _ annotations: CrunAnnotations) throws(RuntimeError) {
        let given = section?.listenerPath.flatMap { $0.isEmpty ? nil : $0 } ?? annotations.seccompReceiver
        let notifying = section?.syscalls?.filter { $0.action == .notify } ?? []
        guard let given else {
            if notifying.isEmpty && section?.listenerMetadata?.isEmpty != false { return nil }
            throw RuntimeError(
                .invalidConfiguration,
                "linux.seccomp: SCMP_ACT_NOTIFY and listenerMetadata need a listenerPath"
            )
        }
        guard given.hasPrefix("/") else {
            throw RuntimeError(.invalidConfiguration, "linux.seccomp.listenerPath \"\(given)\" is not absolute")
        }
        if section == nil { return nil }
        for name in ["sendmsg", "recvfrom"] where notifying.contains(where: { $0.names.contains(name) }) {
            throw RuntimeError(
                .unsupported,
                "linux.seccomp: SCMP_ACT_NOTIFY cannot be the action of \(name), by which the listener is handed over"
            )
        }
        path = given
        metadata = section?.listenerMetadata
    }

    /// What the receiver is told (runtime-spec, "ContainerProcessState").
    private struct ProcessState: Encodable {
        // Of this message, not of the specification.
        var ociVersion = "0.2.0"
        var fds = ["seccompFd"]
        var pid: Int32
        var metadata: String?
        var state: RuntimeState
    }

    /// Passes the listener of a process on.
    func send(_ listener: borrowing Descriptor, pid: Int32, state: RuntimeState) throws(RuntimeError) {
        let message: [UInt8]
        do { message = try JSON.encode(ProcessState(pid: pid, metadata: metadata, state: state)) } catch {
            throw RuntimeError(.failed, "encode the state for the seccomp listener: \(error)")
        }
        let number = listener.rawValue
        try step("send the seccomp listener") { () throws(SystemError) in
            let socket = try UnixSocket.make(type: Int32(SOCK_STREAM.rawValue))
            try UnixSocket.connect(socket, to: path)
            let target = socket.rawValue
            try retrying("sendmsg", path) { clinux_send_descriptor(target, number, message, UInt(message.count)) }
        }
    }
}
