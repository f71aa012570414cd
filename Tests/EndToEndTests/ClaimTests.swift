import Linux
import TestSupport
import Testing

extension EndToEnd {
    /// PersistentVolumeClaims are folders that outlive their pods.
    @Suite struct ClaimTests {
        private func claim(_ name: String, mode: String = "ReadWriteOnce", reclaim: String? = nil) -> String {
            let annotations = reclaim.map { ", annotations: {swiftlet/reclaim: \($0)}" } ?? ""
            return """
                apiVersion: v1
                kind: PersistentVolumeClaim
                metadata: {name: \(name)\(annotations)}
                spec: {accessModes: [\(mode)], resources: {requests: {storage: 1Gi}}}
                """
        }

        private func pod(_ name: String, _ claim: String, _ script: String, more: String = "") -> String {
            Manifest.pod(
                name,
                script + "; exec sleep 100000",
                container: "volumeMounts: [{name: data, mountPath: /data}]",
                spec: "volumes: [{name: data, persistentVolumeClaim: {claimName: \(claim)\(more)}}]"
            )
        }

        @Test func aFolderOutlivesItsPodsAndItsManifest() async throws {
            let agent = try await Stage.shared().agent
            try agent.put("pvc-first.yaml", pod("pvc-first", "pvc-keep", "echo kept > /data/f; echo written"))
            try await agent.wait(for: "pvc-first") {
                $0.complaints.contains("persistentvolumeclaim \"pvc-keep\" not found")
            }
            try agent.put("pvc-keep.yaml", claim("pvc-keep"))
            #expect(try await agent.firstLogLineWhenRunning("pvc-first") == "written")
            try agent.remove("pvc-first.yaml")
            try await agent.waitGone("pvc-first")
            try agent.remove("pvc-keep.yaml")
            try await agent.settle()
            try agent.put("pvc-keep.yaml", claim("pvc-keep"))
            try agent.put(
                "pvc-second.yaml",
                pod("pvc-second", "pvc-keep", "cat /data/f; touch /data/g || echo read-only", more: ", readOnly: true")
            )
            #expect(try await agent.firstLogLineWhenRunning("pvc-second") == "kept")
            try await agent.waitForLogLine("pvc-second", "read-only")
            try await agent.removeAll()
            try await agent.settle()
            #expect(FileSystem.exists("\(agent.root)/volumes/default/pvc-keep/f"))
        }

        @Test func aClaimThatSaysSoGoesWithItsManifestWhenNobodyUsesIt() async throws {
            let agent = try await Stage.shared().agent
            let folder = "\(agent.root)/volumes/default/pvc-drop"
            try agent.put("pvc-drop.yaml", claim("pvc-drop", reclaim: "Delete"))
            try agent.put("pvc-user.yaml", pod("pvc-user", "pvc-drop", "echo x > /data/f; echo written"))
            #expect(try await agent.firstLogLineWhenRunning("pvc-user") == "written")
            try agent.remove("pvc-drop.yaml")
            try await agent.settle()
            #expect(FileSystem.exists("\(folder)/f"))
            // Not even an agent that was killed meanwhile takes it from the pod.
            try await agent.kill()
            try await agent.start()
            #expect(FileSystem.exists("\(folder)/f"))
            try agent.remove("pvc-user.yaml")
            try await agent.waitGone("pvc-user")
            #expect(!FileSystem.exists(folder))
            try await agent.removeAll()
        }

        @Test func aClaimIsTheGroupsThatItsPodSays() async throws {
            let agent = try await Stage.shared().agent
            let folder = "\(agent.root)/volumes/default/pvc-group"
            func user(_ name: String, _ script: String, _ security: String, more: String = "") -> String {
                Manifest.pod(
                    name,
                    script + "; exec sleep 100000",
                    container: "volumeMounts: [{name: data, mountPath: /data}]",
                    spec: """
                        securityContext: {runAsUser: 1000, runAsGroup: 2000\(security)}
                        volumes: [{name: data, persistentVolumeClaim: {claimName: pvc-group\(more)}}]
                        """
                )
            }
            try agent.put("pvc-group.yaml", claim("pvc-group"))
            try agent.put("pvc-g1.yaml", user("pvc-g1", "mkdir /data/d; echo x > /data/d/f; echo written", ""))
            #expect(try await agent.firstLogLineWhenRunning("pvc-g1") == "written")
            #expect(try FileSystem.status("\(folder)/d/f").groupID == 2000)
            try agent.remove("pvc-g1.yaml")
            try await agent.waitGone("pvc-g1")
            // Read only: whose it is says another.
            try agent.put("pvc-g2.yaml", user("pvc-g2", "echo read", ", fsGroup: 3000", more: ", readOnly: true"))
            #expect(try await agent.firstLogLineWhenRunning("pvc-g2") == "read")
            #expect(try FileSystem.status("\(folder)/d/f").groupID == 2000)
            try agent.put("pvc-g3.yaml", user("pvc-g3", "stat -c %g /data /data/d/f | tr '\\n' ' '; echo", ", fsGroup: 3000"))
            #expect(try await agent.firstLogLineWhenRunning("pvc-g3") == "3000 3000 ")
            #expect(try FileSystem.status("\(folder)/d").permissions & 0o2070 == 0o2070)
            // The root has it already: nothing below is looked at.
            try agent.put("pvc-g4.yaml", user("pvc-g4", "mkdir /data/e; chgrp 2000 /data/e; echo made", ", fsGroup: 3000"))
            #expect(try await agent.firstLogLineWhenRunning("pvc-g4") == "made")
            let lazy = ", fsGroup: 3000, fsGroupChangePolicy: OnRootMismatch"
            try agent.put("pvc-g5.yaml", user("pvc-g5", "stat -c %g /data/e", lazy))
            #expect(try await agent.firstLogLineWhenRunning("pvc-g5") == "2000")
            try await agent.removeAll()
        }

        @Test func aClaimForOnePodKeepsTheSecondWaiting() async throws {
            let agent = try await Stage.shared().agent
            try agent.put("pvc-one.yaml", claim("pvc-one", mode: "ReadWriteOncePod"))
            try agent.put("pvc-a.yaml", pod("pvc-a", "pvc-one", "echo a"))
            try await agent.waitRunning("pvc-a")
            try agent.put("pvc-b.yaml", pod("pvc-b", "pvc-one", "echo b"))
            try await agent.wait(for: "pvc-b") { $0.complaints.contains("in use by another pod") }
            try agent.remove("pvc-a.yaml")
            try await agent.waitRunning("pvc-b")
            try await agent.removeAll()
        }
    }
}

extension AgentFixture {
    /// The first line of a pod's container, once it runs.
    fileprivate func firstLogLineWhenRunning(_ pod: String) async throws -> String {
        try await waitRunning(pod)
        return try await firstLogLine(pod)
    }
}
