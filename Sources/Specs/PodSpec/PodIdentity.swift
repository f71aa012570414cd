import JSONCoding
import OCISpec

/// What tells a pod from another one of its name: the UID where a manifest gives none, and a fingerprint of the spec.
public enum PodIdentity {
    /// The annotation of pods that the engine made for a workload: `Job/backup`.
    public static let workloadMark = "swiftlet/workload"

    /// The length of a derived UID.
    static let length = 36

    /// A UUID (version 8) from SHA-256 over namespace, name and the spec as it was written.
    ///
    /// Neither the file's name nor labels, annotations, the order of keys or the choice of YAML or JSON change it;
    /// anything in the spec does. Defaults are not part of it, so that a newer agent with other defaults keeps its pods.
    public static func uid(namespace: String, name: String, spec: JSONNode) -> String {
        uid(of: Array("\(namespace)\0\(name)\0".utf8) + canonical(spec))
    }

    /// A UUID for an object that stays the same whatever its content: from kind, namespace and name.
    public static func uid(_ object: ObjectName) -> String {
        uid(of: Array("\(object.kind)\0\(object.namespace)\0\(object.name)".utf8))
    }

    private static func uid(of text: [UInt8]) -> String {
        var bytes = Array(SHA256.hash(text).prefix(16))
        bytes[6] = bytes[6] & 0x0F | 0x80
        bytes[8] = bytes[8] & 0x3F | 0x80
        let digits = Array("0123456789abcdef".utf8)
        var uid: [UInt8] = []
        for (index, byte) in bytes.enumerated() {
            if [4, 6, 8, 10].contains(index) { uid.append(UInt8(ascii: "-")) }
            uid.append(digits[Int(byte >> 4)])
            uid.append(digits[Int(byte & 15)])
        }
        return String(decoding: uid, as: UTF8.self)
    }

    /// Whether a UID looks like one of `uid(namespace:name:spec:)`: a UUID of version 8, which no tool makes by chance. For
    /// records that do not say whether the manifest gave it.
    public static func isDerived(_ uid: String) -> Bool {
        let bytes = Array(uid.utf8)
        guard bytes.count == length, bytes[14] == UInt8(ascii: "8") else { return false }
        return bytes.enumerated().allSatisfy { index, byte in
            [8, 13, 18, 23].contains(index)
                ? byte == UInt8(ascii: "-")
                : (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
        }
    }

    /// The UID of an object or a pod that is made of a template, by the template's fingerprint.
    public static func uid(namespace: String, name: String, fingerprint: String) -> String {
        uid(namespace: namespace, name: name, spec: JSONNode(fingerprint))
    }

    /// The digest of a spec as it was written, with the same independence: it tells whether a pod has changed, also where the
    /// manifest gives the UID.
    public static func fingerprint(spec: JSONNode) -> String { "\(Digest.sha256(of: canonical(spec)))" }

    private static func canonical(_ spec: JSONNode) -> [UInt8] {
        JSON.serialize(spec.withoutNulls(), style: .canonical)
    }
}

extension JSONNode {
    /// The same tree without members that are null, which in Kubernetes is the same as their absence.
    func withoutNulls() -> JSONNode {
        switch value {
        case .array(let elements):
            return JSONNode(.array(elements.map { $0.withoutNulls() }), position: position)
        case .object(let members):
            let kept = members.filter { !$0.value.isNull }.map {
                Member(key: $0.key, keyPosition: $0.keyPosition, value: $0.value.withoutNulls())
            }
            return JSONNode(.object(kept), position: position)
        default:
            return self
        }
    }
}
