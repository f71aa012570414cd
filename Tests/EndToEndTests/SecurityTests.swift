import Linux
import TestSupport
import Testing

extension EndToEnd {
    /// Containers are as confined as they should be: seen from inside.
    @Suite struct SecurityTests {
        /// containerd's default set: chown, dac_override, fowner, fsetid, kill, setgid, setuid, setpcap,
        /// net_bind_service, net_raw, sys_chroot, mknod, audit_write, setfcap.
        static let defaultCapabilities = "00000000a80425fb"

        @Test func theDefaults() async throws {
            let agent = try await Stage.shared().agent
            try agent.put("defaults.yaml", Manifest.pod("defaults"))
            try await agent.waitRunning("defaults")
            let status = try await status(of: 1, in: "defaults", agent)
            for set in ["CapPrm", "CapEff", "CapBnd"] {
                #expect(status[set] == SecurityTests.defaultCapabilities, "\(set)")
            }
            #expect(status["CapAmb"] == "0000000000000000")
            #expect(status["CapInh"] == "0000000000000000")
            #expect(status["Seccomp"] == "2")
            #expect(status["Uid"] == "0\t0\t0\t0")

            let inside = try await agent.exec(
                "defaults",
                """
                [ "$(cat /proc/1/comm)" = sleep ] && echo own-pids
                hostname
                touch /new && echo writable
                for path in /proc/kcore /proc/keys /proc/timer_list /sys/firmware; do
                    [ -s "$path" ] && [ -n "$(ls -A "$path" 2>/dev/null | head -1)" ] && cat "$path" 2>/dev/null | head -c 1 | grep -q . && echo "open $path"
                done
                echo 1 > /proc/sys/kernel/panic 2>/dev/null || echo read-only-proc-sys
                touch /sys/x 2>/dev/null || echo read-only-sys
                echo $(ls /dev)
                mount -t tmpfs x /mnt 2>/dev/null || echo no-mount
                unshare -n true 2>/dev/null || echo no-unshare
                grep -c swiftlet /proc/mounts
                """
            ).split(separator: "\n").map(String.init)
            #expect(inside.prefix(3) == ["own-pids", "defaults", "writable"])
            #expect(!inside.contains { $0.hasPrefix("open ") }, "\(inside)")
            for expected in ["read-only-proc-sys", "read-only-sys", "no-mount", "no-unshare"] {
                #expect(inside.contains(expected), "\(inside)")
            }
            let devices = inside.first { $0.contains("null") } ?? ""
            for name in devices.split(separator: " ") {
                let usual = [
                    "core", "fd", "full", "mqueue", "null", "ptmx", "pts", "random", "shm", "stderr", "stdin", "stdout",
                    "termination-log", "tty", "urandom", "zero",
                ]
                #expect(usual.contains(String(name)), "/dev/\(name)")
            }
            try await agent.removeAll()
        }

        @Test func whatTheSecurityContextSays() async throws {
            let agent = try await Stage.shared().agent
            try agent.put(
                "strict.yaml",
                Manifest.pod(
                    "strict",
                    container: """
                        securityContext:
                          runAsUser: 1000
                          runAsGroup: 2000
                          readOnlyRootFilesystem: true
                          allowPrivilegeEscalation: false
                          capabilities: {drop: [ALL], add: [NET_BIND_SERVICE]}
                          seccompProfile: {type: RuntimeDefault}
                        """
                )
            )
            try agent.put(
                "loose.yaml",
                Manifest.pod(
                    "loose",
                    container: """
                        securityContext:
                          capabilities: {add: [SYS_TIME], drop: [MKNOD, CHOWN]}
                          seccompProfile: {type: Unconfined}
                        """
                )
            )
            try agent.put("mighty.yaml", Manifest.pod("mighty", container: "securityContext: {privileged: true}"))
            try await agent.waitRunning("strict")
            let strict = try await status(of: 1, in: "strict", agent)
            #expect(strict["Uid"] == "1000\t1000\t1000\t1000")
            #expect(strict["Gid"] == "2000\t2000\t2000\t2000")
            #expect(strict["NoNewPrivs"] == "1")
            #expect(strict["Seccomp"] == "2")
            // NET_BIND_SERVICE is 10. A user that is not root holds nothing of it, but may get no more either.
            #expect(strict["CapBnd"] == "0000000000000400")
            expect(try await agent.exec("strict", "touch /x 2>/dev/null || echo refused"), is: "refused\n")

            try await agent.waitRunning("loose")
            let loose = try await status(of: 1, in: "loose", agent)
            // The default set and SYS_TIME (25), without CHOWN (0) and MKNOD (27).
            #expect(loose["CapEff"] == "00000000a20425fa")
            #expect(loose["Seccomp"] == "0")
            #expect(loose["NoNewPrivs"] == "0")

            try await agent.waitRunning("mighty")
            let mighty = try await status(of: 1, in: "mighty", agent)
            #expect(mighty["Seccomp"] == "0")
            #expect(mighty["CapEff"] != SecurityTests.defaultCapabilities)
            expect(
                try await agent.exec("mighty", "mkdir -p /m && mount -t tmpfs x /m && echo mounted"),
                is: "mounted\n"
            )
            try await agent.removeAll()
        }

