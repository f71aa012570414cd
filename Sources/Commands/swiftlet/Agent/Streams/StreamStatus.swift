import AgentAPI
import AgentServer
import JSONCoding

/// The end of a process's stream: a `metav1.Status` on channel 3, as the kubelet writes it.
enum StreamStatus {
    case success
    /// The command ran and ended with another status than 0.
    case exited(Int32)
    /// It could not be run.
    case failed(String)

    init(exitCode: Int32) {
        self = exitCode == 0 ? .success : .exited(exitCode)
    }

    /// The order of members is that of Go's struct.
    var bytes: [UInt8] {
        switch self {
        case .success: JSON.serialize(["metadata": [:], "status": "Success"])
        case .exited(let code):
            JSON.serialize([
                "metadata": [:], "status": "Failure",
                "message": JSONNode("command terminated with non-zero exit code: exit status \(code)"),
                "reason": "NonZeroExitCode",
                "details": ["causes": [["reason": "ExitCode", "message": JSONNode("\(code)")]]],
            ])
        case .failed(let reason):
            JSON.serialize([
                "metadata": [:], "status": "Failure",
                "message": JSONNode("Internal error occurred: error executing command in container: \(reason)"),
                "reason": "InternalError",
                "details": [
                    "causes": [["message": JSONNode("error executing command in container: \(reason)")]]
                ],
                "code": 500,
            ])
        }
    }

    /// A client that is gone hears nothing, and needs not.
    func tell(_ client: StreamClient) async {
        try? await client.send(bytes, on: StreamFrame.Channel.status)
    }
}
