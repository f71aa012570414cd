import PodSpec

/// An object beside the pods (a ConfigMap, a Secret, a claim, a workload) as a manifest file wants it.
public struct DesiredObject: Sendable, Hashable {
    public var object: ManifestObject
    /// What of the manifest is not served.
    public var warnings: [String]
    /// `PodIdentity.fingerprint` of the spec as it was written; nil for objects without one.
    public var fingerprint: String?
    /// The file it comes from, relative to the watched folder.
    public var file: String

    public init(_ object: ManifestObject, warnings: [String] = [], fingerprint: String? = nil, file: String) {
        self.object = object
        self.warnings = warnings
        self.fingerprint = fingerprint
        self.file = file
    }

    public var name: ObjectName { object.name }

    /// Whether it makes pods; else pods refer to it.
    var isWorkload: Bool {
        if case .workload = object { return true }
        return false
    }
}
