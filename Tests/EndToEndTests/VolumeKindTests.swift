import Linux
import TestSupport
import Testing

extension EndToEnd {
    /// Volumes as containers see them.
    @Suite struct VolumeKindTests {
        @Test func subPathsWithVariables() async throws {
            let agent = try await Stage.shared().agent
            func pod(_ name: String, _ expression: String) -> String {
                Manifest.pod(
                    name,
                    "echo here > /log/file; exec sleep 100000",
                    container: """
                        env:
                        - {name: POD, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
                        - {name: UP, value: "a/../../.."}
                        volumeMounts:
                        - {name: scratch, mountPath: /log, subPathExpr: \(expression)}
                        - {name: scratch, mountPath: /all}
                        """,
                    spec: "volumes: [{name: scratch, emptyDir: {}}]"
                )
            }
            try agent.put("expr.yaml", pod("expr", "logs/$(POD)"))
            try agent.put("up.yaml", pod("up", "$(UP)"))
            try agent.put("none.yaml", pod("none", "$(NONE)"))
            try await agent.waitRunning("expr")
            expect(try await agent.exec("expr", "cat /all/logs/expr/file"), is: "here\n")
            for (name, message) in [("up", "must not contain '..'"), ("none", "missing value for \"NONE\"")] {
                let refused = try await agent.wait(for: name, until: "a refusal") { $0.complaints.contains(message) }
                expect(refused.complaints, contains: message)
            }
            try await agent.removeAll()
        }

        /// A container that goes on swapping a folder of its volume for a link to the host's root, while another of the pod has
        /// the folder as its sub path and is started over and over.
        @Test func aSubPathThatBecomesALink() async throws {
            let agent = try await Stage.shared().agent
            try agent.put(
                "race.yaml",
                Manifest.pod(
                    "race",
                    "while true; do mkdir -p /v/sub; rmdir /v/sub; ln -s / /v/sub; rm -f /v/sub; done",
                    container: "volumeMounts: [{name: v, mountPath: /v}]",
                    spec: """
                        volumes: [{name: v, emptyDir: {}}]
                        """
                ).replacing(
                    "  containers:\n",
                    with: """
                          containers:
                          - name: victim
                            image: \(Stage.image)
                            command: [sh, -c, "if ls /sub | grep -q proc; then touch /v/escaped; fi; exit 1"]
                            volumeMounts: [{name: v, mountPath: /sub, subPath: sub}, {name: v, mountPath: /v}]

                        """
                )
            )
            // Started some times, or refused: it never saw the host.
            try await agent.wait(for: "race", until: "five attempts") { ($0.container("victim")?.restarts ?? 0) >= 5 }
            expect(try await agent.exec("race", "ls /v | grep escaped || true", container: "main"), is: "")
            try await agent.removeAll()
        }

        @Test func filesOfAnImage() async throws {
            let agent = try await Stage.shared().agent
            func pod(_ name: String, _ image: String) -> String {
                Manifest.pod(
                    name,
                    container: """
                        volumeMounts:
                        - {name: files, mountPath: /files}
                        - {name: files, mountPath: /part, subPath: bin}
                        """,
                    spec: "volumes: [{name: files, image: {reference: '\(image)', pullPolicy: IfNotPresent}}]"
                )
            }
            try agent.put("image.yaml", pod("image", Stage.image))
            try agent.put("no-image.yaml", pod("no-image", "127.0.0.1:5000/none:1"))
            try await agent.waitRunning("image")
            expect(try await agent.exec("image", "[ -e /files/bin/sh ] && [ -e /part/sh ] && echo there"), is: "there\n")
            expect(try await agent.exec("image", "touch /files/x 2> /dev/null || echo read-only"), is: "read-only\n")
            expect(try await agent.exec("image", "/files/bin/busybox true 2> /dev/null || echo no-execution"), is: "no-execution\n")
            let waiting = try await agent.wait(for: "no-image", until: "a failed pull") { $0.complaints.contains("ImagePullBackOff") }
            expect(waiting.complaints, contains: "ImagePullBackOff")
            expect(waiting.complaints, contains: "127.0.0.1:5000/none:1")
            try await agent.removeAll()
        }

