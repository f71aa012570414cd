import ContainerRuntime

/// `delete`.
struct DeleteCommand {
    private var force = false
    private let ids: [String]

    init(_ reader: inout ArgumentReader) throws(UsageError) {
        var operands: [String] = []
        repeat {
            while let flag = try reader.nextFlag() {
                switch flag {
                case "--force", "-f": force = try reader.on()
                case "--regex": throw UsageError("--regex is not supported")
                default: throw reader.unknown()
                }
            }
            guard let operand = reader.nextOperand() else { break }
            operands.append(operand)
        } while true
        guard !operands.isEmpty else { throw UsageError("a container id is needed") }
        ids = operands
    }

    func run(_ global: GlobalOptions) throws(RuntimeError) {
        let engine = global.engine
        for id in ids { try engine.delete(id: id, force: force) }
    }
}
