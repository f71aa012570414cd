import JSONCoding
import PodSpec
import Testing

/// ConfigMaps, Secrets and claims: what is decoded, and what is refused.
struct ObjectTests {
    private func object(_ text: String) throws -> ManifestObject {
        let result = decode(text)
        #expect(result.problems.map(\.description) == [])
        return try #require(result.objects.first).object
    }

    @Test func `a ConfigMap holds texts and bytes`() throws {
        let text = """
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: app, namespace: shop, labels: {a: b}}
            data: {mode: fast, app.conf: "a=1\\n"}
            binaryData: {blob: "AP8="}
            immutable: true
            """
        guard case .configMap(let map) = try object(text) else {
            Issue.record("no ConfigMap")
            return
        }
        #expect(map.metadata.namespace == "shop" && map.metadata.labels == ["a": "b"])
        #expect(map.data == ["mode": "fast", "app.conf": "a=1\n"])
        #expect(map.binaryData == ["blob": [0, 255]])
        #expect(map.isImmutable)
        #expect(map.files == ["mode": Array("fast".utf8), "app.conf": Array("a=1\n".utf8), "blob": [0, 255]])
        #expect(!map.metadata.uid.isEmpty)
    }

    @Test func `a Secret's stringData is put over its data, and nothing prints a value`() throws {
        let text = """
            apiVersion: v1
            kind: Secret
            metadata: {name: key}
            data: {a: "b2xk", b: "c3RheXM="}
            stringData: {a: hunter2}
            """
        let object = try object(text)
        guard case .secret(let secret) = object else {
            Issue.record("no Secret")
            return
        }
        #expect(secret.type == "Opaque")
        #expect(secret.data == ["a": Array("hunter2".utf8), "b": Array("stays".utf8)])
        var dumped = ""
        dump(object, to: &dumped)
        for shown in ["\(object)", "\(secret)", String(reflecting: [secret]), dumped] {
            #expect(!shown.contains("hunter2") && !shown.contains("104"), "\(shown)")
            #expect(shown.contains("a"))
        }
    }

    @Test func `a claim says who may mount it and what becomes of it`() throws {
        let text = """
            apiVersion: v1
            kind: PersistentVolumeClaim
            metadata: {name: data, annotations: {swiftlet/reclaim: Delete}}
            spec:
              accessModes: [ReadWriteOncePod]
              storageClassName: fast
              resources: {requests: {storage: 1Gi}}
            """
        guard case .persistentVolumeClaim(let claim) = try object(text) else {
            Issue.record("no claim")
            return
        }
        #expect(claim.spec.accessModes == [.readWriteOncePod])
        #expect(claim.spec.resources.requests["storage"]?.units == 1 << 30)
        #expect(claim.reclaimPolicy == .delete)
    }

