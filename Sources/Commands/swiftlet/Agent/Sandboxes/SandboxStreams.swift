import AgentAPI
import AgentServer
import CRISpec
import Glibc
import Linux
import PodEngine
import Sandboxes

/// The streams of CRI's containers: the sessions of pods from files, opened under a URL.
///
/// The URL is a path on the socket that the call came by; like a ticket it is for the same caller, once.
struct SandboxStreams: StreamURLs {
    let containers: EngineContainers

    func makeURL(for request: StreamRequest) async throws(CRI.Failure) -> String {
        do throws(Fault) { return try CRICaller.issue(session(for: request)).path } catch {
            throw CRI.Failure(.unavailable, error.message)
        }
    }

    private func session(for request: StreamRequest) -> any StreamSession {
        let containers = containers
        switch request {
        case .exec(let container, let arguments, let streams):
            var command = ContainerCommand(arguments: arguments)
            command.hasInput = streams.stdin
            command.hasTerminal = streams.tty
            let wanted = command
            return ExecStreamSession { () async throws(ContainerFailure) in
                try await containers.open(id: container, wanted)
            }
        case .attach(let container, let streams):
            return AttachSession(containers: containers, id: container, hasInput: streams.stdin) {
                // The process itself is asked: CRI's service hears of its end later than its monitor's clients.
                (try? containers.client.signal(id: container, 0)) != nil
            }
        case .portForward(_, let namespace, let ports):
            return PortForwardSession(ports: ports) { () throws(ContainerFailure) in
                do throws(SystemError) { return try Descriptor.open(namespace ?? "/proc/self/ns/net", O_RDONLY) } catch {
                    throw ContainerFailure(.notRunning, "the sandbox's network: \(error)")
                }
            }
        }
    }
}
