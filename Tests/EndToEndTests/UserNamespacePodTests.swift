import Linux
import TestSupport
import Testing

extension EndToEnd {
    /// Pods whose users are nobody on the host (`hostUsers: false`).
    @Suite struct UserNamespacePodTests {
        /// What a container says of its ids: those of the host that its own stand for.
        private func firstID(_ agent: AgentFixture, _ pod: String) async throws -> Int {
            let words = try await agent.exec(pod, "cat /proc/self/uid_map").split(whereSeparator: \.isWhitespace)
            #expect(words.first == "0" && words.last == "65536")
            return try #require(words.dropFirst().first.flatMap { Int($0) })
        }

        @Test func aPodHasIDsOfItsOwn() async throws {
            let stage = try await Stage.shared()
            let agent = stage.agent
            let folder = "\(stage.folder)/of-the-host"
            try FileSystem.makeDirectories(folder)
            try agent.put(
                "key.yaml",
                "apiVersion: v1\nkind: Secret\nmetadata: {name: key}\nstringData: {word: hidden}\n"
            )
            func pod(_ name: String) -> String {
                Manifest.pod(
                    name,
                    "echo said > /dev/stdout; echo end > /dev/termination-log; exec sleep 100000",
                    container: """
                        securityContext: {procMount: Unmasked}
                        volumeMounts:
                        - {name: disk, mountPath: /disk}
                        - {name: disk, mountPath: /sub, subPath: a/b}
                        - {name: memory, mountPath: /memory}
                        - {name: key, mountPath: /key}
                        - {name: host, mountPath: /host}
                        - {name: files, mountPath: /files}
                        """,
                    spec: """
                        hostUsers: false
                        volumes:
                        - {name: disk, emptyDir: {}}
                        - {name: memory, emptyDir: {medium: Memory}}
                        - {name: key, secret: {secretName: key, defaultMode: 0400}}
                        - {name: host, hostPath: {path: \(folder), type: Directory}}
                        - {name: files, image: {reference: '\(Stage.image)', pullPolicy: IfNotPresent}}
                        """
                )
            }
            try agent.put("users-a.yaml", pod("users-a"))
            try agent.put("users-b.yaml", pod("users-b"))
            for name in ["users-a", "users-b"] { try await agent.waitRunning(name) }
            let ranges = [try await firstID(agent, "users-a"), try await firstID(agent, "users-b")]
            #expect(Set(ranges).count == 2)
            #expect(ranges.allSatisfy { $0 >= 65536 && $0 % 65536 == 0 })

            // Everything is the pod's root's: image, volumes of every kind, the files under /etc.
            let paths = "/bin/busybox /disk /sub /memory /key/word /host /files/bin/busybox /etc/hosts /dev/termination-log"
            expect(
                try await agent.exec("users-a", "id -u; stat -L -c %u:%g \(paths) | sort -u; cat /key/word"),
                is: "0\n0:0\nhidden"
            )
            let write = "for d in / /disk /sub /memory /host; do touch $d/made || exit 1; done; echo 127.0.0.9 x >> /etc/hosts; echo ok"
            expect(try await agent.exec("users-a", write), is: "ok\n")
            // On the host a mapped volume's files have plain ids, and the process those of the range.
            #expect(try FileSystem.status("\(folder)/made").userID == 0)
            let pid = try await agent.pid(of: #require(try await agent.pod("users-a")?.container("main")))
            expect(
                try await stage.host.run("/usr/bin/stat", "-c", "%u", "/proc/\(pid)").text,
                is: "\(ranges[0])\n"
            )
            // Network and names belong to the pod's users; nothing of /proc is hidden.
            expect(
                try await agent.exec("users-a", "ls /sys/class/net | sort | tr '\\n' ' '; grep -c ' /proc/' /proc/self/mountinfo; hostname"),
                is: "eth0 lo 0\nusers-a\n"
            )
            expect(try await agent.firstLogLine("users-a"), is: "said")

            // Another agent finds the ids, and gives them to nobody else.
            let before = try await agent.pod("users-a")?.container("main")?.id
            try await agent.kill()
            try await agent.start()
            try agent.put("users-c.yaml", pod("users-c"))
            try await agent.waitRunning("users-c")
            #expect(try await agent.pod("users-a")?.container("main")?.id == before)
            #expect(try await firstID(agent, "users-a") == ranges[0])
            #expect(!ranges.contains(try await firstID(agent, "users-c")))
            try await agent.removeAll()
        }

        @Test func sharedProcessesAndOtherUsers() async throws {
            let agent = try await Stage.shared().agent
            try agent.put(
                "users-shared.yaml",
                Manifest.pod(
                    "users-shared",
                    container: """
                        securityContext: {runAsUser: 1000, runAsGroup: 2000}
                        volumeMounts: [{name: disk, mountPath: /disk}, {name: memory, mountPath: /memory}]
                        """,
                    spec: """
                        hostUsers: false
                        shareProcessNamespace: true
                        securityContext:
                          fsGroup: 3000
                          sysctls: [{name: net.ipv4.ip_unprivileged_port_start, value: "80"}, {name: kernel.shm_rmid_forced, value: "1"}]
                        volumes: [{name: disk, emptyDir: {}}, {name: memory, emptyDir: {medium: Memory}}]
                        """
                )
            )
            try await agent.waitRunning("users-shared")
            expect(try await agent.exec("users-shared", "id -u; id -G; cat /proc/1/comm"), is: "1000\n2000 3000\ninit\n")
            expect(
                try await agent.exec("users-shared", "touch /disk/x /memory/x && stat -c %u:%g /disk/x /memory/x"),
                is: "1000:3000\n1000:3000\n"
            )
            expect(
                try await agent.exec("users-shared", "cat /proc/sys/net/ipv4/ip_unprivileged_port_start /proc/sys/kernel/shm_rmid_forced"),
                is: "80\n1\n"
            )
            try await agent.removeAll()
        }

        @Test func aVolumeThatTakesNoMappingIsNamed() async throws {
            let agent = try await Stage.shared().agent
            try agent.put(
                "users-proc.yaml",
                Manifest.pod(
                    "users-proc",
                    container: "volumeMounts: [{name: settings, mountPath: /settings}]",
                    spec: "hostUsers: false\nvolumes: [{name: settings, hostPath: {path: /proc/sys}}]"
                )
            )
            try await agent.wait(for: "users-proc", until: "a refusal") {
                $0.complaints.contains("volume \"settings\": the file system of /proc/sys takes no idmapped mounts")
            }
            try await agent.removeAll()
        }
    }
}
