import Glibc
import JSONCoding
import Linux
import TestSupport
import Testing

extension EndToEnd {
    /// `swiftlet top` in a terminal, by tmux.
    @Suite struct TopTests {
        /// A terminal of its own with a shell in it.
        private struct Screen {
            let host: any Host
            let socket: String

            func tmux(_ arguments: String...) async throws -> Command.Outcome {
                try await host.run(Command(["tmux", "-f", "/dev/null", "-S", socket] + arguments)).checked()
            }

            func type(_ keys: String...) async throws {
                _ = try await host.run(Command(["tmux", "-S", socket, "send-keys", "-t", "top"] + keys)).checked()
            }

            /// Waits until the screen shows a text, or does not.
            func wait(for text: String, isThere: Bool = true) async throws -> String {
                let script = """
                    for i in $(seq 600); do
                        screen=$(tmux -S "$1" capture-pane -p -t top)
                        case "$screen" in *"$2"*) found=yes;; *) found=no;; esac
                        [ $found = "$3" ] && break
                        sleep 0.1
                    done
                    printf '%s\\n%s' "$found" "$screen"
                    """
                let wanted = isThere ? "yes" : "no"
                let outcome = try await host.run(
                    Command(["/bin/sh", "-c", script, "sh", socket, text, wanted], deadline: .seconds(120))
                )
                #expect(outcome.text.hasPrefix(wanted + "\n"), "\(text): \(outcome)")
                return outcome.text
            }
        }

        @Test func aLiveTable() async throws {
            let stage = try await Stage.shared()
            let agent = stage.agent
            try agent.put("alpha.yaml", Manifest.pod("alpha", "echo words of alpha; exec sleep 100000"))
            try agent.put("beta.yaml", Manifest.pod("beta"))
            try await agent.waitForLogLine("alpha", "words of alpha")
            try await agent.waitRunning("beta")
            let screen = Screen(host: agent.host, socket: "\(stage.folder)/tmux.sock")
            let variables = "SWIFTLET_HOST=unix://\(agent.socket) SWIFTLET_CONFIG=/dev/null"
            _ = try await screen.tmux(
                "new-session", "-d", "-s", "top", "-x", "100", "-y", "30", "PS1='prompt> ' exec /bin/sh"
            )
            try await screen.type("\(variables) \(TestBinaries.swiftlet) top; echo status=$?", "Enter")
            let table = try await screen.wait(for: "pods(all)[2]")
            #expect(table.contains("alpha") && table.contains("beta") && table.contains("CPU ["), "\(table)")
            // A new pod comes by itself.
            try agent.put("gamma.yaml", Manifest.pod("gamma"))
            _ = try await screen.wait(for: "gamma")
            try await screen.type("/", "alp")
            _ = try await screen.wait(for: "beta", isThere: false)
            try await screen.type("Enter", "l")
            _ = try await screen.wait(for: "words of alpha")
            try await screen.type("Escape")
            _ = try await screen.wait(for: "pods(all)[1]")
            try await screen.type("y")
            _ = try await screen.wait(for: "kind: Pod")
            try await screen.type("Escape")
            try await screen.type("d")
            _ = try await screen.wait(for: "describe default/alpha")
            try await screen.type("Escape", "?")
            _ = try await screen.wait(for: "choose a row")
            try await screen.type("x")
            // Another size, and the table fits it.
            _ = try await screen.tmux("resize-window", "-t", "top", "-x", "60", "-y", "12")
            let small = try await screen.wait(for: "<q>", isThere: false)
            #expect(small.contains("alpha"), "\(small)")
            try await screen.type("q")
            // The shell's own screen is back, and lines are edited as before.
            let after = try await screen.wait(for: "status=0")
            #expect(after.contains("prompt>") && !after.contains("pods(all)"), "\(after)")
            try await screen.type("stty -a | tr ' ;' '\\n\\n' | grep -x -e icanon -e echo | tr '\\n' '+'", "Enter")
            _ = try await screen.wait(for: "icanon+echo+")
            _ = try await screen.tmux("kill-server")
            try await agent.removeAll()
        }

        /// ctrl-d asks and deletes, ctrl-k asks and kills: a pod that ignores SIGTERM for longer than anybody waits.
        @Test func podsAreDeleted() async throws {
            let stage = try await Stage.shared()
            let agent = stage.agent
            let stubborn = "trap '' TERM; while :; do sleep 1; done"
            try agent.put("kept.yaml", Manifest.pod("kept"))
            try agent.put("leaves.yaml", Manifest.pod("leaves"))
            try agent.put("stays.yaml", Manifest.pod("stays", stubborn, grace: 600))
            for name in ["kept", "leaves", "stays"] { try await agent.waitRunning(name) }
            let screen = Screen(host: agent.host, socket: "\(stage.folder)/tmux3.sock")
            let variables = "SWIFTLET_HOST=unix://\(agent.socket) SWIFTLET_CONFIG=/dev/null"
            _ = try await screen.tmux("new-session", "-d", "-s", "top", "-x", "100", "-y", "30", "PS1='prompt> ' exec /bin/sh")
            try await screen.type("\(variables) \(TestBinaries.swiftlet) top; echo status=$?", "Enter")
            _ = try await screen.wait(for: "pods(all)[3]")
            try await screen.type("/", "leaves", "Enter")
            _ = try await screen.wait(for: "kept", isThere: false)
            // A question that is not answered by y does nothing.
            try await screen.type("C-d")
            _ = try await screen.wait(for: "Delete pod default/leaves? y/n")
            try await screen.type("n")
            _ = try await screen.wait(for: "Delete pod", isThere: false)
            #expect(FileSystem.exists("\(agent.manifests)/leaves.yaml"))
            try await screen.type("C-d")
            _ = try await screen.wait(for: "Delete pod default/leaves? y/n")
            try await screen.type("y")
            try await agent.waitGone("leaves", .seconds(60))
            #expect(!FileSystem.exists("\(agent.manifests)/leaves.yaml"))
            try await screen.type("Escape")
            _ = try await screen.wait(for: "pods(all)[2]")
            try await screen.type("/", "stays", "Enter")
            _ = try await screen.wait(for: "kept", isThere: false)
            try await screen.type("C-k")
            _ = try await screen.wait(for: "Kill pod default/stays? y/n")
            try await screen.type("y")
            try await agent.waitGone("stays", .seconds(60))
            try await screen.type("Escape")
            _ = try await screen.wait(for: "kept")
            _ = try await screen.wait(for: "pods(all)[1]")
            try await screen.type("q")
            _ = try await screen.wait(for: "status=0")
            _ = try await screen.tmux("kill-server")
            try await agent.removeAll()
        }

        @Test func aSignalGivesTheTerminalBack() async throws {
            let stage = try await Stage.shared()
            let screen = Screen(host: stage.host, socket: "\(stage.folder)/tmux2.sock")
            let variables = "NO_COLOR=1 SWIFTLET_HOST=unix://\(stage.agent.socket) SWIFTLET_CONFIG=/dev/null"
            _ = try await screen.tmux(
                "new-session", "-d", "-s", "top", "-x", "100", "-y", "30", "PS1='prompt> ' exec /bin/sh"
            )
            try await screen.type("\(variables) \(TestBinaries.swiftlet) top; echo status=$?", "Enter")
            _ = try await screen.wait(for: "pods(all)[")
            _ = try await screen.tmux("run-shell", "kill -TERM $(ps -o pid= --ppid #{pane_pid})")
            let after = try await screen.wait(for: "status=143")
            #expect(!after.contains("pods(all)"), "\(after)")
            _ = try await screen.tmux("kill-server")
        }
    }
}
