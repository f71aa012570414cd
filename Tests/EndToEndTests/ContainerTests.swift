import JSONCoding
import Linux
import TestSupport
import Testing

extension EndToEnd {
    /// What a manifest says of its containers is so inside of them.
    @Suite struct ContainerTests {
        @Test func environmentCommandAndWorkingFolder() async throws {
            let agent = try await Stage.shared().agent
            try agent.put(
                "env.yaml",
                """
                apiVersion: v1
                kind: Pod
                metadata: {name: env, namespace: shop, labels: {app: demo}, annotations: {note: hi}}
                spec:
                  restartPolicy: Never
                  terminationGracePeriodSeconds: 0
                  containers:
                  - name: main
                    image: \(Stage.image)
                    workingDir: /home/app
                    command: ["/bin/sh", "-c", "echo \\"$0 $1 $PWD\\"; env | sort"]
                    args: ["$(GREETING)-$(NAME)", "$$(NAME) $(UNKNOWN)"]
                    env:
                    - {name: NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
                    - {name: GREETING, value: "hello $(NAME)"}
                    - {name: SPACE, valueFrom: {fieldRef: {fieldPath: metadata.namespace}}}
                    - {name: UID_OF_POD, valueFrom: {fieldRef: {fieldPath: metadata.uid}}}
                    - {name: APP, valueFrom: {fieldRef: {fieldPath: "metadata.labels['app']"}}}
                    - {name: NOTE, valueFrom: {fieldRef: {fieldPath: "metadata.annotations['note']"}}}
                    - {name: IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
                """
            )
            let pod = try await agent.wait(for: "env", namespace: "shop") { $0.phase == "Succeeded" }
            let lines =
                try await agent.call("pod.logs", ["name": "env", "namespace": "shop"])["lines"]?.arrayValue ?? []
            let text = lines.compactMap { $0["text"]?.stringValue }
            #expect(text.first == "hello env-env $(NAME) $(UNKNOWN) /home/app")
            for expected in [
                "NAME=env", "GREETING=hello env", "SPACE=shop", "UID_OF_POD=\(pod.uid)", "APP=demo", "NOTE=hi",
                "IP=\(pod.ip)", "HOSTNAME=env", "PATH=/bin",
            ] { #expect(text.contains(expected), "\(text)") }
            try await agent.removeAll()
        }

        @Test func whatTheImageSaysOfItsProcess() async throws {
            let agent = try await Stage.shared().agent
            let pod = """
                apiVersion: v1
                kind: Pod
                metadata: {name: NAME}
                spec:
                  restartPolicy: Never
                  terminationGracePeriodSeconds: 0
                  containers: [{name: main, image: "127.0.0.1:5000/configured:1"ARGS}]
                """
            for (name, more, expected) in [
                ("plain", "", "from-cmd yes 1000:1000 1000 2000 /home/app"),
                ("args", ", args: [from-args]", "from-args yes 1000:1000 1000 2000 /home/app"),
                ("user", ", securityContext: {runAsUser: 7, runAsGroup: 8}", "from-cmd yes 7:8 8 /home/app"),
            ] {
                try agent.put("\(name).yaml", pod.replacing("NAME", with: name).replacing("ARGS", with: more))
                try await agent.waitRunning(name)
                let line = try await agent.firstLogLine(name)
                #expect(line == expected, "\(name)")
            }
            try await agent.removeAll()
        }

        @Test func everyKindOfLayer() async throws {
            let agent = try await Stage.shared().agent
            for image in ["layers", "index", "docker"] {
                try agent.put("\(image).yaml", Manifest.pod(image, image: "127.0.0.1:5000/\(image):1"))
            }
            try await agent.waitRunning("layers")
            let files = try await agent.exec("layers", "cat /data/* /www/index.html; ls /home; [ ! -e /data/lower ]")
            #expect(files == "middle\nupper\nanother page\nnew\n")
            for image in ["index", "docker"] {
                try await agent.waitRunning(image)
                expect(try await agent.exec(image, "cat /www/index.html"), is: "a page of a pod\n")
            }
            try await agent.removeAll()
        }

        @Test func initContainersOneAfterAnother() async throws {
            let agent = try await Stage.shared().agent
            try agent.put(
                "init.yaml",
                Manifest.pod(
                    "init",
                    "cat /work/order; exec sleep 100000",
                    container: "volumeMounts: [{name: work, mountPath: /work}]",
                    spec: """
                        volumes: [{name: work, emptyDir: {}}]
                        initContainers:
                        - name: first
                          image: \(Stage.image)
                          command: ["sh", "-c", "[ ! -e /work/order ] && echo first >> /work/order"]
                          volumeMounts: [{name: work, mountPath: /work}]
                        - name: second
                          image: \(Stage.image)
                          command: ["sh", "-c"]
                          args: ["[ -e /work/tried ] || { touch /work/tried; exit 1; }; echo second >> /work/order"]
                          volumeMounts: [{name: work, mountPath: /work}]
                        """
                )
            )
            let pod = try await agent.waitRunning("init")
            expect(try await agent.firstLogLine("init"), is: "first")
            try await agent.waitForLogLine("init", "second")
            expect(try await agent.logLines("init"), is: ["first", "second"])
            #expect(pod.initContainers.map(\.name) == ["first", "second"])
            #expect(pod.container("first")?.end == .init(exitCode: 0, reason: "Completed"))
            #expect(pod.container("second")?.end == .init(exitCode: 0, reason: "Completed"))
            #expect(pod.container("second")?.restarts == 1)
            #expect(pod.condition("Initialized") == "True")

            try agent.put(
                "fails.yaml",
                Manifest.pod(
                    "fails",
                    restart: "Never",
                    spec: "initContainers: [{name: fault, image: \"\(Stage.image)\", command: [sh, -c, exit 4]}]"
                )
            )
            let failed = try await agent.waitEnded("fails")
            #expect(failed.phase == "Failed")
            #expect(failed.container("fault")?.end == .init(exitCode: 4, reason: "Error"))
            #expect(failed.container("main")?.waitingReason == "PodInitializing")
            try await agent.removeAll()
        }

        @Test func volumes() async throws {
            let stage = try await Stage.shared()
            let agent = stage.agent
            let shared = "\(stage.folder)/shared"
            try FileSystem.makeDirectories("\(shared)/folder")
            try FileSystem.write("\(shared)/file", Array("of the host\n".utf8))
            try agent.put(
                "volumes.yaml",
                Manifest.pod(
                    "volumes",
                    container: """
                        volumeMounts:
                        - {name: host, mountPath: /host}
                        - {name: host, mountPath: /read-only, readOnly: true}
                        - {name: file, mountPath: /etc/file}
                        - {name: made, mountPath: /made}
                        - {name: scratch, mountPath: /scratch}
                        - {name: scratch, mountPath: /part, subPath: a/b}
                        - {name: memory, mountPath: /memory}
                        """,
                    spec: """
                        - name: other
                          image: \(Stage.image)
                          command: ["sleep", "100000"]
                          volumeMounts: [{name: scratch, mountPath: /theirs}]
                        volumes:
                        - {name: host, hostPath: {path: \(shared)/folder, type: Directory}}
                        - {name: file, hostPath: {path: \(shared)/file, type: File}}
                        - {name: made, hostPath: {path: \(shared)/made, type: DirectoryOrCreate}}
                        - {name: scratch, emptyDir: {}}
                        - {name: memory, emptyDir: {medium: Memory, sizeLimit: 1Mi}}
                        """
                )
            )
            let pod = try await agent.waitRunning("volumes")
            #expect(
                try await agent.exec(
                    "volumes",
                    """
                    echo out > /host/from-pod; cat /etc/file; touch /read-only/x 2>&1 | grep -o 'Read-only.*'
                    echo part > /part/x; echo whole > /scratch/y; touch /made/z
                    grep ' /memory ' /proc/mounts | cut -d' ' -f3
                    dd if=/dev/zero of=/memory/big bs=1M count=2 2>&1 | grep -o 'No space.*'
                    """,
                    container: "main"
                ) == "of the host\nRead-only file system\ntmpfs\nNo space left on device\n"
            )
            expect(try FileSystem.readText("\(shared)/folder/from-pod"), is: "out")
            #expect(FileSystem.exists("\(shared)/made/z"))
            expect(
                try await agent.exec("volumes", "cat /theirs/a/b/x /theirs/y", container: "other"),
                is: "part\nwhole\n"
            )
            try await agent.removeAll()
            // What is the host's stays, what is the pod's goes.
            #expect(FileSystem.exists("\(shared)/folder/from-pod"))
            #expect(!FileSystem.exists("\(agent.root)/pods/\(pod.uid)"))
        }

