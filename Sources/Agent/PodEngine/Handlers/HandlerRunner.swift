import CVersion
import HTTPClient
import Linux
import PodSpec

/// Carries out actions on the real machine. The agent lives in the host's network, which reaches all pods.
public struct HandlerRunner: HandlerActing {
    /// As much of a command's output and of a body as the kubelet looks at.
    static let outputLimit = 10 << 10
    static let version = String(cString: cversion())

    let containers: any ContainerRunning
    let names = HostLookup()
    /// For what a plain connection cannot do: TLS, and HTTP/2 for gRPC.
    let client: HTTPClient

    public init(containers: any ContainerRunning) {
        self.containers = containers
        var configuration = HTTPClient.Configuration()
        // The time limit of each request is the only one.
        configuration.connectTimeout = .seconds(Int32.max / 1000)
        configuration.lowSpeedLimit = 0
        client = HTTPClient(configuration: configuration)
    }

    public func perform(
        _ action: HandlerAction,
        on target: HandlerTarget,
        for purpose: HandlerPurpose,
        within timeout: Duration?
    ) async -> HandlerResult {
        let limit = HandlerLimit(timeout)
        switch action {
        case .exec(let command): return await execute(command, target, limit)
        case .httpGet(let get): return await self.get(get, target, purpose, limit)
        case .tcpSocket(let socket): return await connect(socket, target, limit)
        case .grpc(let call): return await check(call, target, limit)
        case .sleep(let duration): return await sleep(duration, limit)
        }
    }

    /// A few calls on a non-blocking socket need no thread but the one that waits for it; the others may read files, or wait for
    /// libcurl.
    public func executor(for action: HandlerAction) -> (any TaskExecutor)? {
        switch action {
        case .httpGet(let get): get.scheme == "HTTPS" ? nil : EventThread.shared
        case .tcpSocket: EventThread.shared
        case .exec, .grpc, .sleep: nil
        }
    }

    private func execute(_ command: [String], _ target: HandlerTarget, _ limit: HandlerLimit) async -> HandlerResult {
        let request = ContainerExecRequest(command: command, outputLimit: Self.outputLimit, timeout: limit.timeout)
        do throws(ContainerFailure) {
            let result = try await containers.exec(id: target.containerID, request)
            if result.timedOut { return .failure("command timed out: \(Self.printable(command)) timed out\(limit.text)") }
            if result.exitCode == 0 { return .success }
            let output = (result.standardOutput + result.standardError).prefix(Self.outputLimit)
            let text = String(decoding: output, as: UTF8.self)
            return .failure(text.isEmpty ? "command exited with code \(result.exitCode)" : text)
        } catch {
            // A command that is not there is the container's answer; that the container is gone is none.
            return error.kind == .start ? .failure(error.message) : .unknown(error.message)
        }
    }

    private static func printable(_ command: [String]) -> String {
        "\"\(command.joined(separator: " ").prefix(128))\""
    }

    /// A connection that is accepted is all that is asked for.
    private func connect(_ socket: TCPSocketAction, _ target: HandlerTarget, _ limit: HandlerLimit) async -> HandlerResult {
        guard let port = target.number(of: socket.port) else { return .unknownPort(socket.port) }
        do {
            let address = try await names.address(of: target.host(socket.host), port: port, until: limit.deadline)
            _ = try await TCPConnection.connect(to: address, until: limit.deadline)
            return .success
        } catch {
            return .failure("dial tcp \(error)")
        }
    }

    private func sleep(_ duration: Duration, _ limit: HandlerLimit) async -> HandlerResult {
        let end = Monotonic.now.advanced(by: duration)
        let deadline = limit.deadline ?? end
        do {
            try await EventThread.shared.sleep(until: min(end, deadline))
        } catch {
            return .failure("the sleep was ended")
        }
        return end <= deadline ? .success : .failure("the sleep of \(duration) ended\(limit.text)")
    }
}

extension HandlerResult {
    static func unknownPort(_ port: PortReference) -> HandlerResult {
        guard case .name(let name) = port else { return .unknown("no such port") }
        return .unknown("the container has no port named \"\(name)\"")
    }
}

/// How long an action may take, and until when that is.
struct HandlerLimit: Sendable {
    let timeout: Duration?
    let deadline: Monotonic?

    init(_ timeout: Duration?) {
        self.timeout = timeout
        deadline = timeout.map { Monotonic.now.advanced(by: $0) }
    }

    /// ` after 1.0 seconds`; nothing without a limit.
    var text: String { timeout.map { " after \($0)" } ?? "" }

    /// What is left, at least a millisecond: zero would mean no limit to some.
    var rest: Duration? { deadline.map { max(.milliseconds(1), $0.since(.now)) } }
}
