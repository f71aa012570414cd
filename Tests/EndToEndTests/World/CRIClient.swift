import JSONCoding
import Linux
import TestSupport
import Testing

/// An agent as a client of CRI drives it.
struct CRIClient: Sendable {
    let agent: AgentFixture

    /// The gRPC status of a call that failed.
    struct Refusal: Error, CustomStringConvertible {
        var status: String
        var message: String
        var description: String { "\(status): \(message)" }
    }

    @discardableResult
    func runtime(_ method: String, _ parameters: JSONNode = [:]) async throws -> JSONNode {
        try await call("RuntimeService.\(method)", parameters)
    }

    @discardableResult
    func images(_ method: String, _ parameters: JSONNode = [:]) async throws -> JSONNode {
        try await call("ImageService.\(method)", parameters)
    }

    private func call(_ method: String, _ parameters: JSONNode) async throws -> JSONNode {
        do { return try await agent.call(method, parameters) } catch let failure as AgentConnection.RPCFailure {
            throw Refusal(
                status: failure.error["data"]?["details"]?["grpcStatus"]?.stringValue ?? "",
                message: failure.error["message"]?.stringValue ?? ""
            )
        }
    }

    /// The status with which a call is refused; nil where it is not.
    func refusal(_ method: String, _ parameters: JSONNode) async throws -> String? {
        do {
            _ = try await runtime(method, parameters)
            return nil
        } catch let refusal as Refusal { return refusal.status }
    }

    // MARK: Sandboxes

    /// As crictl's pod-config has it.
    static func sandbox(
        _ name: String,
        attempt: Int = 0,
        logs: String = "",
        network: String = "POD",
        pid: String = "CONTAINER",
        more: [String: JSONNode] = [:]
    ) -> JSONNode {
        var members: [JSONNode.Member] = [
            .init(
                key: "metadata",
                value: ["name": JSONNode(name), "uid": JSONNode("uid-\(name)"), "namespace": "cri", "attempt": JSONNode(attempt)]
            ),
            .init(key: "logDirectory", value: JSONNode(logs)),
            .init(key: "labels", value: ["app": JSONNode(name), "suite": "cri"]),
            .init(key: "annotations", value: ["note": "kept"]),
        ]
        if more["linux"] == nil {
            members.append(
                .init(
                    key: "linux",
                    value: [
                        "securityContext": ["namespaceOptions": ["network": JSONNode(network), "pid": JSONNode(pid), "ipc": "POD"]]
                    ]
                )
            )
        }
        return JSONNode(.object(members.replaced(by: more)))
    }

    func runSandbox(_ config: JSONNode) async throws -> String {
        try #require(try await runtime("RunPodSandbox", ["config": config])["podSandboxId"]?.stringValue)
    }

    func remove(sandbox id: String) async throws {
        try await runtime("StopPodSandbox", ["podSandboxId": JSONNode(id)])
        try await runtime("RemovePodSandbox", ["podSandboxId": JSONNode(id)])
    }

    // MARK: Containers

    static func container(_ name: String, _ script: String, more: [String: JSONNode] = [:]) -> JSONNode {
        let members: [JSONNode.Member] = [
            .init(key: "metadata", value: ["name": JSONNode(name)]),
            .init(key: "image", value: ["image": JSONNode(Stage.image)]),
            .init(key: "command", value: ["/bin/sh", "-c", JSONNode(script)]),
            .init(key: "logPath", value: JSONNode("\(name).log")),
            .init(key: "labels", value: ["container": JSONNode(name)]),
        ]
        return JSONNode(.object(members.replaced(by: more)))
    }

    func create(_ config: JSONNode, in sandbox: String) async throws -> String {
        let answer = try await runtime("CreateContainer", ["podSandboxId": JSONNode(sandbox), "config": config])
        return try #require(answer["containerId"]?.stringValue)
    }

    func start(_ config: JSONNode, in sandbox: String) async throws -> String {
        let id = try await create(config, in: sandbox)
        try await runtime("StartContainer", ["containerId": JSONNode(id)])
        return id
    }

    func status(_ container: String) async throws -> JSONNode {
        try #require(try await runtime("ContainerStatus", ["containerId": JSONNode(container)])["status"])
    }

    /// `CONTAINER_CREATED`, the default, where nothing is said.
    func state(_ container: String) async throws -> String {
        try await status(container)["state"]?.stringValue ?? "CONTAINER_CREATED"
    }

    func waitExited(_ container: String) async throws -> JSONNode {
        let deadline = Deadline(in: .seconds(60))
        while true {
            let status = try await status(container)
            if status["state"]?.stringValue == "CONTAINER_EXITED" { return status }
            guard !deadline.hasPassed else { throw WaitFailure(what: "the end of a container", last: "\(status)") }
            try await EventThread.shared.sleep(until: Monotonic.now.advanced(by: .milliseconds(10)))
        }
    }

    func exec(_ container: String, _ script: String, timeout: Int = 0) async throws -> (code: Int64, stdout: String, stderr: String) {
        let answer = try await runtime(
            "ExecSync",
            ["containerId": JSONNode(container), "cmd": ["/bin/sh", "-c", JSONNode(script)], "timeout": JSONNode(timeout)]
        )
        func text(_ key: String) throws -> String {
            guard let base64 = answer[key]?.stringValue else { return "" }
            return String(decoding: try #require(Self.decode(base64)), as: UTF8.self)
        }
        return (answer["exitCode"]?.integerValue ?? 0, try text("stdout"), try text("stderr"))
    }

    private static func decode(_ text: String) -> [UInt8]? {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var (bits, count, bytes) = (UInt32(0), 0, [UInt8]())
        for symbol in text.utf8 where symbol != UInt8(ascii: "=") {
            guard let value = alphabet.firstIndex(of: symbol) else { return nil }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return bytes
    }

    /// The ids that a list has.
    func ids(_ method: String, _ key: String, _ filter: JSONNode = [:]) async throws -> Set<String> {
        let answer = try await runtime(method, ["filter": filter])
        return Set((answer[key]?.arrayValue ?? []).compactMap { $0["id"]?.stringValue })
    }

    func sandboxes(_ filter: JSONNode = [:]) async throws -> Set<String> { try await ids("ListPodSandbox", "items", filter) }
    func containers(_ filter: JSONNode = [:]) async throws -> Set<String> { try await ids("ListContainers", "containers", filter) }

    /// What a subscription tells until it ends, or until there is enough.
    func stream(_ method: String, _ parameters: JSONNode = [:], count: Int = .max) async throws -> [JSONNode] {
        let socket = agent.socket
        return try await agent.perform {
            var connection = try AgentConnection(socket)
            let deadline = Deadline(in: .seconds(60))
            _ = try connection.call(method, parameters, by: deadline)
            var events: [JSONNode] = []
            while events.count < count {
                let message = try connection.next(deadline)
                if message["method"]?.stringValue == "subscription.end" { break }
                events += message["params"]?["events"]?.arrayValue ?? []
            }
            return events
        }
    }
}

extension [JSONNode.Member] {
    fileprivate func replaced(by more: [String: JSONNode]) -> [JSONNode.Member] {
        filter { more[$0.key] == nil } + more.map { JSONNode.Member(key: $0.key, value: $0.value) }
    }
}
