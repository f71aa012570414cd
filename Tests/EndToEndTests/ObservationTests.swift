import Glibc
import JSONCoding
import Linux
import TestSupport
import Testing

extension EndToEnd {
    /// What can be seen of a node: usage, events, pages for monitoring.
    @Suite struct ObservationTests {
        @Test func whatPodsUse() async throws {
            let agent = try await Stage.shared().agent
            let script = "yes >/dev/null & dd if=/dev/zero of=/written bs=1024 count=300 2>/dev/null; dd if=/dev/zero of=/cache/x bs=1024 count=200 2>/dev/null; echo ready; wait"
            let spec = "volumes: [{name: cache, emptyDir: {}}]"
            let container = "volumeMounts: [{name: cache, mountPath: /cache}]\nresources: {limits: {memory: 64Mi}}"
            try agent.put("busy.yaml", Manifest.pod("busy", script, container: container, spec: spec))
            try await agent.waitForLogLine("busy", "ready")
            let list = try await agent.call("pod.stats", ["name": "busy", "disk": true])
            let pod = try #require(list["items"]?[0], "\(list)")
            let main = try #require(pod["containers"]?[0], "\(pod)")
            // It spins: of one processor it gets what the machine has left.
            #expect((main["usage"]?["cpu"]?["nanocores"]?.integerValue ?? 0) > 1_000_000, "\(main)")
            #expect((main["usage"]?["cpu"]?["usageNanoseconds"]?.integerValue ?? 0) > 0)
            #expect((pod["usage"]?["cpu"]?["usageNanoseconds"]?.integerValue ?? 0) > 0)
            #expect((main["rootfs"]?["usedBytes"]?.integerValue ?? 0) >= 300 * 1024, "\(main)")
            #expect((pod["volumes"]?[0]?["usage"]?["usedBytes"]?.integerValue ?? 0) >= 200 * 1024, "\(pod)")
            #expect(pod["network"]?[0]?["name"]?.stringValue == "eth0", "\(pod)")
            if main["usage"]?["memory"] != nil {
                #expect((main["usage"]?["memory"]?["workingSetBytes"]?.integerValue ?? 0) > 0)
                #expect(main["usage"]?["memory"]?["limitBytes"]?.integerValue == 64 << 20)
            }
            if main["usage"]?["processes"] != nil {
                #expect((main["usage"]?["processes"]?["count"]?.integerValue ?? 0) >= 2)
            }
            let node = try await agent.call("system.stats")
            #expect((node["usage"]?["cpu"]?["nanocores"]?.integerValue ?? 0) > 0, "\(node)")
            #expect((node["fileSystem"]?["capacityBytes"]?.integerValue ?? 0) > 0)

            let table = try await agent.cli("top", "pods").text.split(separator: "\n")
            #expect(table.count == 2 && table[1].hasPrefix("default") && table[1].contains("busy"), "\(table)")
            let containers = try await agent.cli("top", "containers", "-n", "default").text
            #expect(containers.hasPrefix("POD") && containers.contains("main"), "\(containers)")
            let json = try JSON.parse(try await agent.cli("top", "pods", "-o", "json").output)
            #expect(json["items"]?[0]?["name"]?.stringValue == "busy")
            #expect(try await agent.cli("top", "node").text.hasPrefix("NAME"))
            expect(try await agent.cli("top", "pods", "nobody").status, is: ExitStatus.exited(3))
            try await agent.removeAll()
        }

