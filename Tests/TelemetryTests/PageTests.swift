import AgentAPI
import JSONCoding
import Metrics
import Telemetry
import Testing
import UsageSpec

@Suite struct PageTests {
    private static var pod: PodStats {
        var pod = PodStats(namespace: "default", name: "web", uid: "u1", time: "2026-11-27T00:00:10.5Z")
        var usage = GroupUsage()
        usage.cpu = .init(usageNanoseconds: 2_500_000_000)
        usage.cpu?.nanocores = 250_000_000
        usage.cpu?.throttledNanoseconds = 500_000_000
        usage.memory = .init(usageBytes: 3000, workingSetBytes: 2000)
        usage.memory?.limitBytes = 10000
        usage.memory?.oomKills = 1
        usage.processes = .init(count: 3, limit: 100)
        pod.usage = usage
        var container = PodStats.Container(name: "main", id: "u1_main_0", image: "busybox:1", restarts: 2, usage: usage)
        container.startedAt = "2026-11-27T00:00:00Z"
        container.rootfs = FolderUsage(usedBytes: 4096, usedInodes: 2)
        container.logs = FolderUsage(usedBytes: 100, usedInodes: 1)
        pod.containers = [container]
        pod.network = [
            InterfaceUsage(
                name: "eth0",
                received: .init(bytes: 10, packets: 2, errors: 0, dropped: 1),
                transmitted: .init(bytes: 20, packets: 3, errors: 0, dropped: 0)
            )
        ]
        pod.volumes = [
            .init(name: "data", usage: FolderUsage(usedBytes: 50, usedInodes: 5), claim: "disk"),
            .init(name: "cache", usage: FolderUsage(usedBytes: 7, usedInodes: 1)),
        ]
        return pod
    }

    private static var node: NodeStats {
        var node = NodeStats(
            time: "2026-11-27T00:00:10Z",
            hostname: "host",
            bootedAt: "2026-11-01T00:00:00Z",
            usage: pod.usage ?? GroupUsage(),
            capacityNanocores: 2_000_000_000
        )
        node.fileSystem = FileSystemUsage(capacityBytes: 1000, availableBytes: 400, inodes: 50, freeInodes: 20)
        return node
    }

    private func lines(_ families: [MetricFamily]) -> [Substring] {
        String(decoding: MetricText.prometheus.encode(families), as: UTF8.self).split(separator: "\n")
    }

    @Test func cadvisor() {
        let lines = lines(CadvisorMetrics.families([Self.pod], node: Self.node))
        let container = #"container="main",id="/pods/u1/u1_main_0",image="busybox:1",name="u1_main_0",namespace="default",pod="web""#
        let pod = #"container="",id="/pods/u1",image="",name="",namespace="default",pod="web""#
        for line in [
            "container_cpu_usage_seconds_total{\(container),cpu=\"total\"} 2.5",
            "container_cpu_cfs_throttled_seconds_total{\(container)} 0.5",
            "container_memory_working_set_bytes{\(container)} 2000",
            "container_spec_memory_limit_bytes{\(container)} 10000",
            "container_oom_events_total{\(container)} 1",
            "container_fs_usage_bytes{\(container),device=\"overlay\"} 4096",
            "container_start_time_seconds{\(container)} 1795737600",
            "container_network_receive_bytes_total{\(pod),interface=\"eth0\"} 10",
            "container_network_receive_packets_dropped_total{\(pod),interface=\"eth0\"} 1",
            "container_network_transmit_packets_total{\(pod),interface=\"eth0\"} 3",
        ] { #expect(lines.contains(line[...]), "\(line)") }
        // What nobody counted is not there.
        #expect(!lines.contains { $0.hasPrefix("container_memory_rss") })
        // One HELP for a name, whatever there is below it.
        let helps = lines.filter { $0.hasPrefix("# HELP") }.map { $0.split(separator: " ")[2] }
        #expect(Set(helps).count == helps.count)
    }

    @Test func resource() {
        let lines = lines(ResourceMetrics.families([Self.pod], node: Self.node))
        for line in [
            #"node_cpu_usage_seconds_total 2.5"#,
            #"container_memory_working_set_bytes{container="main",namespace="default",pod="web"} 2000"#,
            #"pod_cpu_usage_seconds_total{namespace="default",pod="web"} 2.5"#, "resource_scrape_error 0",
        ] { #expect(lines.contains(line[...]), "\(line)") }
        #expect(self.lines(ResourceMetrics.families([], node: nil)).contains("resource_scrape_error 1"))
    }

    @Test func summary() {
        let summary = StatsSummary.document([Self.pod], node: Self.node)
        #expect(summary["node"]?["nodeName"]?.stringValue == "host")
        #expect(summary["node"]?["fs"]?["usedBytes"]?.integerValue == 600)
        let pod = summary["pods"]?[0]
        #expect(pod?["podRef"]?["uid"]?.stringValue == "u1")
        #expect(pod?["cpu"]?["usageNanoCores"]?.integerValue == 250_000_000)
        #expect(pod?["memory"]?["availableBytes"]?.integerValue == 8000)
        #expect(pod?["network"]?["name"]?.stringValue == "eth0")
        #expect(pod?["network"]?["interfaces"]?[0]?["txBytes"]?.integerValue == 20)
        #expect(pod?["containers"]?[0]?["rootfs"]?["usedBytes"]?.integerValue == 4096)
        #expect(pod?["containers"]?[0]?["rootfs"]?["capacityBytes"]?.integerValue == 1000)
        #expect(pod?["volume"]?[0]?["pvcRef"]?["name"]?.stringValue == "disk")
        // What goes with the pod: not the claim.
        #expect(pod?["ephemeral-storage"]?["usedBytes"]?.integerValue == 4203)
        #expect(pod?["process_stats"]?["process_count"]?.integerValue == 3)
    }

    @Test func claims() {
        var other = Self.pod
        other.name = "other"
        let lines = lines(VolumeMetrics.families([Self.pod, other], fileSystem: Self.node.fileSystem))
        let labels = #"{namespace="default",persistentvolumeclaim="disk"}"#
        #expect(lines.filter { $0.hasPrefix("kubelet_volume_stats_used_bytes{") } == ["kubelet_volume_stats_used_bytes\(labels) 50"])
        #expect(lines.contains("kubelet_volume_stats_capacity_bytes\(labels) 1000"))
    }

    @Test func probesGoWithTheirPod() {
        let probes = ProbeMetrics()
        for pod in ["a", "b"] {
            let subject = ProbeMetrics.Subject(namespace: "default", pod: pod, uid: "u-\(pod)", container: "main", kind: "Readiness")
            probes.note(subject, .successful, .milliseconds(3))
            probes.note(subject, .failed, .milliseconds(3))
        }
        probes.forget(uid: "u-a", namespace: "default", pod: "a", isReplaced: false)
        let lines = lines(probes.collect())
        #expect(!lines.contains { $0.contains(#"pod="a""#) })
        #expect(lines.contains(
            #"prober_probe_total{probe_type="Readiness",result="failed",container="main",pod="b",namespace="default",pod_uid="u-b"} 1"#
        ))
    }
}
