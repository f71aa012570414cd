import Archive
import Glibc
import ImageStore
import Linux
import OCISpec

extension PlatformBuild {
    func run(_ run: Instruction.Run, _ instruction: Instruction) async throws {
        let script = Script(run.command, instruction.heredocs, shell: state.shell)
        let network = run.network.map { $0 == "default" ? request.behaviour.network : $0 } ?? request.behaviour.network
        var mounts: [StepMount] = []
        for mount in run.mounts { mounts.append(try await stepMount(mount)) }
        var process = StepProgram.Process(arguments: script.arguments, environment: state.stepEnvironment)
        process.workingDirectory = state.execution.workingDirectory.flatMap { $0.isEmpty ? nil : $0 } ?? "/"
        process.user = state.execution.user ?? ""
        process.network = network
        let key =
            ["run", network, process.user, process.workingDirectory] + process.arguments + ["environment"]
            + process.environment + ["files"] + script.files + mounts.flatMap(\.key)
        // Those change what a step can reach, and not what it makes: they are no part of the key.
        let proxies = request.arguments.filter { BuildArguments.predefined.contains($0.key) }.map {
            "\($0.key)=\($0.value)"
        }.sorted()
        process.environment += proxies.filter { proxy in
            !process.environment.contains { $0.hasPrefix(proxy.prefix { $0 != "=" } + "=") }
        }
        let text =
            "RUN "
            + (script.arguments.starts(with: state.shell)
            ? script.arguments : ["[" + script.arguments.joined(separator: " ") + "]"])
            .joined(separator: " ")
        let (program, output, files) = (tools.program, tools.output, script.files)
        let folders = StepMountMaker.Folders(store: tools.store, cache: tools.cacheMounts, run: tools.program.runFolder)
        let (prepared, context, ignore, made) = (process, contextRoot, self.ignore, mounts)
        let described = String(instruction.text.prefix(200))
        try await apply(
            Step(key: key, text: text, position: instruction.position) { root in
                try await onThread(named: "run") {
                    try StepMountMaker(folders: folders, context: context, ignore: ignore).with(made, files: files) {
                        made in
                        var process = prepared
                        process.mounts = made.mounts
                        process.environment += made.environment
                        let status = try program.run(process, in: root, output: output)
                        guard status == 0 else {
                            throw BuildError(.stepFailed, "\(described): exit status \(status)", exitStatus: status)
                        }
                    }
                }
            }
        )
    }

    private func stepMount(_ mount: Instruction.MountRequest) async throws -> StepMount {
        var options: [String: String] = [:]
        let expand = expander()
        for (name, value) in mount.options { options[name] = try expand.expand(value) }
        var step = StepMount(kind: mount.kind, options: options, target: options["target"].map(absolute) ?? "")
        if let from = options["from"] {
            let origin = try await self.origin(from)
            step.layers = origin.layers.map { tools.store.directory(of: $0) }
            step.key = ["from", origin.chainID?.description ?? "scratch"]
        }
        switch mount.kind {
        case .bind where step.layers == nil:
            guard let contextRoot else { throw BuildError(.invalid, "a bind mount needs a context") }
            let (path, ignore) = (options["source"] ?? "", self.ignore)
            step.key = try await onThread(named: "hash") {
                let digest = SourceDigest(keepsOwners: true)
                var visitor = digest
                let tree = SourceTree(root: contextRoot, ignore: ignore, excludes: try IgnorePatterns([]))
                try tree.visit(SourceTree.parts(path), as: Array("file".utf8), &visitor)
                return [digest.finish()]
            }
        case .secret:
            let id = options["id"] ?? options["target"].map { FileSystem.split($0).name } ?? ""
            let isRequired = options["required"] == "true"
            step.secret = request.secrets[id]
            if step.target.isEmpty, options["env"] == nil { step.target = "/run/secrets/\(id)" }
            guard !id.isEmpty, step.secret != nil || !isRequired else {
                throw BuildError(
                    .invalid,
                    "the secret \"\(id)\" is required, and was not given: --secret id=\(id),src=FILE"
                )
            }
        case .ssh:
            let id = options["id"] ?? "default"
            step.socket = request.agents[id]
            if step.target.isEmpty { step.target = "/run/ssh-agent" }
            guard step.socket != nil || options["required"] != "true" else {
                throw BuildError(.invalid, "the agent \"\(id)\" is required, and was not given: --ssh \(id)")
            }
        default: break
        }
        step.key =
            ["mount", mount.kind.rawValue, step.target]
            + options.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" } + step.key
        return step
    }
}

/// What a RUN gives its program: the command, and bodies that are files.
struct Script: Sendable {
    var arguments: [String]
    /// Bodies with a line that says what runs them, mounted at `/run/build-script-N`.
    var files: [String] = []

    init(_ command: Instruction.CommandLine, _ heredocs: [Heredoc], shell: [String]) {
        guard case .shell(let text) = command else {
            guard case .exec(let words) = command else { preconditionFailure("there are two forms") }
            arguments = words
            return
        }
        guard let first = heredocs.first else {
            arguments = shell + [text]
            return
        }
        let marker = text.filter { $0 != "\"" && $0 != "'" }
        if heredocs.count == 1, marker == "<<\(first.name)" || marker == "<<-\(first.name)" {
            if first.content.hasPrefix("#!") {
                files = [first.content]
                arguments = ["/run/build-script-0"]
            } else {
                arguments = shell + [first.content]
            }
            return
        }
        // The shell reads them itself.
        arguments = shell + [text + "\n" + heredocs.map { "\($0.content)\($0.name)\n" }.joined()]
    }
}