        @Test func eventsFromTheFirstToTheLast() async throws {
            let agent = try await Stage.shared().agent
            let before = try #require(try await agent.call("event.list")["latest"]?.integerValue)
            try agent.put("short.yaml", Manifest.pod("short", "exit 7", restart: "Never"))
            try await agent.waitEnded("short")
            try await agent.removeAll()
            let list = try await agent.call("event.list", ["since": JSONNode(before), "pod": "short"])
            let events = list["items"]?.arrayValue ?? []
            let reasons = events.compactMap { $0["reason"]?.stringValue }
            let wanted = ["PodCreated", "SandboxReady", "NetworkAttached", "Started", "ContainerDied", "PodRemoved"]
            #expect(reasons.filter(wanted.contains) == wanted, "\(reasons)")
            let died = try #require(events.first { $0["reason"]?.stringValue == "ContainerDied" })
            #expect(died["exit"]?["code"]?.integerValue == 7)
            #expect(died["type"]?.stringValue == "Warning")
            #expect(died["container"]?["name"]?.stringValue == "main")
            let numbers = events.compactMap { $0["seq"]?.integerValue }
            #expect(numbers == numbers.sorted() && (numbers.first ?? 0) > before)

            let table = try await agent.cli("events", "--for", "pod/short", "--since", "\(before)").text
            #expect(table.hasPrefix("LAST SEEN") && table.contains("pod/short/main"), "\(table)")
            let text = try await agent.cli("events", "--since", "\(before)", "--about", "container", "--types", "Warning").text
            #expect(text.contains("ContainerDied") && !text.contains("PodCreated"), "\(text)")
            expect(try await agent.cli("events", "--for", "short").status, is: ExitStatus.exited(2))
        }

        @Test func anExitIsTold() async throws {
            let agent = try await Stage.shared().agent
            try agent.put("trigger.yaml", Manifest.pod("trigger", "mkfifo /f; read x < /f; exit 3", restart: "Never"))
            try await agent.waitRunning("trigger")
            let socket = agent.socket
            // From before the exit: who of the two comes first does not matter.
            let latest = try #require(try await agent.call("event.list")["latest"]?.integerValue)
            // A thread of its own: behind a listener that waits on the agent's, the command would wait too.
            let listener = DedicatedThread(name: "listener")
            let watch = Task {
                try await listener.run {
                    var connection = try AgentConnection(socket)
                    let deadline = Deadline(in: .seconds(60))
                    _ = try connection.call("event.watch", ["since": JSONNode(latest), "pod": "trigger", "subjects": ["container"]], by: deadline)
                    while true {
                        let message = try connection.next(deadline)
                        for notice in message["params"]?["events"]?.arrayValue ?? []
                        where notice["event"]?["reason"]?.stringValue == "ContainerDied" {
                            let heard = Timestamp.now
                            return (notice, heard)
                        }
                    }
                }
            }
            // Its exit code says nothing: the container may take the command along.
            _ = try await agent.call("pod.exec", ["name": "trigger", "command": ["/bin/sh", "-c", "echo now > /f"]])
            let (notice, heard) = try await watch.value
            #expect(notice["event"]?["exit"]?["code"]?.integerValue == 3)
            let told = try #require(notice["event"]?["time"]?.stringValue.flatMap { Timestamp(rfc3339: $0) })
            // The limit is 5 ms on a machine of one's own; here a thousand tests run beside it.
            #expect(heard.since(told) < .seconds(10), "\(heard.since(told))")
            try await agent.removeAll()
        }

