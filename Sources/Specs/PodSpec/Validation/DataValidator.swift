import JSONCoding

/// Checks what ConfigMaps and Secrets hold. Values are never repeated: they may be secret.
struct DataValidator {
    /// What the values of an object may have together: the API server's 1 MiB.
    static let sizeLimit = 1 << 20

    let report: ManifestReport
    let root: Located

    func validateConfigMap() {
        validateMetadata()
        var size = 0
        for member in root["data"]?.members ?? [] {
            check(key: member.key, member.value)
            size += member.value.string?.utf8.count ?? 0
            if let twin = root["binaryData"]?[member.key] {
                report.problem(twin, "the key \"\(member.key)\" is in data too")
            }
        }
        size += bytes(of: "binaryData").values.reduce(0) { $0 + $1.count }
        check(size: size, of: "a ConfigMap")
    }

    func validateSecret() {
        validateMetadata()
        for member in root["stringData"]?.members ?? [] { check(key: member.key, member.value) }
        let content = secretContent()
        check(size: content.values.reduce(0) { $0 + $1.count }, of: "a Secret")
        validate(type: root["type"]?.string ?? Secret.opaque, content)
    }

    /// The values of a map of base64 texts, decoded. What is none is reported.
    func bytes(of field: String) -> [String: [UInt8]] {
        var values: [String: [UInt8]] = [:]
        for member in root[field]?.members ?? [] {
            check(key: member.key, member.value)
            guard let text = member.value.string else { continue }
            do throws(Base64Text.Malformed) { values[member.key] = try Base64Text(text).decoded() } catch {
                report.problem(member.value, "is no base64 (of RFC 4648, padded): it breaks off at byte \(error.offset)")
            }
        }
        return values
    }

    /// `data` with `stringData` put over it, as the API server merges them.
    func secretContent() -> [String: [UInt8]] {
        var content = bytes(of: "data")
        for member in root["stringData"]?.members ?? [] {
            if let text = member.value.string { content[member.key] = Array(text.utf8) }
        }
        return content
    }

    private func validateMetadata() {
        if let metadata = root["metadata"] { MetadataValidator(report: report).validate(metadata) }
    }

    private func check(key: String, _ place: Located) {
        if !NameSyntax.isDataKey(key) { report.problem(place, "\"\(key)\" \(NameSyntax.dataKeyRule)") }
    }

    private func check(size: Int, of what: String) {
        guard size > Self.sizeLimit else { return }
        report.problem(root, "holds \(size) bytes; \(what) has at most \(Self.sizeLimit) (1 MiB)")
    }

    /// The keys that well-known types promise to whoever reads them.
    private func validate(type: String, _ content: [String: [UInt8]]) {
        switch type {
        case "kubernetes.io/service-account-token":
            let account = root["metadata"]?["annotations"]?["kubernetes.io/service-account.name"]?.string ?? ""
            if account.isEmpty { missing("metadata.annotations[kubernetes.io/service-account.name]", type) }
        case "kubernetes.io/dockercfg": demandJSON(".dockercfg", content, type)
        case "kubernetes.io/dockerconfigjson": demandJSON(".dockerconfigjson", content, type)
        case "kubernetes.io/basic-auth":
            if content["username"] == nil, content["password"] == nil { missing("data.username or data.password", type) }
        case "kubernetes.io/ssh-auth":
            if content["ssh-privatekey"]?.isEmpty ?? true { missing("data[ssh-privatekey]", type) }
        case "kubernetes.io/tls":
            for key in ["tls.crt", "tls.key"] where content[key] == nil { missing("data[\(key)]", type) }
        default: break
        }
    }

    private func demandJSON(_ key: String, _ content: [String: [UInt8]], _ type: String) {
        let path = "data[\(key)]"
        guard let bytes = content[key] else { return missing(path, type) }
        // Not its message: that may name a part of the value.
        do throws(JSONSyntaxError) { _ = try JSON.parse(bytes) } catch {
            report.problem(path: JSONPath.join(root.path, path), position: root.node.position, "holds no JSON")
        }
    }

    private func missing(_ path: String, _ type: String) {
        let message = "missing, which a Secret of the type \(type) must have"
        report.problem(path: JSONPath.join(root.path, path), position: root.node.position, message)
    }
}
