import JSONCoding

/// Reads one instruction from its line.
struct InstructionParser {
    struct Flag {
        var name: String
        var value: String
        var offset: Int
    }

    let file: String
    let escape: UInt8
    let line: LogicalLine
    let keyword: String
    /// Where the arguments begin, behind the flags.
    var rest: ArraySlice<UInt8>
    private(set) var flags: [Flag] = []

    init(_ line: LogicalLine, escape: UInt8, file: String) throws(ContainerfileError) {
        self.file = file
        self.escape = escape
        self.line = line
        let name = line.bytes.prefix { !$0.isWhite }
        keyword = name.text.uppercased()
        rest = line.bytes.dropFirst(name.count).trimmed
        guard Self.flagNames.keys.contains(keyword) else {
            throw ContainerfileError(file: file, at: line.position(0), "unknown instruction \"\(name.text)\"")
        }
        try readFlags()
    }

    private static let flagNames: [String: Set<String>] = [
        "FROM": ["platform"], "ARG": [], "ENV": [], "LABEL": [], "CMD": [], "ENTRYPOINT": [], "WORKDIR": [], "USER": [],
        "RUN": ["mount", "network", "security"], "STOPSIGNAL": [], "MAINTAINER": [], "EXPOSE": [], "VOLUME": [],
        "SHELL": [],
        "COPY": ["from", "chown", "chmod", "link", "parents", "exclude"],
        "ADD": ["chown", "chmod", "link", "exclude", "checksum", "keep-git-dir", "unpack"],
        "HEALTHCHECK": ["interval", "timeout", "start-period", "start-interval", "retries"], "ONBUILD": [],
    ]

    func fail(_ offset: Int, _ message: String) -> ContainerfileError {
        ContainerfileError(file: file, at: line.position(offset), message)
    }

    /// `--name` and `--name=value` ahead of the arguments.
    private mutating func readFlags() throws(ContainerfileError) {
        let known = Self.flagNames[keyword] ?? []
        guard !known.isEmpty else { return }
        while rest.starts(with: Array("--".utf8)) {
            guard let word = Words.quoted(rest, escape: escape).first else { return }
            let text = word.text.dropFirst(2)
            // `--` alone ends the flags.
            if text.isEmpty {
                rest = rest.dropFirst(2).trimmed
                return
            }
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            guard known.contains(name) else { throw fail(word.offset, "\(keyword) has no flag --\(name)") }
            flags.append(Flag(name: name, value: parts.count > 1 ? String(parts[1]) : "", offset: word.offset))
            rest = rest.dropFirst(word.text.utf8.count).trimmed
        }
    }

    /// The one value of a flag; nil where it was not given.
    func flag(_ name: String) throws(ContainerfileError) -> Flag? {
        let given = flags.filter { $0.name == name }
        if given.count > 1 { throw fail(given[1].offset, "--\(name) is given twice") }
        if let only = given.first, only.value.isEmpty { throw fail(only.offset, "--\(name) needs a value") }
        return given.first
    }

    func boolean(_ name: String) throws(ContainerfileError) -> Bool? {
        guard let flag = flags.first(where: { $0.name == name }) else { return nil }
        switch flag.value.lowercased() {
        case "", "true", "1": return true
        case "false", "0": return false
        default: throw fail(flag.offset, "--\(name) is true or false, not \"\(flag.value)\"")
        }
    }

    func instruction() throws(ContainerfileError) -> Instruction {
        Instruction(
            keyword: keyword,
            action: try action(),
            position: line.position(0),
            text: line.bytes.trimmed.text,
            heredocs: line.heredocs
        )
    }

    private func action() throws(ContainerfileError) -> Instruction.Action {
        if rest.isEmpty && !(keyword == "SHELL") {
            throw fail(line.bytes.count, "\(keyword) needs at least one argument")
        }
        switch keyword {
        case "FROM": return .from(try base())
        case "ARG": return .argument(try arguments())
        case "ENV": return .environment(try assignments())
        case "LABEL": return .label(try assignments())
        case "RUN": return .run(try run())
        case "CMD": return .command(try commandLine())
        case "ENTRYPOINT": return .entrypoint(try commandLine())
        case "COPY", "ADD": return .transfer(try transfer())
        case "WORKDIR": return .workingDirectory(rest.text)
        case "USER": return .user(try single())
        case "STOPSIGNAL": return .stopSignal(try single())
        case "MAINTAINER": return .maintainer(rest.text)
        case "EXPOSE": return .expose(Words.quoted(rest, escape: escape).map(\.text))
        case "VOLUME": return .volume(try jsonStrings() ?? Words.quoted(rest, escape: escape).map(\.text))
        case "SHELL":
            guard let words = try jsonStrings(), !words.isEmpty else {
                throw fail(start, "SHELL takes a JSON array: SHELL [\"/bin/sh\", \"-c\"]")
            }
            return .shell(words)
        case "HEALTHCHECK": return .health(try health())
        default: return .onBuild(try trigger())
        }
    }

    /// Where the arguments begin.
    var start: Int { rest.startIndex }

    private func single() throws(ContainerfileError) -> String {
        let words = Words.quoted(rest, escape: escape)
        guard words.count == 1 else { throw fail(words[1].offset, "\(keyword) takes one argument") }
        return words[0].text
    }

