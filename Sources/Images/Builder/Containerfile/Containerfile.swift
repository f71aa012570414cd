/// A Containerfile (Dockerfile), read: its stages, and the arguments ahead of the first of them.
public struct Containerfile: Sendable, Hashable {
    /// From one FROM to the next.
    public struct Stage: Sendable, Hashable {
        public var base: Instruction.Base
        public var position: TextPosition
        /// What follows the FROM.
        public var instructions: [Instruction]
        public var index: Int
        public var name: String? { base.name }
    }

    public var file: String
    /// `\`, or what the directive `escape` says.
    public var escape: UInt8
    /// ARG ahead of the first FROM: what FROM lines may use.
    public var globals: [Instruction.Assignment]
    public var stages: [Stage]

    private static let instructionLimit = 100_000

    /// Reads a file's bytes; `file` is its name in messages. Everything that can be known without building is checked.
    public init(_ bytes: [UInt8], file: String = "Containerfile") throws(ContainerfileError) {
        self.file = file
        globals = []
        stages = []
        var reader = try SourceReader(bytes, file: file)
        escape = reader.escape
        var count = 0
        while let line = try reader.instruction() {
            count += 1
            let parser = try InstructionParser(line, escape: reader.escape, file: file)
            guard count <= Self.instructionLimit else {
                throw parser.fail(0, "more than \(Self.instructionLimit) instructions")
            }
            try add(try parser.instruction())
        }
        guard !stages.isEmpty else {
            throw ContainerfileError(file: file, at: TextPosition(line: 1, column: 1), "there is no FROM")
        }
    }

    private mutating func add(_ instruction: Instruction) throws(ContainerfileError) {
        if case .from(let base) = instruction.action {
            if let name = base.name, stages.contains(where: { $0.name == name }) {
                throw ContainerfileError(file: file, at: instruction.position, "a second stage \"\(name)\"")
            }
            let stage = Stage(base: base, position: instruction.position, instructions: [], index: stages.count)
            return stages.append(stage)
        }
        if stages.isEmpty {
            guard case .argument(let assignments) = instruction.action else {
                throw ContainerfileError(
                    file: file,
                    at: instruction.position,
                    "\(instruction.keyword) ahead of the first FROM: only ARG may be"
                )
            }
            return globals += assignments
        }
        stages[stages.count - 1].instructions.append(instruction)
    }

    /// The triggers of a base image as instructions; `image` is named in messages.
    static func triggers(_ texts: [String], of image: String) throws(ContainerfileError) -> [Instruction] {
        var instructions: [Instruction] = []
        for text in texts {
            let file = "ONBUILD of \(image)"
            var reader = try SourceReader(Array(text.utf8), file: file)
            while let line = try reader.instruction() {
                let instruction = try InstructionParser(line, escape: reader.escape, file: file).instruction()
                if ["FROM", "ONBUILD", "MAINTAINER"].contains(instruction.keyword) {
                    throw ContainerfileError(
                        file: file,
                        at: instruction.position,
                        "\(instruction.keyword) cannot be an ONBUILD trigger"
                    )
                }
                instructions.append(instruction)
            }
        }
        return instructions
    }

    /// The stage that a name or a number means.
    func stage(named name: String, before limit: Int) -> Stage? {
        let name = name.lowercased()
        if let stage = stages.prefix(limit).last(where: { $0.name == name }) { return stage }
        guard let number = Int(name), stages.prefix(limit).indices.contains(number) else { return nil }
        return stages[number]
    }
}
