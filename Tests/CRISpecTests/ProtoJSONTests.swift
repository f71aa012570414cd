import CRISpec
import JSONCoding
import Testing

/// The rules of the proto3 JSON mapping, one by one.
@Suite struct ProtoJSONTests {
    private func read<Message: ProtoMessage>(_ type: Message.Type, _ text: String) throws -> Message {
        try Message(try JSON.decode(JSONNode.self, from: Array(text.utf8)))
    }

    private func problem<Message: ProtoMessage>(_ type: Message.Type, _ text: String) throws -> ProtoProblem {
        let node = try JSON.decode(JSONNode.self, from: Array(text.utf8))
        return try #require(throws: ProtoProblem.self) { try Message(node) }
    }

    @Test func bothNamesOfAFieldAreRead() throws {
        #expect(try read(CRI.RunPodSandboxResponse.self, #"{"podSandboxId": "x"}"#).podSandboxId == "x")
        #expect(try read(CRI.RunPodSandboxResponse.self, #"{"pod_sandbox_id": "x"}"#).podSandboxId == "x")
        #expect(try read(CRI.ContainerConfig.self, #"{"CDIDevices": [{"name": "a/b=c"}]}"#).cdiDevices.count == 1)
        #expect(
            try problem(CRI.RunPodSandboxResponse.self, #"{"pod_sandbox_id": "x", "podSandboxId": "y"}"#).message
                == "this field is given twice"
        )
    }

    @Test func anUnknownFieldIsRefusedWithItsPath() throws {
        let found = try problem(
            CRI.CreateContainerRequest.self,
            #"{"config": {"mounts": [{}, {"hostPat": "/x"}]}}"#
        )
        #expect(found.path == "config.mounts[1].hostPat" && found.message == "Mount has no such field")
    }

    @Test func enumsGoByNameOrNumber() throws {
        func state(_ value: String) throws -> CRI.NamespaceMode {
            try read(CRI.NamespaceOption.self, #"{"network": \#(value)}"#).network
        }
        #expect(try state("\"NODE\"") == .node && state("2") == .node && state("null") == .pod)
        #expect(try problem(CRI.NamespaceOption.self, #"{"network": "HOST"}"#).description == "network: expected one of POD, CONTAINER, NODE, TARGET")
        #expect(try problem(CRI.NamespaceOption.self, #"{"network": 7}"#).path == "network")
    }

    @Test func wideIntegersAreStringsAndMayBeNumbers() throws {
        func value(_ text: String) throws -> Int64 { try read(CRI.Int64Value.self, #"{"value": \#(text)}"#).value }
        #expect(try value("\"-9223372036854775808\"") == .min && value("12") == 12 && value("3.0") == 3 && value("\"1e3\"") == 1000)
        #expect(try read(CRI.UInt64Value.self, #"{"value": 18446744073709551615}"#).value == .max)
        for bad in ["1.5", "\"x\"", "\"9223372036854775808\"", "true", "[]"] {
            #expect(try problem(CRI.Int64Value.self, #"{"value": \#(bad)}"#).path == "value", "\(bad)")
        }
        #expect(try problem(CRI.PodSandboxMetadata.self, #"{"attempt": -1}"#).message == "expected a whole number of 32 bits from 0")
        var message = CRI.Int64Value()
        message.value = 1 << 60
        #expect(message.node == ["value": "1152921504606846976"])
    }

    @Test func bytesAreBase64OfEitherAlphabet() throws {
        func bytes(_ text: String) throws -> [UInt8] { try read(CRI.KeyValue.self, #"{"value": "\#(text)"}"#).value.bytes }
        #expect(try bytes("+/8=") == [0xfb, 0xff] && bytes("-_8") == [0xfb, 0xff] && bytes("") == [])
        for bad in ["a", "====", "a=bc", "a*bc", "YQ="] {
            #expect(try problem(CRI.KeyValue.self, #"{"value": "\#(bad)"}"#).message == "this is no base64", "\(bad)")
        }
        for count in 0..<7 {
            var message = CRI.KeyValue()
            message.value = ProtoBytes((0..<count).map { UInt8($0 * 37) })
            #expect(try CRI.KeyValue(message.node) == message)
        }
    }

    @Test func nullIsAbsentAndDefaultsAreLeftOut() throws {
        let request = try read(
            CRI.ListContainersRequest.self,
            #"{"filter": {"id": null, "state": {"state": "CONTAINER_CREATED"}, "labelSelector": null}}"#
        )
        // A message that is set is there, whatever is in it.
        #expect(request.filter?.state == CRI.ContainerStateValue() && request.filter?.id == "")
        #expect(request.node == ["filter": ["state": JSONNode(.object([]))]])
        #expect(CRI.ContainerStatus().node == JSONNode(.object([])))
    }

    @Test func whatHasTheWrongKindIsRefused() throws {
        #expect(try problem(CRI.ContainerConfig.self, #"{"command": "sh"}"#).description == "command: expected an array, found a string")
        #expect(try problem(CRI.ContainerConfig.self, #"{"command": [1]}"#).path == "command[0]")
        #expect(try problem(CRI.ContainerConfig.self, #"{"labels": {"a.b": 1}}"#).path == "labels['a.b']")
        #expect(try problem(CRI.ContainerConfig.self, #"{"metadata": []}"#).description == "metadata: expected an object, found an array")
        #expect(try problem(CRI.ContainerConfig.self, "[]").description == "expected an object, found an array")
        #expect(try problem(CRI.ContainerConfig.self, #"{"tty": "true"}"#).path == "tty")
    }

    @Test func secretsShowInNoDescription() throws {
        let request = try read(
            CRI.PullImageRequest.self,
            #"{"image": {"image": "a"}, "auth": {"username": "u", "password": "hush", "auth": "hush", "identityToken": "hush"}}"#
        )
        #expect(!"\(request)".contains("hush") && "\(request)".contains("\"u\""))
        #expect(!"\(request.auth.map { "\($0)" } ?? "")".contains("hush"))
    }

    @Test func numbersMayBeNoFiniteOnes() throws {
        let data = try read(CRI.PsiData.self, #"{"Avg10": "NaN", "Avg60": 1, "Avg300": "-Infinity"}"#)
        #expect(data.avg10.isNaN && data.avg60 == 1 && data.avg300 == -.infinity)
        #expect(data.node["Avg10"] == "NaN")
    }
}