    private func base() throws(ContainerfileError) -> Instruction.Base {
        let words = Words.quoted(rest, escape: escape)
        var base = Instruction.Base(image: words[0].text, platform: try flag("platform")?.value, name: nil)
        if words.count == 1 { return base }
        guard words.count == 3, words[1].text.uppercased() == "AS" else {
            throw fail(words[1].offset, "FROM takes IMAGE or IMAGE AS NAME")
        }
        let name = words[2].text.lowercased()
        let isName = name.utf8.first?.isLetter == true && name.utf8.allSatisfy { $0.isNameByte || $0 == 45 || $0 == 46 }
        guard isName else { throw fail(words[2].offset, "\"\(words[2].text)\" cannot name a stage") }
        base.name = name
        return base
    }

    private func arguments() throws(ContainerfileError) -> [Instruction.Assignment] {
        var list: [Instruction.Assignment] = []
        for word in Words.quoted(rest, escape: escape) {
            let parts = word.text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard Self.isVariable(parts[0]) else { throw fail(word.offset, "\"\(parts[0])\" cannot name an ARG") }
            let value = parts.count > 1 ? parts[1] : nil
            list.append(.init(name: parts[0], value: value, position: line.position(word.offset)))
        }
        return list
    }

    private static func isVariable(_ name: String) -> Bool {
        name.utf8.first.map { $0.isNameByte && !$0.isDigit } ?? false
            && name.utf8.allSatisfy { $0.isNameByte || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }
    }

    /// `NAME=VALUE …`, or the old form `NAME all the rest`.
    private func assignments() throws(ContainerfileError) -> [Instruction.Assignment] {
        let words = Words.quoted(rest, escape: escape)
        if !words[0].text.contains("=") {
            let value = rest.dropFirst(words[0].text.utf8.count).trimmed
            guard !value.isEmpty else { throw fail(start, "\(keyword) takes NAME=VALUE") }
            return [.init(name: words[0].text, value: value.text, position: line.position(words[0].offset))]
        }
        var list: [Instruction.Assignment] = []
        for word in words {
            guard let equals = word.text.firstIndex(of: "="), equals > word.text.startIndex else {
                throw fail(word.offset, "\"\(word.text)\": \(keyword) takes NAME=VALUE")
            }
            let value = String(word.text[word.text.index(after: equals)...])
            list.append(
                .init(name: String(word.text[..<equals]), value: value, position: line.position(word.offset))
            )
        }
        return list
    }

    /// The strings of a JSON array; nil where the arguments are none.
    func jsonStrings() throws(ContainerfileError) -> [String]? {
        guard rest.first == UInt8(ascii: "[") else { return nil }
        // What looks like an array and is none is a shell's `[ … ]`.
        guard let node = try? JSON.parse(Array(rest)), case .array(let elements) = node.value else { return nil }
        var strings: [String] = []
        for element in elements {
            guard case .string(let text) = element.value else { return nil }
            guard !text.utf8.contains(0) else { throw fail(start, "a zero byte in an argument") }
            strings.append(text)
        }
        return strings
    }

    func commandLine() throws(ContainerfileError) -> Instruction.CommandLine {
        if let words = try jsonStrings() { return .exec(words) }
        return .shell(rest.text)
    }

    private func health() throws(ContainerfileError) -> Instruction.Health {
        let words = Words.plain(rest)
        var health = Instruction.Health(command: nil)
        switch words[0].text.uppercased() {
        case "NONE":
            guard words.count == 1, flags.isEmpty else { throw fail(start, "HEALTHCHECK NONE stands alone") }
            return health
        case "CMD":
            var command = self
            command.rest = rest.dropFirst(3).trimmed
            guard !command.rest.isEmpty else { throw fail(line.bytes.count, "HEALTHCHECK CMD needs a command") }
            health.command = try command.commandLine()
        default: throw fail(start, "HEALTHCHECK takes NONE or CMD, not \"\(words[0].text)\"")
        }
        health.interval = try duration("interval")
        health.timeout = try duration("timeout")
        health.startPeriod = try duration("start-period")
        health.startInterval = try duration("start-interval")
        if let flag = try flag("retries") {
            guard let retries = Int(flag.value), (0...1_000_000).contains(retries) else {
                throw fail(flag.offset, "--retries is a number, not \"\(flag.value)\"")
            }
            health.retries = retries
        }
        return health
    }

    private func duration(_ name: String) throws(ContainerfileError) -> Int64? {
        guard let flag = try flag(name) else { return nil }
        guard let nanoseconds = GoDuration.nanoseconds(flag.value), nanoseconds == 0 || nanoseconds >= 1_000_000 else {
            throw fail(flag.offset, "--\(name) is a duration of at least 1ms, such as 30s, not \"\(flag.value)\"")
        }
        return nanoseconds
    }

    /// Checked now, carried out by the build that begins with this image.
    private func trigger() throws(ContainerfileError) -> String {
        var inner = LogicalLine()
        inner.append(rest, at: line.position(start))
        inner.heredocs = line.heredocs
        let parser = try InstructionParser(inner, escape: escape, file: file)
        guard !["ONBUILD", "FROM", "MAINTAINER"].contains(parser.keyword) else {
            throw fail(start, "\(parser.keyword) cannot be an ONBUILD trigger")
        }
        _ = try parser.instruction()
        // A trigger is one text: its bodies go with it.
        var text = rest.text
        for heredoc in line.heredocs { text += "\n\(heredoc.content)\(heredoc.name)" }
        return text
    }
}
