import Linux
import TestSupport
import Testing

extension EndToEnd {
    /// Every command that users of kubectl and crictl look for: with its help, its manual page, and in what shells offer.
    @Suite struct CommandTableTests {
        private static let commands = [
            "get", "describe", "apply", "delete", "logs", "exec", "attach", "port-forward", "cp", "top", "events", "wait", "diff",
            "explain", "image ls", "image pull", "image rm", "image inspect", "network ls", "network inspect", "system info",
            "system health", "system df", "api", "image push", "image copy", "image sync", "image list-tags", "image manifest digest",
            "image df", "image fsck", "push", "login", "logout",
            "build", "builder from", "builder run", "builder copy", "builder add", "builder config",
            "builder mount", "builder umount", "builder commit", "builder containers", "builder rm", "builder prune",
        ]

        @Test func everyCommandHasHelpAPageAndCompletions() async throws {
            let agent = try await Stage.shared().agent
            let folder = "\(agent.folder)/manual"
            try FileSystem.makeDirectories(folder)
            let script = "\(FileSystem.split(FileSystem.split(FileSystem.split(Stage.fixtures).directory).directory).directory)/hack/packaging/man-pages"
            try await agent.host.run("/usr/bin/python3", script, "--version", "1", TestBinaries.swiftlet, folder).checked()
            let pages = Set(try FileSystem.list(folder))
            var scripts: [String] = []
            for shell in ["bash", "zsh", "fish"] {
                scripts.append(try await agent.swiftlet(["--generate-completion-script", shell]).checked().text)
            }
            for command in Self.commands {
                let words = command.split(separator: " ").map(String.init)
                let help = try await agent.swiftlet(words + ["--help"])
                #expect(help.succeeded && help.text.contains("USAGE: "), "\(command): \(help)")
                // An alias has the page of the command that it stands for.
                let page = "swiftlet-\(words.joined(separator: "-")).1"
                #expect(pages.contains(page), "\(page) of \(pages.sorted())")
                for script in scripts { #expect(words.allSatisfy { script.contains($0) }, "\(command)") }
            }
            try FileSystem.removeTree(folder)
        }
    }
}
