import AgentAPI

/// The tables of `swiftlet get configmaps`, `secrets`, `persistentvolumeclaims` and classes.
public struct ObjectTable: Sendable {
    public let kind: DataKind
    public let showsNamespace: Bool
    private var table: TextTable

    public init(_ kind: DataKind, showsNamespace: Bool) {
        self.kind = kind
        self.showsNamespace = showsNamespace && kind.isNamespaced
        let columns =
            switch kind {
            case .configMap: ["NAME", "DATA", "IMMUTABLE", "FILE"]
            case .secret: ["NAME", "TYPE", "DATA", "IMMUTABLE", "FILE"]
            case .persistentVolumeClaim: ["NAME", "REQUESTED", "ACCESS MODES", "RECLAIM POLICY", "USED BY", "FILE"]
            case .priorityClass: ["NAME", "VALUE", "GLOBAL-DEFAULT", "PREEMPTIONPOLICY", "FILE"]
            case .runtimeClass: ["NAME", "HANDLER", "OVERHEAD", "FILE"]
            case .networkPolicy: ["NAME", "POD-SELECTOR", "POLICY TYPES", "PODS", "FILE"]
            }
        let showsNamespace = showsNamespace && kind.isNamespaced
        table = TextTable(columns: (showsNamespace ? ["NAMESPACE"] : []) + columns)
    }

    public var columns: [String] { table.columns }

    public mutating func render(_ objects: [ObjectDetail]) -> String { table.render(objects.map(row)) }

    /// The cells of one, under `columns`.
    public func row(_ object: ObjectDetail) -> [String] {
        var cells = (showsNamespace ? [object.namespace] : []) + [object.name]
        switch kind {
        case .configMap: cells += ["\(object.keys.count)", "\(object.immutable)"]
        case .secret: cells += [object.type ?? "<none>", "\(object.keys.count)", "\(object.immutable)"]
        case .persistentVolumeClaim:
            let modes = (object.claim?.accessModes ?? []).map(Self.short).joined(separator: ",")
            cells += [object.claim?.storage ?? "<none>", modes, object.claim?.reclaimPolicy ?? "<none>"]
            cells.append(object.usedBy.isEmpty ? "<none>" : object.usedBy.joined(separator: ","))
        case .priorityClass:
            cells += object.priority.map { ["\($0.value)", "\($0.globalDefault)", $0.preemptionPolicy] } ?? ["", "", ""]
        case .runtimeClass:
            let overhead = (object.runtime?.overhead ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            cells += [object.runtime?.handler ?? "", overhead.isEmpty ? "<none>" : overhead.joined(separator: ",")]
        case .networkPolicy:
            let selector = object.policy?.podSelector ?? ""
            cells += [selector.isEmpty ? "<none>" : selector, object.policy?.types ?? "", "\(object.usedBy.count)"]
        }
        return cells + [object.file]
    }

    /// kubectl's short words.
    private static func short(_ mode: String) -> String {
        switch mode {
        case "ReadWriteOnce": "RWO"
        case "ReadOnlyMany": "ROX"
        case "ReadWriteMany": "RWX"
        case "ReadWriteOncePod": "RWOP"
        default: mode
        }
    }
}
