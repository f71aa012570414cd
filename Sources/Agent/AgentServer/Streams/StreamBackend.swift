import AgentAPI

/// What the server asks of the agent for byte streams. The composition root implements it.
///
/// Each call checks that what is asked for can be done now (the pod is there, the container runs) and gives back a session
/// that does it when the client comes. Parameters are checked against the method table before they get here.
public protocol StreamBackend: Sendable {
    func openExec(_ request: PodExecStreamRequest) async throws(Fault) -> any StreamSession
    func openAttach(_ request: PodAttachRequest) async throws(Fault) -> any StreamSession
    func openPortForward(_ request: PodPortForwardRequest) async throws(Fault) -> any StreamSession
    func openCopyIn(_ request: PodCopyRequest) async throws(Fault) -> any StreamSession
    func openCopyOut(_ request: PodCopyRequest) async throws(Fault) -> any StreamSession
}
