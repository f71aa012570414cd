import Glibc
import PodSpec

/// The files of a volume that is made of objects or of the pod's own fields. Holds secrets: it is never printed.
package struct VolumeContent: Sendable, Hashable {
    package struct File: Sendable, Hashable {
        package var bytes: [UInt8]
        package var mode: mode_t

        package init(bytes: [UInt8], mode: mode_t) {
            self.bytes = bytes
            self.mode = mode
        }
    }

    /// By path relative to the volume, without `.` and empty components.
    package var files: [String: File]

    package init(files: [String: File] = [:]) {
        self.files = files
    }
}

/// Finds out what a volume's files are. No I/O.
package struct VolumeContentBuilder {
    let pod: Pod
    let sources: FieldSources

    package init(pod: Pod, sources: FieldSources) {
        self.pod = pod
        self.sources = sources
    }

    /// The files of a volume that follows objects; none for the others.
    package func content(of volume: Volume) throws(StepFailure) -> VolumeContent {
        var content = VolumeContent()
        do throws(ReferenceFailure) {
            switch volume.source {
            case .configMap(let keys):
                try add(configMap: keys, mode: keys.defaultMode, to: &content)
            case .secret(let keys):
                try add(secret: keys.secretName, keys.items, keys.optional, mode: keys.defaultMode, to: &content)
            case .downwardAPI(let fields):
                try add(fields, mode: fields.defaultMode, to: &content)
            case .projected(let projected):
                for source in projected.sources {
                    if let keys = source.configMap { try add(configMap: keys, mode: projected.defaultMode, to: &content) }
                    if let keys = source.secret {
                        try add(secret: keys.name, keys.items, keys.optional, mode: projected.defaultMode, to: &content)
                    }
                    if let fields = source.downwardAPI { try add(fields, mode: projected.defaultMode, to: &content) }
                }
            default: break
            }
        } catch {
            throw .missingObject(volume.name, "\(error)")
        }
        return content
    }

    private func add(
        configMap keys: Volume.ConfigMapKeys,
        mode: UInt32?,
        to content: inout VolumeContent
    ) throws(ReferenceFailure) {
        let name = keys.name ?? ""
        guard let map = sources.objects.configMaps[name] else {
            if keys.optional ?? false { return }
            throw ReferenceFailure("configmap \"\(name)\" not found")
        }
        try add(map.files, keys.items, keys.optional, mode: mode, of: "ConfigMap", name, to: &content)
    }

    private func add(
        secret name: String?,
        _ items: [Volume.KeyToPath],
        _ optional: Bool?,
        mode: UInt32?,
        to content: inout VolumeContent
    ) throws(ReferenceFailure) {
        let name = name ?? ""
        guard let secret = sources.objects.secrets[name] else {
            if optional ?? false { return }
            throw ReferenceFailure("secret \"\(name)\" not found")
        }
        try add(secret.data, items, optional, mode: mode, of: "Secret", name, to: &content)
    }

    private func add(
        _ values: [String: [UInt8]],
        _ items: [Volume.KeyToPath],
        _ optional: Bool?,
        mode: UInt32?,
        of kind: String,
        _ name: String,
        to content: inout VolumeContent
    ) throws(ReferenceFailure) {
        let mode = mode ?? Volume.defaultMode
        if items.isEmpty {
            for (key, bytes) in values { content.files[key] = VolumeContent.File(bytes: bytes, mode: mode) }
        }
        for item in items {
            guard let bytes = values[item.key] else {
                if optional ?? false { continue }
                throw ReferenceFailure("couldn't find key \(item.key) in \(kind) \(pod.metadata.namespace)/\(name)")
            }
            content.files[cleaned(item.path)] = VolumeContent.File(bytes: bytes, mode: item.mode ?? mode)
        }
    }

    private func add(
        _ fields: Volume.DownwardAPI,
        mode: UInt32?,
        to content: inout VolumeContent
    ) throws(ReferenceFailure) {
        for item in fields.items {
            let text: String
            if let reference = item.resourceFieldRef {
                text = try amount(reference)
            } else {
                text = item.fieldRef.flatMap { FieldPath(file: $0.fieldPath) }?.value(in: pod, sources) ?? ""
            }
            let mode = item.mode ?? mode ?? Volume.defaultMode
            content.files[cleaned(item.path)] = VolumeContent.File(bytes: Array(text.utf8), mode: mode)
        }
    }

    private func amount(_ reference: ResourceFieldReference) throws(ReferenceFailure) -> String {
        let containers = pod.spec.initContainers + pod.spec.containers
        let name = reference.containerName ?? ""
        guard let container = containers.first(where: { $0.name == name }),
            let field = ResourceField(reference.resource)
        else { throw ReferenceFailure("container \(name) not found") }
        return field.value(of: container, divisor: reference.divisor, allocatable: sources.allocatable)
    }

    private func cleaned(_ path: String) -> String {
        path.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
    }
}
