extension AgentMethods {
    public static let podExecStream = Method<PodExecStreamRequest, StreamTicket>(
        "pod.execStream",
        "Prepares a command in a container whose input and output travel on a stream of their own.",
        role: .admin,
        faults: streamFaults
    )
    public static let podAttach = Method<PodAttachRequest, StreamTicket>(
        "pod.attach",
        "Prepares a stream of what a container's own process writes and, if asked, reads.",
        role: .admin,
        faults: streamFaults
    )
    public static let podPortForward = Method<PodPortForwardRequest, StreamTicket>(
        "pod.portForward",
        "Prepares connections to ports of a pod, made from inside its network.",
        role: .admin,
        faults: streamFaults
    )
    public static let podCopyIn = Method<PodCopyRequest, StreamTicket>(
        "pod.copyIn",
        "Prepares the unpacking of a tar archive, which comes on channel 0, into a folder of a container.",
        role: .admin,
        faults: streamFaults
    )
    public static let podCopyOut = Method<PodCopyRequest, StreamTicket>(
        "pod.copyOut",
        "Prepares a tar archive, on channel 1, of a file or folder of a container.",
        role: .admin,
        faults: streamFaults
    )

    private static let streamFaults: [Fault.Code] = [.notFound, .invalid, .failedPrecondition, .resourceExhausted]

    /// The methods that answer with a `StreamTicket`.
    static let streams: [MethodDescription] = [
        podExecStream.description, podAttach.description, podPortForward.description, podCopyIn.description,
        podCopyOut.description,
    ]
}
