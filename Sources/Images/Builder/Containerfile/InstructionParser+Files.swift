/// COPY, ADD and RUN.
extension InstructionParser {
    func transfer() throws(ContainerfileError) -> Instruction.Transfer {
        let words = try jsonStrings() ?? Words.quoted(rest, escape: escape).map(\.text)
        guard words.count >= 2 else {
            throw fail(start, "\(keyword) takes at least one source and a destination")
        }
        let transfer = Instruction.Transfer(
            adds: keyword == "ADD",
            sources: Array(words.dropLast()),
            destination: words[words.count - 1],
            from: try flag("from")?.value,
            owner: try flag("chown")?.value,
            mode: try flag("chmod")?.value,
            link: try boolean("link") ?? false,
            excludes: flags.filter { $0.name == "exclude" }.map(\.value),
            checksum: try flag("checksum")?.value,
            unpack: try boolean("unpack")
        )
        if try boolean("parents") ?? false {
            throw fail(start, "--parents is not served: copy the folder that has them")
        }
        if transfer.from != nil, !line.heredocs.isEmpty {
            throw fail(start, "--from and a heredoc do not go together")
        }
        if try boolean("keep-git-dir") ?? false {
            throw fail(start, "ADD of a git repository is not served: clone it into the context")
        }
        return transfer
    }

    func run() throws(ContainerfileError) -> Instruction.Run {
        var mounts: [Instruction.MountRequest] = []
        for flag in flags where flag.name == "mount" { mounts.append(try mount(flag)) }
        let network = try flag("network")
        if let network, !["default", "none", "host"].contains(network.value) {
            throw fail(network.offset, "--network is default, none or host, not \"\(network.value)\"")
        }
        if let security = try flag("security"), security.value != "sandbox" {
            throw fail(
                security.offset,
                "--security=\(security.value) would give a step the host's rights: it is refused"
            )
        }
        return Instruction.Run(command: try commandLine(), mounts: mounts, network: network?.value)
    }

    private static let mountOptions: [Instruction.MountRequest.Kind: Set<String>] = [
        .bind: ["target", "source", "from", "rw"],
        .cache: ["id", "target", "ro", "sharing", "from", "source", "mode", "uid", "gid"],
        .tmpfs: ["target", "size"],
        .secret: ["id", "target", "required", "mode", "uid", "gid", "env"],
        .ssh: ["id", "target", "required", "mode", "uid", "gid"],
    ]
    private static let aliases = [
        "dst": "target", "destination": "target", "src": "source", "readwrite": "rw", "readonly": "ro",
    ]

    private func mount(_ flag: Flag) throws(ContainerfileError) -> Instruction.MountRequest {
        var options: [String: String] = [:]
        for part in flag.value.split(separator: ",") {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let name = Self.aliases[pair[0].lowercased()] ?? pair[0].lowercased()
            guard options.updateValue(pair.count > 1 ? Self.unquoted(pair[1]) : "true", forKey: name) == nil else {
                throw fail(flag.offset, "--mount: \(name) is given twice")
            }
        }
        let type = options.removeValue(forKey: "type") ?? "bind"
        guard let kind = Instruction.MountRequest.Kind(rawValue: type) else {
            throw fail(flag.offset, "--mount: type is bind, cache, tmpfs, secret or ssh, not \"\(type)\"")
        }
        // Buildah and docker have both words for both kinds.
        if kind == .bind, let readOnly = options.removeValue(forKey: "ro") {
            options["rw"] = readOnly == "true" ? "false" : "true"
        }
        if kind == .cache, let writable = options.removeValue(forKey: "rw") {
            options["ro"] = writable == "true" ? "false" : "true"
        }
        for name in options.keys.sorted() where !(Self.mountOptions[kind]?.contains(name) ?? false) {
            throw fail(flag.offset, "--mount=type=\(type) has no option \(name)")
        }
        if [.bind, .cache, .tmpfs].contains(kind), options["target"] == nil {
            throw fail(flag.offset, "--mount=type=\(type) needs a target")
        }
        if let sharing = options["sharing"], !["shared", "private", "locked"].contains(sharing) {
            throw fail(flag.offset, "--mount: sharing is shared, private or locked, not \"\(sharing)\"")
        }
        return Instruction.MountRequest(kind: kind, options: options, position: line.position(flag.offset))
    }

    private static func unquoted(_ text: String) -> String {
        guard text.count >= 2, let first = text.first, first == text.last, first == "\"" || first == "'" else {
            return text
        }
        return String(text.dropFirst().dropLast())
    }
}