    @Test func `typed lists and equal names of other kinds`() {
        let result = decode(
            """
            {apiVersion: v1, kind: ConfigMapList, items: [{metadata: {name: a}, data: {k: v}}, {metadata: {name: b}}]}
            ---
            {apiVersion: v1, kind: Secret, metadata: {name: a}}
            ---
            {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}
            """
        )
        #expect(result.objects.map(\.name.description) == ["ConfigMap default/a", "ConfigMap default/b", "Secret default/a"])
        #expect(
            result.problems.map(\.description) == [
                "test.yaml:5:1: metadata.name: the ConfigMap default/a appears twice in this file (first on line 1)"
            ]
        )
        #expect(result.problems.map(\.object) == [ObjectName(.configMap, namespace: "default", name: "a")])
    }

    @Test func `every error of a ConfigMap is reported, with its place`() {
        #expect(
            problems(
                """
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: app}
                data:
                  ..no: x
                  sp ace: x
                  both: x
                  number: 1
                binaryData:
                  both: "AAAA"
                  odd: "AAA"
                  sign: "A$=="
                """
            ) == [
                "5:9: data['..no']: \"..no\" \(Self.keyRule)",
                "6:11: data['sp ace']: \"sp ace\" \(Self.keyRule)",
                "8:11: data.number: expected a string, found an integer (put it in quotes)",
                "10:9: binaryData.both: the key \"both\" is in data too",
                "11:8: binaryData.odd: is no base64 (of RFC 4648, padded): it breaks off at byte 3",
                "12:9: binaryData.sign: is no base64 (of RFC 4648, padded): it breaks off at byte 1",
            ]
        )
    }

    private static let keyRule =
        "is no key: at most 253 letters, digits, '-', '_' and '.', and not '.' or beginning with '..'"

    @Test func `what is too large is refused with its size`() {
        let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: app}\ndata:\n  a: \(String(repeating: "x", count: 1 << 20))\n"
        #expect(decode(text).objects.count == 1)
        let more = text + "  b: z\n"
        #expect(problems(more) == ["1:1: holds 1048577 bytes; a ConfigMap has at most 1048576 (1 MiB)"])
    }

    @Test func `errors of a Secret never show what is secret`() {
        let shown = problems(
            """
            apiVersion: v1
            kind: Secret
            metadata: {name: key}
            type: kubernetes.io/dockerconfigjson
            data: {a: "hunter2!", ".dockerconfigjson": "aHVudGVyMg=="}
            """
        )
        #expect(shown.count == 2)
        #expect(!shown.contains { $0.contains("hunter2") })
    }

    @Test(arguments: [
        ("kubernetes.io/tls", "{tls.crt: x}", "data[tls.key]"),
        ("kubernetes.io/basic-auth", "{a: x}", "data.username or data.password"),
        ("kubernetes.io/ssh-auth", "{ssh-privatekey: ''}", "data[ssh-privatekey]"),
        ("kubernetes.io/dockercfg", "{a: x}", "data[.dockercfg]"),
    ])
    func `types of Secrets promise keys`(type: String, data: String, missing: String) {
        let text = "{apiVersion: v1, kind: Secret, metadata: {name: a}, type: \(type), stringData: \(data)}"
        #expect(problems(text) == ["1:1: \(missing): missing, which a Secret of the type \(type) must have"])
    }

    @Test func `every error of a claim is reported`() {
        #expect(
            problems(
                """
                apiVersion: v1
                kind: PersistentVolumeClaim
                metadata: {name: a, annotations: {swiftlet/reclaim: delete}}
                spec:
                  accessModes: [ReadWriteOncePod, ReadWriteMany]
                  volumeMode: Block
                  resources: {requests: {storage: "0"}}
                """
            ) == [
                "3:53: metadata.annotations['swiftlet/reclaim']: \"delete\" is not one of Retain, Delete, did you mean \"Delete\"?",
                "5:16: spec.accessModes: ReadWriteOncePod goes with no other access mode",
                "6:15: spec.volumeMode: a claim is a folder here, and no block device",
                "7:35: spec.resources.requests.storage: must be more than nothing",
            ]
        )
        #expect(
            problems("{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: a}, spec: {}}") == [
                "1:74: spec.accessModes: missing", "1:74: spec.resources.requests.storage: missing",
            ]
        )
    }

    @Test(arguments: ["", "Zg==", "Zm8=", "Zm9v", "Zm9v\nYmE=", "/+8="])
    func `base64 that is good`(text: String) throws {
        let result = decode("{apiVersion: v1, kind: Secret, metadata: {name: a}, data: {k: \"\(text.replacing("\n", with: "\\n"))\"}}")
        #expect(result.problems.isEmpty && result.objects.count == 1)
    }

    @Test(arguments: ["Z", "Zg", "Zg=", "Zg===", "=", "Z===", "Zm9v=", "Zg==Zg==", "Zm 9", "Zm9_"])
    func `base64 that is not`(text: String) {
        let result = decode("{apiVersion: v1, kind: Secret, metadata: {name: a}, data: {k: \"\(text)\"}}")
        #expect(result.problems.count == 1 && result.objects.isEmpty)
    }
}
