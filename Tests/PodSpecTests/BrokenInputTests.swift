import JSONCoding
import PodSpec
import Testing
import YAMLCoding

/// Whatever the bytes are: an answer, and never a trap.
@Suite struct BrokenInputTests {
    static let text = """
        apiVersion: v1
        kind: Pod
        metadata: {name: web, labels: {a: b}}
        spec:
          volumes: [{name: d, emptyDir: {sizeLimit: 1Gi}}]
          containers:
          - name: main
            image: "busybox:1"
            args: ["-c", 'x']
            ports: [{containerPort: 80, hostPort: 8080, protocol: TCP}]
            env: [{name: A, valueFrom: {fieldRef: {fieldPath: "metadata.labels['a']"}}}]
            resources: {limits: {cpu: 0.5, memory: 1e6}}
            volumeMounts: [{name: d, mountPath: /d}]
            securityContext: {runAsUser: 1, capabilities: {add: [CHOWN]}}

        """

    private func decode(_ bytes: some Collection<UInt8>) -> ManifestResult {
        ManifestDecoder.decode(YAML.parse(bytes).documents, file: "x")
    }

    @Test func theTextIsGood() {
        #expect(decode(Self.text.utf8).pods.count == 1)
    }

    @Test func everyTruncation() {
        let bytes = Array(Self.text.utf8)
        for count in 0..<bytes.count { _ = decode(bytes[..<count]) }
    }

    @Test func everyByteReplaced() {
        let bytes = Array(Self.text.utf8)
        for replacement in [0x00, 0x0A, 0x22, 0x2A, 0x3A, 0x7D, 0xFF] as [UInt8] {
            for index in bytes.indices {
                var broken = bytes
                broken[index] = replacement
                _ = decode(broken)
            }
        }
    }

    /// Every value of a good pod replaced by one of every other kind: refused or taken, but what is taken is whole.
    @Test func everyValueReplaced() throws {
        let root = try #require(YAML.parse(Self.text.utf8).documents.first)
        let values: [JSONNode] = [
            .null, true, 7, -1, JSONNode(.unsigned(.max)), 1.5, 1e300, "", "x", "\u{0}", [], [[:]], ["x"], [:],
            ["x": "y"],
            ["name": .null],
        ]
        var count = 0
        for value in values {
            for changed in replacements(of: root, by: value) {
                let result = ManifestDecoder.decode([changed], file: "x")
                #expect(!result.pods.isEmpty || !result.problems.isEmpty || changed.isNull)
                for pod in result.pods { _ = try JSON.encode(pod.pod) }
                count += 1
            }
        }
        #expect(count > 500)
    }

    private func replacements(of node: JSONNode, by value: JSONNode) -> [JSONNode] {
        var all = [value]
        switch node.value {
        case .array(let elements):
            for index in elements.indices {
                for changed in replacements(of: elements[index], by: value) {
                    var copy = elements
                    copy[index] = changed
                    all.append(JSONNode(.array(copy)))
                }
            }
        case .object(let members):
            for index in members.indices {
                for changed in replacements(of: members[index].value, by: value) {
                    var copy = members
                    copy[index].value = changed
                    all.append(JSONNode(.object(copy)))
                }
            }
        default: break
        }
        return all
    }

    @Test func deepNestingIsOneProblem() {
        let deep = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: "
        let text = deep + String(repeating: "{containers: [", count: 250) + String(repeating: "]}", count: 250)
        #expect(decode(text.utf8).problems.isEmpty == false)
        let tooDeep = deep + String(repeating: "[", count: 10_000)
        #expect(YAML.parse(tooDeep.utf8).errors.count == 1)
    }

    @Test func aLargeFileOfRubbishIsReadInTime() {
        let fields = (0..<20_000).map { "  field\($0): [a, b, {c: d}]" }.joined(separator: "\n")
        let text = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n" + fields
        let start = ContinuousClock.now
        #expect(decode(text.utf8).problems.count == 51)
        #expect(ContinuousClock.now - start < .seconds(20))
    }
}
