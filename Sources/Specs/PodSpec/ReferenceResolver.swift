/// Looks up what variables take their values from.
struct ReferenceResolver {
    let container: Container
    let pod: Pod
    let sources: FieldSources

    private var namespace: String { pod.metadata.namespace }

    /// A variable's value; nil where it is optional and not there.
    func value(of source: EnvVar.Source) throws(ReferenceFailure) -> String? {
        if let field = source.fieldRef { return FieldPath(field.fieldPath)?.value(in: pod, sources) }
        if let reference = source.resourceFieldRef { return try value(of: reference) }
        if let reference = source.configMapKeyRef { return try configMapValue(reference) }
        if let reference = source.secretKeyRef { return try secretValue(reference) }
        return nil
    }

    /// All keys of an object with their values, in the keys' order; none where it is optional and not there.
    func variables(of source: EnvFromSource) throws(ReferenceFailure) -> [(String, String)] {
        if let reference = source.configMapRef {
            let name = reference.name ?? ""
            guard let map = sources.objects.configMaps[name] else {
                return try absent(reference.optional, "configmap \"\(name)\" not found", [])
            }
            return map.data.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        }
        guard let reference = source.secretRef else { return [] }
        let name = reference.name ?? ""
        guard let secret = sources.objects.secrets[name] else {
            return try absent(reference.optional, "secret \"\(name)\" not found", [])
        }
        var variables: [(String, String)] = []
        for (key, bytes) in secret.data.sorted(by: { $0.key < $1.key }) {
            variables.append((key, try text(bytes, key, of: name)))
        }
        return variables
    }

    private func value(of reference: ResourceFieldReference) throws(ReferenceFailure) -> String? {
        let name = reference.containerName ?? ""
        let containers = pod.spec.initContainers + pod.spec.containers
        guard let found = name.isEmpty ? container : containers.first(where: { $0.name == name }) else {
            throw ReferenceFailure("container \(name) not found")
        }
        return ResourceField(reference.resource)?.value(
            of: found,
            divisor: reference.divisor,
            allocatable: sources.allocatable
        )
    }

    private func configMapValue(_ reference: EnvVar.KeyReference) throws(ReferenceFailure) -> String? {
        let name = reference.name ?? ""
        guard let map = sources.objects.configMaps[name] else {
            return try absent(reference.optional, "configmap \"\(name)\" not found", nil)
        }
        guard let value = map.data[reference.key] else {
            let message = "couldn't find key \(reference.key) in ConfigMap \(namespace)/\(name)"
            return try absent(reference.optional, message, nil)
        }
        return value
    }

    private func secretValue(_ reference: EnvVar.KeyReference) throws(ReferenceFailure) -> String? {
        let name = reference.name ?? ""
        guard let secret = sources.objects.secrets[name] else {
            return try absent(reference.optional, "secret \"\(name)\" not found", nil)
        }
        guard let bytes = secret.data[reference.key] else {
            let message = "couldn't find key \(reference.key) in Secret \(namespace)/\(name)"
            return try absent(reference.optional, message, nil)
        }
        return try text(bytes, reference.key, of: name)
    }

    private func absent<Value>(_ optional: Bool?, _ message: String, _ none: Value) throws(ReferenceFailure) -> Value {
        if optional ?? false { return none }
        throw ReferenceFailure(message)
    }

    /// A variable ends at a zero byte, and the container's configuration is a text.
    private func text(_ bytes: [UInt8], _ key: String, of name: String) throws(ReferenceFailure) -> String {
        guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
            throw ReferenceFailure("key \(key) of Secret \(namespace)/\(name) is no text, which a variable must be")
        }
        return text
    }
}
