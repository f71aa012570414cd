import JSONCoding
import Linux
import TestSupport
import Testing

extension EndToEnd {
    /// `/ui` in a browser: Debian's Chromium, through a socat in front of the Unix socket.
    @Suite struct StatusPageTests {
        @Test func aBrowserShowsWhatRuns() async throws {
            let stage = try await Stage.shared()
            let agent = stage.agent
            try agent.put("shown.yaml", Manifest.pod("shown", "echo written by shown; exec sleep 100000", container: "readinessProbe: {exec: {command: [\"true\"]}, periodSeconds: 1}"))
            try await agent.wait(for: "shown", until: "ready") { $0.containers.first?.isReady == true }
            let folder = "\(stage.folder)/browser"
            try FileSystem.makeDirectories(folder)
            defer { try? FileSystem.removeTree(folder) }
            let front = try await agent.host.start(
                Command("socat", "TCP-LISTEN:19257,bind=127.0.0.1,reuseaddr,fork", "UNIX-CONNECT:\(agent.socket)"),
                output: "\(folder)/socat.log"
            )
            let browser = try await agent.host.start(
                Command(
                    ["/usr/bin/python3", "\(Stage.fixtures)/browser.py", "http://127.0.0.1:19257/ui", folder],
                    deadline: .seconds(300)
                ),
                output: "\(folder)/browser.log"
            )
            try await onThread { try browser.waitForOutput("showing", .seconds(240)) }
            // Nobody loads the page anew: it hears of the pod.
            try agent.put("later.yaml", Manifest.pod("later"))
            try await onThread { try browser.waitForOutput("live", .seconds(120)) }
            try agent.remove("later.yaml")
            let status = try await onThread { try browser.wait(.seconds(120)) }
            #expect(status == .exited(0) && browser.logText.hasSuffix("gone"), "\(browser.logText)")
            for name in ["desktop", "desktop-logs", "phone", "phone-dark", "desktop-dark"] {
                #expect(try FileSystem.status("\(folder)/\(name).png").size > 10000)
            }
            try front.signal(15)
            _ = try await agent.perform { try front.wait(.seconds(60)) }
            try await agent.removeAll()
        }
    }
}
