/// A flag that cannot be understood.
struct UsageError: Error {
    var message: String

    init(_ message: String) { self.message = message }
}

/// Reads flags and operands from left to right: `--name value`, `--name=value`, `-n value`, single letters together.
struct ArgumentReader {
    private var rest: ArraySlice<String>
    /// The value of a `--name=value` that was just read.
    private var attached: String?
    private(set) var current = ""

    init(_ arguments: some Sequence<String>) {
        rest = Array(arguments)[...]
    }

    /// The next flag's name with its dashes; nil at the first operand, which stays. `--` is passed over.
    mutating func nextFlag() throws(UsageError) -> String? {
        if attached != nil { throw UsageError("\(current) takes no value") }
        guard let argument = rest.first, argument.hasPrefix("-"), argument != "-" else { return nil }
        rest = rest.dropFirst()
        if argument == "--" { return nil }
        if let equals = argument.firstIndex(of: "="), argument.hasPrefix("-") {
            current = String(argument[..<equals])
            attached = String(argument[argument.index(after: equals)...])
        } else {
            current = argument
        }
        // runc takes long names with one dash as well.
        if !current.hasPrefix("--") && current.count > 2 { current = "-" + current }
        return current
    }

    /// The next flag, for commands whose flags may stand behind operands: those before it are appended.
    mutating func nextFlag(passing operands: inout [String]) throws(UsageError) -> String? {
        while true {
            if let flag = try nextFlag() { return flag }
            guard let operand = nextOperand() else { return nil }
            operands.append(operand)
        }
    }

    /// The value of the flag that was just read.
    mutating func value() throws(UsageError) -> String {
        if let value = attached {
            attached = nil
            return value
        }
        guard let value = rest.popFirst() else { throw UsageError("\(current) needs a value") }
        return value
    }

    /// The value of a flag that is on unless it says otherwise.
    mutating func on() throws(UsageError) -> Bool {
        guard let value = attached else { return true }
        attached = nil
        switch value {
        case "true", "1", "t": return true
        case "false", "0", "f": return false
        default: throw UsageError("\(current) is true or false, not \"\(value)\"")
        }
    }

    mutating func number() throws(UsageError) -> Int {
        let text = try value()
        guard let number = Int(text), number >= 0 else {
            throw UsageError("\(current) wants a number, not \"\(text)\"")
        }
        return number
    }

    /// A count that may be below zero (-1 is "no limit").
    mutating func integer() throws(UsageError) -> Int64 {
        let text = try value()
        guard let number = Int64(text) else { throw UsageError("\(current) wants a number, not \"\(text)\"") }
        return number
    }

    /// Everything from here on.
    mutating func operands() -> [String] {
        defer { rest = [] }
        return Array(rest)
    }

    /// Whether a command is only asked how it is called.
    var asksForHelp: Bool { rest.first == "--help" || rest.first == "-h" }

    /// Flags may stand behind operands for these commands: reads one operand if there is one.
    mutating func nextOperand() -> String? { rest.popFirst() }

    func unknown() -> UsageError { UsageError("unknown flag \(current)") }
}
