import ContainerRuntime

/// `delete`.
struct DeleteCommand {
    private var force = false
    private var isPattern = false
    private let ids: [String]

    init(_ reader: inout ArgumentReader) throws(UsageError) {
        var operands: [String] = []
        while let flag = try reader.nextFlag(passing: &operands) {
            switch flag {
            case "--force", "-f": force = try reader.on()
            case "--regex", "-r": isPattern = try reader.on()
            default: throw reader.unknown()
            }
        }
        guard !operands.isEmpty else { throw UsageError("a container id is needed") }
        ids = operands
    }

    func run(_ global: GlobalOptions) throws {
        let engine = global.engine
        for id in try isPattern ? IDPattern.matches(of: ids, engine) : ids { try engine.delete(id: id, force: force) }
    }
}
