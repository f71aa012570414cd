import Linux
import TestSupport
import Testing

extension EndToEnd {
    /// What Tab offers, in real shells on a terminal: commands, and names that the agent knows.
    @Suite struct CompletionTests {
        /// Where each shell looks for completions, and what makes it look there.
        private static let shells = [
            (
                name: "zsh", script: "functions/_swiftlet", rc: ".zshrc",
                text: "fpath=(~/functions $fpath); autoload -Uz compinit; compinit -u; PS1='ready> '; unsetopt beep"
            ),
            (
                name: "fish", script: ".config/fish/completions/swiftlet.fish", rc: ".config/fish/config.fish",
                text: "function fish_prompt; echo 'ready> '; end\nfunction fish_greeting; end"
            ),
        ]

        @Test(arguments: ["zsh", "fish"]) func tabOffersNames(_ name: String) async throws {
            let agent = try await Stage.shared().agent
            let shell = try #require(Self.shells.first { $0.name == name })
            try agent.put("tabbed.yaml", Manifest.pod("tabbed-pod"))
            try await agent.waitRunning("tabbed-pod")
            let home = "\(agent.folder)/home-\(name)"
            let generated = try await agent.swiftlet(["--generate-completion-script", name]).checked()
            for (path, text) in [(shell.script, generated.text), (shell.rc, shell.text + "\n")] {
                try FileSystem.makeDirectories(FileSystem.split("\(home)/\(path)").directory)
                try FileSystem.write("\(home)/\(path)", Array(text.utf8))
            }
            try FileSystem.makeDirectories("\(home)/bin")
            try FileSystem.makeSymbolicLink(at: "\(home)/bin/swiftlet", to: TestBinaries.swiftlet)
            // What is typed is never a whole name: what is shown is the shell's doing. ctrl-u empties the line.
            let steps = ##"""
                [["expect", "ready> "], ["send", "swiftlet desc\t"], ["expect", "describe"], ["send", "\u0015"],
                 ["send", "swiftlet logs tab\t"], ["expect", "tabbed-pod"], ["send", "\u0015"],
                 ["send", "swiftlet exec tabbed-pod -c ma\t"], ["expect", "main"], ["send", "\u0015"],
                 ["send", "swiftlet api pod.li\t"], ["expect", "pod.list"], ["send", "\u0015exit\r"]]
                """##
            var command = agent.swiftletCommand([])
            command.arguments = ["/usr/bin/python3", "\(Stage.fixtures)/terminal.py", "40", "120", "/usr/bin/\(name)", "-i"]
            command.input = Array(steps.utf8)
            command.environment["HOME"] = home
            command.environment["XDG_CONFIG_HOME"] = "\(home)/.config"
            command.environment["XDG_DATA_HOME"] = "\(home)/.local/share"
            command.environment["TERM"] = "xterm"
            command.environment["PATH"] = "\(home)/bin:/usr/bin:/bin"
            let outcome = try await agent.host.run(command)
            #expect(outcome.succeeded, "\(outcome)")
            try FileSystem.removeTree(home)
            try await agent.removeAll()
        }
    }
}