        @Test func recursivelyReadOnly() async throws {
            let stage = try await Stage.shared()
            let agent = stage.agent
            let outer = "\(stage.folder)/outer"
            try FileSystem.makeDirectories("\(outer)/inner")
            try await stage.host.run("/bin/mount", "-t", "tmpfs", "inner", "\(outer)/inner").checked()
            try agent.put(
                "rro.yaml",
                Manifest.pod(
                    "rro",
                    container: """
                        volumeMounts:
                        - {name: outer, mountPath: /all, readOnly: true, recursiveReadOnly: Enabled}
                        - {name: outer, mountPath: /top, readOnly: true}
                        """,
                    spec: "volumes: [{name: outer, hostPath: {path: \(outer), type: Directory}}]"
                )
            )
            try await agent.waitRunning("rro")
            expect(
                try await agent.exec(
                    "rro",
                    "for f in /all/x /all/inner/x /top/x /top/inner/x; do touch $f 2> /dev/null && echo $f; done; true"
                ),
                is: "/top/inner/x\n"
            )
            try await agent.removeAll()
            try await stage.host.run("/bin/umount", "\(outer)/inner").checked()
        }

        @Test func propagationOfMounts() async throws {
            let stage = try await Stage.shared()
            let agent = stage.agent
            let shared = "\(stage.folder)/propagated"
            try FileSystem.makeDirectories("\(shared)/down")
            try FileSystem.makeDirectories("\(shared)/up")
            try await stage.host.run("/bin/sh", "-c", "mount --bind \(shared) \(shared) && mount --make-shared \(shared)").checked()
            func pod(_ name: String, _ propagation: String) -> String {
                Manifest.pod(
                    name,
                    container: """
                        securityContext: {privileged: true}
                        volumeMounts: [{name: shared, mountPath: /shared, mountPropagation: \(propagation)}]
                        """,
                    spec: "volumes: [{name: shared, hostPath: {path: \(shared)}}]"
                )
            }
            try agent.put("both.yaml", pod("both", "Bidirectional"))
            try agent.put("down.yaml", pod("down", "HostToContainer"))
            try agent.put("alone.yaml", pod("alone", "None"))
            for name in ["both", "down", "alone"] { try await agent.waitRunning(name) }
            try await stage.host.run("/bin/sh", "-c", "mount -t tmpfs x \(shared)/down && touch \(shared)/down/host").checked()
            expect(try await agent.exec("both", "ls /shared/down"), is: "host\n")
            expect(try await agent.exec("down", "ls /shared/down /shared/up"), is: "/shared/down:\nhost\n\n/shared/up:\n")
            expect(try await agent.exec("alone", "ls /shared/down /shared/up"), is: "/shared/down:\n\n/shared/up:\n")
            // What one of the others mounts is seen by nobody else; what this one mounts is the host's, and outlives it.
            expect(
                try await agent.exec("down", "mount -t tmpfs y /shared/up && touch /shared/up/own && umount /shared/up && echo done"),
                is: "done\n"
            )
            expect(try await agent.exec("both", "mount -t tmpfs y /shared/up && touch /shared/up/inner && echo done"), is: "done\n")
            expect(try await stage.host.run("/bin/ls", "\(shared)/up").text, is: "inner\n")
            expect(try await agent.exec("down", "ls /shared/up"), is: "inner\n")
            expect(try await agent.exec("alone", "ls /shared/up"), is: "")
            try await agent.removeAll()
            expect(try await stage.host.run("/bin/ls", "\(shared)/up").text, is: "inner\n")
            let clean = "umount -l \(shared)/up; umount -l \(shared)/down; umount -l \(shared)"
            try await stage.host.run("/bin/sh", "-c", clean).checked()
        }
    }
}
