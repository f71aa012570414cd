import JSONCoding
import Linux
import TestSupport
import Testing

extension EndToEnd {
    /// A server of NFS on the machine's own loopback: for a machine that is made for tests.
    @Suite(.serialized, .needsSystemdMachine) struct NetworkFileSystemTests {
        /// Exports a folder as the server's root.
        private func serve(_ export: String, on host: MachineHost) async throws {
            let script = """
                mkdir -p "$1" /proc/fs/nfsd
                modprobe nfsd
                mount -t nfsd nfsd /proc/fs/nfsd 2>/dev/null || true
                exportfs -o rw,no_root_squash,insecure,fsid=0 "127.0.0.1:$1"
                rpc.nfsd -N 3 2
                rpc.mountd --manage-gids -N 2 -N 3
                """
            try await host.run("/bin/sh", "-ec", script, "sh", export).checked()
        }

        private func endServing(on host: MachineHost) async throws {
            try await host.run("/bin/sh", "-c", "rpc.nfsd 0; exportfs -ua; pkill rpc.mountd; true").checked()
        }

        @Test func aFolderOnNFS() async throws {
            let host = try MachineHost("nfs")
            defer { host.close() }
            try await serve("\(host.folder)/export", on: host)
            let agent = try AgentFixture(host: host, folder: host.folder)
            try await host.run("mount", "-t", "nfs4", "127.0.0.1:/", agent.root).checked()
            try await agent.launch()
            #expect(try await agent.waitForEnd() == .exited(1))
            let words = agent.log
            try await host.run("umount", "-f", agent.root).checked()
            try await endServing(on: host)
            expect(words, contains: "the file system (nfs4) cannot hold images and containers")
        }

        private func pod(_ name: String, path: String = "/", readOnly: Bool = false) -> String {
            Manifest.pod(
                name,
                image: AgentFixture.loadedImage,
                container: "volumeMounts: [{name: data, mountPath: /data}]",
                spec: "volumes: [{name: data, nfs: {server: 127.0.0.1, path: \(path), readOnly: \(readOnly)}}]"
            )
        }

        @Test func volumes() async throws {
            let host = try MachineHost("nfs-volumes")
            defer { host.close() }
            let export = "\(host.folder)/export"
            try await serve(export, on: host)
            let agent = try AgentFixture(host: host, folder: host.folder)
            try await agent.start()
            try await agent.loadImage()
            func mounted() throws -> [String] {
                try FileSystem.readText("/proc/self/mountinfo").split(separator: "\n").map(String.init)
                    .filter { $0.contains(" nfs4 ") && $0.contains(agent.runRoot) }
            }

            try agent.put("writer.yaml", pod("writer"))
            try agent.put("reader.yaml", pod("reader", readOnly: true))
            try agent.put("absent.yaml", pod("absent", path: "/no/such/folder"))
            for name in ["writer", "reader"] { try await agent.waitRunning(name) }
            #expect(try await agent.exec("writer", "echo hello > /data/word; cat /data/word") == "hello\n")
            #expect(try FileSystem.readText("\(export)/word") == "hello")
            #expect(try await agent.exec("reader", "cat /data/word; touch /data/mine 2>/dev/null || echo read only") == "hello\nread only\n")
            #expect(try mounted().count == 2)
            let absent = try await agent.wait(for: "absent", until: "FailedMount") { $0.complaints.contains("nfs 127.0.0.1:/no/such/folder") }
            #expect(!absent.isRunning)

            // Another agent finds what is mounted, and mounts nothing twice.
            try await agent.kill()
            try await agent.start()
            try await agent.waitRunning("writer")
            #expect(try await agent.exec("writer", "cat /data/word") == "hello\n")
            try agent.remove("reader.yaml", "absent.yaml")
            for name in ["reader", "absent"] { try await agent.waitGone(name) }
            #expect(try mounted().count == 1)
            #expect(try FileSystem.readText("\(export)/word") == "hello")

            // Without its server a pod goes all the same, and one that wants to come says what it waits for.
            try await endServing(on: host)
            try agent.remove("writer.yaml")
            try await agent.waitGone("writer")
            #expect(try mounted().isEmpty)
            try agent.put("late.yaml", pod("late"))
            try await agent.wait(for: "late", until: "FailedMount") { $0.complaints.contains("nfs 127.0.0.1:/: ") }
            try agent.put("other.yaml", Manifest.pod("other", image: AgentFixture.loadedImage))
            try await agent.waitRunning("other")
            try await serve(export, on: host)
            try await agent.waitRunning("late")
            #expect(try await agent.exec("late", "cat /data/word") == "hello\n")
            try await agent.removeAll()
            try await agent.stop()
            try await endServing(on: host)
            #expect(try FileSystem.readText("\(export)/word") == "hello")
        }
    }
}