        @Test func pagesThatMonitoringReads() async throws {
            let agent = try await Stage.shared().agent
            let probe = "readinessProbe: {exec: {command: [\"true\"]}, periodSeconds: 1}\nenv: [{name: SECRET, valueFrom: {secretKeyRef: {name: s, key: k}}}]"
            try agent.put("s.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {k: hidden-word}\n")
            try agent.put("probed.yaml", Manifest.pod("probed", container: probe))
            try await agent.wait(for: "probed", until: "ready") { $0.containers.first?.isReady == true }
            let curl = ["curl", "-fsS", "--max-time", "60", "--unix-socket", agent.socket]
            for path in ["metrics", "metrics/cadvisor", "metrics/resource", "metrics/probes"] {
                let text = try await agent.host.run(Command(curl + ["http://localhost/\(path)"])).checked()
                #expect(text.output.count > 200, "\(path): \(text)")
                let check = try await agent.host.run("promtool", "check", "metrics", input: text.output)
                #expect(check.succeeded && check.text.isEmpty && check.errorText.isEmpty, "\(path): \(check)")
                let open = try await agent.host.run(
                    Command(curl + ["-H", "Accept: application/openmetrics-text", "http://localhost/\(path)"])
                )
                #expect(open.text.hasSuffix("# EOF\n"), "\(path)")
            }
            let own = try await agent.host.run(Command(curl + ["http://localhost/metrics"])).text
            for name in [
                "kubelet_running_pods 1", #"kubelet_running_containers{container_state="running"} 1"#,
                #"kubelet_runtime_operations_total{operation_type="start_container"}"#, "kubelet_pod_start_duration_seconds_count",
                #"swiftlet_rpc_requests_total{method="pod.watch",code="ok"}"#, "swiftlet_image_pull_bytes_total",
            ] { #expect(own.contains(name), "\(name): \(own)") }
            let probes = try await agent.host.run(Command(curl + ["http://localhost/metrics/probes"])).text
            #expect(probes.contains(#"prober_probe_total{probe_type="Readiness",result="successful",container="main",pod="probed""#))
            let summary = try JSON.parse(try await agent.host.run(Command(curl + ["http://localhost/stats/summary"])).output)
            #expect(summary["pods"]?[0]?["podRef"]?["name"]?.stringValue == "probed", "\(summary)")
            let list = try await agent.host.run(Command(curl + ["http://localhost/pods"]))
            let pods = try JSON.parse(list.output)
            #expect(pods["kind"]?.stringValue == "PodList")
            #expect(pods["items"]?[0]?["status"]?["phase"]?.stringValue == "Running")
            #expect(!list.text.contains("hidden-word"))
            let health = try await agent.host.run(Command(curl + ["http://localhost/healthz?verbose"])).text
            #expect(health.hasPrefix("[+]ping ok\n[+]syncloop ok\n"), "\(health)")
            try await agent.removeAll()
        }

        /// Debian's Prometheus reads the pages, through a socat in front of the Unix socket: it speaks TCP only.
        @Test func prometheusScrapesIt() async throws {
            let stage = try await Stage.shared()
            let agent = stage.agent
            try agent.put("scraped.yaml", Manifest.pod("scraped"))
            try await agent.waitRunning("scraped")
            let folder = "\(stage.folder)/prometheus"
            try FileSystem.makeDirectories(folder)
            defer { try? FileSystem.removeTree(folder) }
            let configuration = """
                global: {scrape_interval: 1s, scrape_timeout: 1s}
                scrape_configs:
                  - {job_name: own, static_configs: [{targets: ["127.0.0.1:19255"]}]}
                  - {job_name: cadvisor, metrics_path: /metrics/cadvisor, static_configs: [{targets: ["127.0.0.1:19255"]}]}

                """
            try FileSystem.write("\(folder)/prometheus.yml", Array(configuration.utf8))
            let front = try await agent.host.start(
                Command("socat", "TCP-LISTEN:19255,bind=127.0.0.1,reuseaddr,fork", "UNIX-CONNECT:\(agent.socket)"),
                output: "\(folder)/socat.log"
            )
            let server = try await agent.host.start(
                Command(
                    "prometheus", "--config.file=\(folder)/prometheus.yml", "--storage.tsdb.path=\(folder)/data",
                    "--web.listen-address=127.0.0.1:19256"
                ),
                output: "\(folder)/prometheus.log"
            )
            let query = """
                for i in $(seq 600); do
                    answer=$(curl -sS --max-time 10 -G http://127.0.0.1:19256/api/v1/query --data-urlencode "query=$1" 2>&1)
                    case "$answer" in *'"value":'*) break;; esac
                    sleep 0.1
                done
                printf '%s' "$answer"
                """
            for (text, word) in [
                (#"container_cpu_usage_seconds_total{pod="scraped",container="main"}"#, #""pod":"scraped""#),
                ("kubelet_running_pods", #""1"]"#),
            ] {
                let answer = try await agent.host.run(Command("/bin/sh", "-c", query, "sh", text)).text
                #expect(answer.contains(word), "\(text): \(answer)\n\(server.logText.suffix(2000))")
            }
            try server.signal(SIGTERM)
            try front.signal(SIGTERM)
            _ = try await agent.perform { (try server.wait(.seconds(60)), try front.wait(.seconds(60))) }
            try await agent.removeAll()
        }
    }
}
