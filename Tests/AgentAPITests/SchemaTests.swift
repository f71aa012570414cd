import AgentAPI
import JSONCoding
import PodSpec
import Testing

/// The schemas against the types: a value made from the schema with every property must decode, and come back the same.
@Suite struct SchemaTests {
    private func example(_ schema: Schema, allProperties: Bool = true) throws -> JSONNode {
        switch schema {
        case .string: return "text"
        case .formatted("byte"): return "AAEC"
        case .formatted: return "2026-11-23T04:00:00Z"
        case .choice(let allowed): return JSONNode(allowed[0])
        case .integer(let minimum, _): return JSONNode(max(minimum ?? 0, 3))
        case .number: return 1.5
        case .boolean: return true
        case .requestID: return "id"
        case .wideInteger: return "7"
        case .wideNumber: return JSONNode(.number(0.5))
        // CRISpecTests looks at these, each of them.
        case .message: return JSONNode(.object([]))
        case .array(let element, _): return JSONNode(.array([try example(element, allProperties: allProperties)]))
        case .map(let element): return ["key": try example(element, allProperties: allProperties)]
        case .foreign:
            return try JSON.node(
                from: Pod(
                    metadata: ObjectMeta(name: "web", uid: "u"),
                    spec: Pod.Spec(containers: [Container(name: "main", image: "a")]),
                    status: Pod.Status(phase: .running)
                )
            )
        case .object(let properties):
            let members = try properties.filter { allProperties || $0.isRequired }.map {
                JSONNode.Member(key: $0.name, value: try example($0.schema, allProperties: allProperties))
            }
            return JSONNode(.object(members))
        case .named(_, let inner): return try example(inner, allProperties: allProperties)
        }
    }

    private func check<Value: APIValue>(_ type: Value.Type) throws {
        for allProperties in [true, false] {
            let node = try example(type.schema, allProperties: allProperties)
            #expect(type.schema.violations(in: node) == [], "\(type)")
            let back = try JSON.node(from: try JSON.decode(type, from: node))
            #expect(
                JSON.serialize(back, style: .canonical) == JSON.serialize(node, style: .canonical),
                "\(type): \(String(decoding: JSON.serialize(back), as: UTF8.self))"
            )
        }
    }

    @Test func typesAndSchemasAgree() throws {
        try check(PodListRequest.self)
        try check(PodGetRequest.self)
        try check(PodWatchRequest.self)
        try check(PodExecRequest.self)
        try check(PodLogsRequest.self)
        try check(PodList.self)
        try check(PodDetail.self)
        try check(PodWatchEvent.self)
        try check(PodExecResult.self)
        try check(PodLogs.self)
        try check(LogLine.self)
        try check(NoParameters.self)
        try check(ImageList.self)
        try check(ImagePullRequest.self)
        try check(ImagePullResult.self)
        try check(ImagePullProgress.self)
        try check(VersionInfo.self)
        try check(SystemInfo.self)
        try check(HealthReport.self)
        try check(SubscriptionStarted.self)
        try check(SubscriptionCancelRequest.self)
        try check(CancelRequest.self)
        try check(Acknowledgement.self)
    }

    @Test func whatIsSeenAndItsSchemasAgree() throws {
        try check(PodStatsRequest.self)
        try check(PodStatsList.self)
        try check(NodeStats.self)
        try check(EventRequest.self)
        try check(EventList.self)
        try check(EventNotice.self)
    }

    @Test func violationsSayWhere() {
        let schema = PodExecRequest.schema
        func violations(_ node: JSONNode) -> [String] {
            schema.violations(in: node).map { "\($0.path): \($0.message)" }
        }
        #expect(violations(["name": "a", "command": ["x"]]) == [])
        #expect(violations(["name": "a", "command": []]) == ["command: expected at least 1 item"])
        #expect(violations(["name": "a", "command": ["x", 1]]) == ["command[1]: expected a string"])
        #expect(violations(["command": ["x"]]) == ["name: is required"])
        #expect(
            violations(["name": "a", "comand": ["x"], "command": ["x"]])
                == ["comand: unknown parameter (did you mean \"command\"?)"]
        )
        #expect(violations(["name": "a", "command": ["x"], "zzz": 1]) == ["zzz: unknown parameter"])
        #expect(
            violations(["name": "a", "command": ["x"], "timeoutSeconds": 0])
                == ["timeoutSeconds: expected a number from 1"]
        )
        #expect(violations("x") == [": expected an object"])
    }

    @Test func metaIsAllowedEverywhere() throws {
        let node = try AgentMethods.ping.description.checkParameters(["_meta": ["x": 1]])
        #expect(node == [:])
        #expect(throws: Fault.self) { try AgentMethods.ping.description.checkParameters(["meta": 1]) }
    }

    @Test(arguments: [[], [0], [0, 1], [0xff, 0xfe, 0xfd], [0xc3, 0x28], Array(UInt8.min...UInt8.max)])
    func bytesThatAreNoTextSurvive(bytes: [UInt8]) throws {
        let result = PodExecResult(exitCode: 0, stdout: bytes, stderr: [])
        let back = try JSON.decode(PodExecResult.self, from: try JSON.encode(result))
        #expect(back.stdoutBytes == bytes)
        #expect(LogLine(time: nil, stream: .stdout, bytes: bytes).bytes == bytes)
    }
}