        @Test func limitsAreTheCgroups() async throws {
            let stage = try await Stage.shared()
            let agent = stage.agent
            try agent.put(
                "limits.yaml",
                Manifest.pod(
                    "limits",
                    container: "resources: {limits: {cpu: 500m, memory: 64Mi}, requests: {cpu: 250m, memory: 32Mi}}"
                )
            )
            let pod = try await agent.waitRunning("limits")
            let id = try #require(pod.container("main")?.id)
            let script = """
                cd "$(find /sys/fs/cgroup -type d -path "*$1" | grep -E "/cpu/|cgroup/swiftlet" | head -1)"
                cat cpu.cfs_quota_us cpu.cfs_period_us cpu.shares cpu.max cpu.weight
                cd "$(find /sys/fs/cgroup -type d -path "*$1" | grep -E "/memory/|cgroup/swiftlet" | head -1)"
                cat memory.limit_in_bytes memory.max
                """
            let values = try await stage.host.run(Command(["/bin/sh", "-c", script, "sh", "/pod\(pod.uid)/\(id)"])).text
            let lines = values.split(separator: "\n").map(String.init)
            #expect(lines == ["50000", "100000", "256", "67108864"] || lines == ["50000 100000", "35", "67108864"])
            try await agent.removeAll()
        }
    }
}
