import ArgumentParser
import Builder
import JSONCoding
import OCISpec

extension BuilderNoun {
    struct Config: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "config",
            abstract: "Change what a working container's image will say.",
            discussion: "A command is a JSON array, or a text that goes through a shell."
        )
        @Argument(help: "The container.")
        var container: String
        @Option(name: .shortAndLong, help: ArgumentHelp("A variable; NAME- removes it.", valueName: "name=value"))
        var env: [String] = []
        @Option(name: .shortAndLong, help: ArgumentHelp("A label; NAME- removes it.", valueName: "name=value"))
        var label: [String] = []
        @Option(help: ArgumentHelp("The command.", valueName: "command"))
        var cmd: String?
        @Option(help: ArgumentHelp("The entry point.", valueName: "command"))
        var entrypoint: String?
        @Option(help: ArgumentHelp("The shell of commands that are texts, as a JSON array.", valueName: "shell"))
        var shell: String?
        @Option(name: .shortAndLong, help: ArgumentHelp("The user.", valueName: "user"))
        var user: String?
        @Option(help: ArgumentHelp("The working directory.", valueName: "dir"))
        var workingdir: String?
        @Option(name: .shortAndLong, help: ArgumentHelp("A port: 80, 53/udp.", valueName: "port"))
        var port: [String] = []
        @Option(name: .shortAndLong, help: ArgumentHelp("A volume.", valueName: "path"))
        var volume: [String] = []
        @Option(help: ArgumentHelp("The signal that ends it.", valueName: "signal"))
        var stopSignal: String?
        @Option(help: ArgumentHelp("The author.", valueName: "name"))
        var author: String?
        @Option(help: ArgumentHelp("An instruction for who builds upon the image.", valueName: "instruction"))
        var onbuild: [String] = []
        @OptionGroup var options: Options

        func run() async throws {
            try await options.run { builder in
                try await builder.configure(container, step: "config") { container in
                    var execution = container.execution
                    try change(&execution)
                    container.execution = execution
                    if let author { container.configuration.author = author }
                }
            }
        }

        private func change(_ execution: inout ImageConfiguration.Execution) throws {
            for text in env {
                let name = String(text.prefix { $0 != "=" })
                if name == text, !text.hasSuffix("-") {
                    throw BuildError(.invalid, "--env \(text): NAME=VALUE or NAME- is wanted")
                }
                let plain = name == text ? String(name.dropLast()) : name
                var list = (execution.environment ?? []).filter { !$0.hasPrefix("\(plain)=") }
                if name != text { list.append(text) }
                execution.environment = list
            }
            for text in label {
                let name = String(text.prefix { $0 != "=" })
                if name == text, !text.hasSuffix("-") {
                    throw BuildError(.invalid, "--label \(text): NAME=VALUE or NAME- is wanted")
                }
                var labels = execution.labels ?? [:]
                if name == text {
                    labels[String(name.dropLast())] = nil
                } else {
                    labels[name] = String(text.dropFirst(name.count + 1))
                }
                execution.labels = labels
            }
            if let shell { execution.shell = try words(shell, nil) }
            if let entrypoint { execution.entrypoint = try words(entrypoint, execution.shell) }
            if let cmd { execution.command = try words(cmd, execution.shell) }
            if let user { execution.user = user }
            if let workingdir {
                guard workingdir.hasPrefix("/") else {
                    throw BuildError(.invalid, "--workingdir \(workingdir): an absolute path is wanted")
                }
                execution.workingDirectory = workingdir
            }
            for text in port {
                for name in try ImagePorts.list(text) {
                    execution.exposedPorts = (execution.exposedPorts ?? [:]).merging([name: .init()]) { $1 }
                }
            }
            for path in volume { execution.volumes = (execution.volumes ?? [:]).merging([path: .init()]) { $1 } }
            if let stopSignal { execution.stopSignal = stopSignal }
            if !onbuild.isEmpty { execution.onBuild = (execution.onBuild ?? []) + onbuild }
        }

        /// Nil as the shell: only an array will do.
        private func words(_ text: String, _ shell: [String]?) throws -> [String] {
            // A text that is no array is a command.
            if let words = try? JSON.decode([String].self, from: Array(text.utf8)) { return words }
            guard text != "", !(shell == nil && self.shell == text) else {
                throw BuildError(.invalid, "\"\(text)\": a JSON array is wanted")
            }
            return (shell ?? ["/bin/sh", "-c"]) + [text]
        }
    }

    struct Inspect: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "inspect",
            abstract: "Show all about a working container, as JSON."
        )
        @Argument(help: "The container.")
        var container: String
        @OptionGroup var options: Options

        func run() async throws {
            let found = try await options.run { try $0.container(container) }
            Terminal.write(String(decoding: try JSON.encode(found, style: .pretty), as: UTF8.self) + "\n")
        }
    }
}