        @Test func whatIsUnknownIsNotIgnored() async throws {
            let agent = try await Stage.shared().agent
            let bad = [
                ("capability", "capabilities: {add: [FLYING]}", "FLYING"),
                ("profile", "seccompProfile: {type: Localhost, localhostProfile: none.json}", "none.json"),
                ("type", "seccompProfile: {type: Sometimes}", "Sometimes"),
            ]
            for (name, context, _) in bad {
                let pod = Manifest.pod(name, container: "securityContext: {\(context)}")
                try agent.put("\(name).yaml", pod)
            }
            for (name, _, word) in bad {
                let problems = try await agent.problems(about: "\(name).yaml").joined()
                let complaints = try await agent.pod(name)?.complaints ?? ""
                #expect((problems + complaints).contains(word), "\(name): \(problems) \(complaints)")
                #expect(try await agent.pod(name)?.isRunning != true, "\(name)")
            }
            try await agent.removeAll()
        }

        @Test func rootUserOfAnImageThatMustNotBeRoot() async throws {
            let agent = try await Stage.shared().agent
            try agent.put("root.yaml", Manifest.pod("root", container: "securityContext: {runAsNonRoot: true}"))
            let pod = try await agent.wait(for: "root", until: "a refusal or a warning") {
                !$0.complaints.isEmpty || !$0.warnings.isEmpty || $0.isRunning
            }
            #expect(!pod.isRunning, "runAsNonRoot was neither kept nor refused")
            try await agent.removeAll()
        }

        @Test func linksDoNotLeadOutOfAPod() async throws {
            let agent = try await Stage.shared().agent
            let outside = "/tmp/escape"
            try? FileSystem.removeTree(outside)
            try FileSystem.makeDirectories(outside)
            defer { try? FileSystem.removeTree(outside) }
            // Links of the image where volumes are mounted: they lead to places inside of the container.
            try agent.put(
                "mounts.yaml",
                Manifest.pod(
                    "mounts",
                    image: "127.0.0.1:5000/links:1",
                    container: """
                        volumeMounts:
                        - {name: scratch, mountPath: /out/a}
                        - {name: scratch, mountPath: /absolute/b}
                        """,
                    spec: "volumes: [{name: scratch, emptyDir: {}}]"
                )
            )
            try await agent.waitRunning("mounts")
            expect(
                try await agent.exec("mounts", "touch /out/a/x; ls /tmp/escape /tmp/escape/b"),
                is: "/tmp/escape:\na\nb\n\n/tmp/escape/b:\nx\n"
            )
            expect(try FileSystem.list(outside), is: [])
            // As in Debian's images with systemd-resolved: the link is followed inside.
            expect(try await agent.exec("mounts", "grep -c mounts /etc/hosts; [ -e /etc/resolv.conf ]"), is: "1\n")

            // A sub path that the pod itself has made a link to the host's root.
            try agent.put(
                "sub-path.yaml",
                Manifest.pod(
                    "sub-path",
                    container: "volumeMounts: [{name: scratch, mountPath: /sub, subPath: link}]",
                    spec: """
                        initContainers:
                        - name: link
                          image: \(Stage.image)
                          command: [sh, -c, "ln -s / /scratch/link"]
                          volumeMounts: [{name: scratch, mountPath: /scratch}]
                        volumes: [{name: scratch, emptyDir: {}}]
                        """
                )
            )
            let pod = try await agent.wait(for: "sub-path", until: "an end of it") {
                $0.isRunning || $0.container("main")?.waitingMessage.isEmpty == false
            }
            if pod.isRunning {
                // Then it is the volume's own root, not the host's.
                expect(try await agent.exec("sub-path", "ls /sub"), is: "link\n")
            } else {
                #expect(pod.complaints.contains("link"), "\(pod.complaints)")
            }
            try await agent.removeAll()
        }

        /// /proc/<pid>/status of a container's process, by field.
        func status(of pid: Int, in pod: String, _ agent: AgentFixture) async throws -> [String: String] {
            let text = try await agent.exec(pod, "cat /proc/\(pid)/status")
            let fields = text.split(separator: "\n").compactMap { line -> (String, String)? in
                guard let colon = line.firstIndex(of: ":") else { return nil }
                return (String(line[..<colon]), String(line[line.index(colon, offsetBy: 1)...].drop { $0 == "\t" }))
            }
            return Dictionary(fields) { first, _ in first }
        }
    }
}
