import Glibc
import JSONCoding
import Linux
import NetworkSpec
import Networks
import TestSupport
import Testing

/// Configuration lists of CNI: Debian's own plugins, and one of our own that notes what it is told.
@Suite("CNI", .needsPrivateHost, .awayFromPool) struct PluginTests {
    /// What it is told goes to `told`, a line each; what it answers comes from files that a test may write: `fail-ADD`…
    private static let recorder = """
        #!/bin/sh
        cd "$(dirname "$0")" || exit 1
        input=$(cat)
        echo "$CNI_COMMAND id=$CNI_CONTAINERID if=$CNI_IFNAME netns=${CNI_NETNS:+yes} args=$CNI_ARGS $input" >> told
        if [ -e "fail-$CNI_COMMAND" ]; then cat "fail-$CNI_COMMAND"; exit 1; fi
        case $CNI_COMMAND in
            ADD)
                nsenter --net="$CNI_NETNS" ip link add "$CNI_IFNAME" type veth peer name "peer-$CNI_IFNAME" || exit 1
                if [ -e answer ]; then exec cat answer; fi
                echo '{"cniVersion":"1.1.0","interfaces":[{"name":"host0"},{"name":"eth0","sandbox":"x"}],
                    "ips":[{"address":"10.98.0.1/24","interface":0},
                           {"address":"10.98.0.7/24","gateway":"10.98.0.1","interface":1}],
                    "routes":[{"dst":"0.0.0.0/0"}],"dns":{"nameservers":["10.98.0.53"]}}' ;;
            DEL) [ -z "$CNI_NETNS" ] || nsenter --net="$CNI_NETNS" ip link del "$CNI_IFNAME" 2>/dev/null || true ;;
        esac
        """

    /// - Parameter list: the plugins' part of it.
    private func node(
        _ plugins: String,
        version: String = "1.1.0",
        more: String = "",
        limit: Duration = .seconds(30)
    ) async throws -> PrivateNode {
        let node = try await PrivateNode(pluginLimit: limit)
        let folder = node.directory.path
        let list = #"{"cniVersion":"\#(version)","name":"outer"\#(more),"plugins":[\#(plugins.replacing("DIR", with: folder))]}"#
        try node.directory.write("netconf/outer.conflist", list)
        let own = #"{"name":"podnet","driver":"bridge","network_interface":"br0","subnets":[{"subnet":"10.9.0.0/24"}]}"#
        try node.directory.write("netconf/podnet.json", own)
        _ = try node.directory.makeDirectory("plugins")
        try FileSystem.write(node.directory("plugins/recorder"), Array(Self.recorder.utf8), mode: 0o755)
        return node
    }

    private func told(_ node: PrivateNode) throws -> [String] {
        let file = node.directory("plugins/told")
        guard FileSystem.exists(file) else { return [] }
        return try FileSystem.readText(file).split(separator: "\n").map(String.init)
    }

    private func attachments(_ node: PrivateNode) throws -> [String] {
        let folder = node.directory("attachments")
        return FileSystem.exists(folder) ? try FileSystem.list(folder) : []
    }

    private func refusal(_ body: () async throws -> Void) async throws -> String {
        do { try await body() } catch let error as NetworkError { return "\(error)" }
        Issue.record("it was not refused")
        return ""
    }

    private func reaches(_ server: TestSocket, _ client: () async throws -> TestSocket) async throws -> String? {
        do {
            let client = try await client()
            defer { withExtendedLifetime(client) {} }
            return try server.accept().peer
        } catch let error as SystemError where error.call == "connect" {
            return nil
        }
    }

    private static let bridge = #"""
        {"type":"bridge","bridge":"cni0","isGateway":true,"ipMasq":true,
         "ipam":{"type":"host-local","dataDir":"DIR/leases","ranges":[[{"subnet":"10.99.0.0/24"}]],
                 "routes":[{"dst":"0.0.0.0/0"}]}}
        """#
    private static let portmap = #"{"type":"portmap","capabilities":{"portMappings":true}}"#

    @Test("Debian's bridge, host-local, portmap and loopback: pods reach each other and the world, and are reached by host ports")
    func debians() async throws {
        let node = try await node([Self.bridge, Self.portmap, #"{"type":"loopback"}"#].joined(separator: ","), version: "1.0.0")
        let port = PortMapping(hostPort: 8080, containerPort: 80)
        let web = try await node.addPod("web", network: "outer", ports: [port])
        #expect(web.interface == "eth0" && web.addresses.map(\.description) == ["10.99.0.2/24"], "\(web)")
        #expect(web.gateways.map(\.description) == ["10.99.0.1"])
        let link = try await node.inPod("web") { try Command("ip", "-o", "link", "show", "eth0").run().checked().text }
        #expect(link.contains(web.macAddress.description), "\(link)")
        let other = try await node.addPod("other", network: "outer")
        let server = try await node.inPod("web") { try TestSocket.listener(port: 80) }
        let own = try #require(other.addresses.first?.address.description)
        #expect(
            try await reaches(server) {
                try await node.inPod("other") { try TestSocket.connection(to: "10.99.0.2", port: 80) }
            } == own
        )
        #expect(
            try await reaches(server) {
                try await node.outside { try TestSocket.connection(to: "192.0.2.1", port: 8080) }
            } == "192.0.2.2"
        )
        let far = try await node.outside { try TestSocket.listener(port: 81) }
        #expect(
            try await reaches(far) {
                try await node.inPod("web") { try TestSocket.connection(to: "192.0.2.2", port: 81) }
            } == "192.0.2.1"
        )

        // The same again changes nothing; another process knows it, and leaves it alone.
        #expect(try await node.manager.setUp(node.attachment("web", network: "outer", ports: [port])) == web)
        let again = try await node.restartedManager()
        try await again.retain(only: ["web", "other"])
        #expect(try await again.status(podUID: "web") == web)
        #expect(try await again.networks().first { $0.definition.name == "outer" }?.pods.map(\.uid) == ["other", "web"])
        try await again.tearDown(podUID: "web")
        try await again.tearDown(podUID: "web")
        // A namespace that is gone.
        try await node.removeNamespaces("other")
        try await again.tearDown(podUID: "other")
        #expect(try attachments(node) == [])
        #expect(try await node.stateFiles() == [])
        #expect(try FileSystem.list(node.directory("leases/outer")).filter { $0.contains(".99.") } == [])
        let rules = try await node.onHost { try Command("iptables-save").run().checked().text }
        #expect(!rules.contains("10.99.0.2") && !rules.contains("8080"), "\(rules)")
        withExtendedLifetime(again) {}
    }

    @Test("Debian's macvlan, beside a pod's own network, joined and left while it runs") func joining() async throws {
        let node = try await node(
            #"""
            {"type":"macvlan","master":"uplink","mode":"bridge",
             "ipam":{"type":"host-local","dataDir":"DIR/leases","ranges":[[{"subnet":"192.0.2.0/24","rangeStart":"192.0.2.50"}]]}}
            """#,
            version: "0.4.0"
        )
        let own = try await node.addPod("web")
        #expect(own.network == "podnet")
        try await node.manager.connect(["web": [NetworkChoice(network: "outer", interface: "lan0")]])
        let server = try await node.inPod("web") { try TestSocket.listener(port: 80) }
        #expect(
            try await reaches(server) {
                try await node.outside { try TestSocket.connection(to: "192.0.2.50", port: 80) }
            } == "192.0.2.2"
        )
        try await node.manager.connect(["web": [NetworkChoice(network: "outer", interface: "lan0")]])
        #expect(try attachments(node) == ["web@outer.json"])
        // CHECK finds what somebody has changed; it is told, and the pod keeps the network.
        try await node.manager.retain(only: ["web"])
        #expect(node.pluginReports.count == 0, "\(node.pluginReports.last ?? "")")
        try await node.inPod("web") { try PrivateNode.ip("addr flush dev lan0") }
        try await node.manager.retain(only: ["web"])
        #expect(node.pluginReports.count == 1)
        let report = node.pluginReports.last ?? ""
        #expect(report.contains("network outer: plugins[0] (macvlan) CHECK"), "\(report)")
        try await node.manager.connect(["web": []])
        let links = try await node.inPod("web") { try Command("ip", "-o", "link").run().checked().text }
        #expect(!links.contains("lan0") && links.contains("eth0"))
        #expect(try attachments(node) == [])
        try await node.manager.removeAll()
        #expect(try await node.stateFiles() == [])
    }

    @Test("A plugin's own number and words are told, and nothing is left: a range that is used up")
    func exhausted() async throws {
        let node = try await node(
            Self.bridge.replacing(#"0.0/24"}"#, with: #"0.0/24","rangeStart":"10.99.0.9","rangeEnd":"10.99.0.9"}"#),
            version: "1.0.0"
        )
        _ = try await node.addPod("web", network: "outer")
        let text = try await refusal { _ = try await node.addPod("other", network: "outer") }
        #expect(
            text.hasPrefix("network outer: plugins[0] (bridge) ADD: code ") && text.contains("no IP addresses available"),
            "\(text)"
        )
        #expect(try attachments(node) == ["web.json"])
        #expect(try FileSystem.list(node.directory("state/pods")) == ["web.json"])
        try await node.removePod("web")
        let other = try await node.manager.setUp(node.attachment("other", network: "outer"))
        #expect(other.addresses.map(\.description) == ["10.99.0.9/24"])
        try await node.manager.removeAll()
    }

    @Test("What plugins are told: in order and back, with what the pod wants and what was answered")
    func protocols() async throws {
        let first = #"{"type":"recorder","part":1,"capabilities":{"bandwidth":true,"portMappings":true}}"#
        let node = try await node(first + #",{"type":"recorder","part":2}"#)
        // Both make an interface: the second finds one.
        let twice = try await refusal { _ = try await node.addPod("web", network: "outer") }
        #expect(twice.contains("plugins[1] (recorder) ADD: exit code 1"), "\(twice)")
        #expect(try told(node).map { $0.prefix { $0 != " " } } == ["STATUS", "STATUS", "ADD", "ADD", "DEL", "DEL"])
        #expect(try attachments(node) == [])
        try node.directory.write(
            "netconf/outer.conflist",
            #"{"cniVersion":"1.1.0","name":"outer","plugins":[\#(first)]}"#
        )
        try FileSystem.removeFile(node.directory("plugins/told"))
        let ports = [PortMapping(.udp, hostPort: 9000, containerPort: 90, range: 2)]
        var attachment = node.attachment("web", network: "outer", ports: ports)
        attachment.bandwidth = Bandwidth(ingress: 1_000_000_000, egress: nil)
        let status = try await node.manager.setUp(attachment)
        // Those of interfaces on the host are not the pod's.
        #expect(status.addresses.map(\.description) == ["10.98.0.7/24"] && status.gateways.map(\.description) == ["10.98.0.1"])
        #expect(status.nameServers.map(\.description) == ["10.98.0.53"])
        let add = try #require(try told(node).last)
        let arguments = "IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=web;K8S_POD_INFRA_CONTAINER_ID=web;"
        #expect(add.hasPrefix("ADD id=web if=eth0 netns=yes args=\(arguments)"))
        let config = try JSON.parse(Array(add[try #require(add.firstIndex(of: "{"))...].utf8))
        #expect(
            config["cniVersion"]?.stringValue == "1.1.0"
                && config["name"]?.stringValue == "outer" && config["part"]?.integerValue == 1
        )
        #expect(config["capabilities"] == nil && config["prevResult"] == nil)
        #expect(config["runtimeConfig"]?["portMappings"]?.arrayValue?.compactMap { $0["hostPort"]?.integerValue } == [9000, 9001])
        #expect(config["runtimeConfig"]?["portMappings"]?[1]?["protocol"]?.stringValue == "udp")
        #expect(config["runtimeConfig"]?["bandwidth"]?["ingressRate"]?.integerValue == 1_000_000_000)
        #expect(config["runtimeConfig"]?["bandwidth"]?["egressRate"] == nil)
        // A file that changes meanwhile: the pod goes by what it came by.
        let changed = #"{"cniVersion":"1.1.0","name":"outer","plugins":[{"type":"nowhere"}]}"#
        try node.directory.write("netconf/outer.conflist", changed)
        try await node.manager.tearDown(podUID: "web")
        let delete = try #require(try told(node).last)
        #expect(
            delete.hasPrefix("DEL id=web if=eth0 netns=yes") && delete.contains(#""prevResult":{"cniVersion":"1.1.0""#),
            "\(delete)"
        )
        #expect(try attachments(node) == [])
    }

    @Test("After a reboot, or a kill -9, plugins undo what no pod has, with what they answered; and are told what is left")
    func garbage() async throws {
        let node = try await node(#"{"type":"recorder"}"#)
        _ = try await node.addPod("web", network: "outer")
        _ = try await node.addPod("stays", network: "outer")
        // The run folder goes with a reboot, and the namespaces.
        try FileSystem.removeFile(node.directory("state/pods/web.json"))
        try await node.removeNamespaces("web")
        try FileSystem.removeFile(node.directory("plugins/told"))
        let again = try await node.restartedManager()
        try await again.retain(only: ["web", "stays"])
        let commands = try told(node)
        #expect(commands.map { $0.prefix { $0 != " " } } == ["DEL", "GC", "CHECK"], "\(commands)")
        #expect(commands[0].hasPrefix("DEL id=web if=eth0 netns= ") && commands[0].contains("prevResult"))
        #expect(commands[1].contains(#""cni.dev/valid-attachments":[{"containerID":"stays","ifname":"eth0"}]"#), "\(commands[1])")
        #expect(commands[2].hasPrefix("CHECK id=stays if=eth0 netns=yes") && commands[2].contains("prevResult"))
        #expect(try attachments(node) == ["stays.json"])
        // Killed before the record said that it was whole: begun again, after it was undone.
        let file = "state/pods/stays.json"
        let record = try FileSystem.readText(node.directory(file))
        try node.directory.write(file, record.replacing(#""isComplete":true"#, with: #""isComplete":false"#))
        try FileSystem.removeFile(node.directory("plugins/told"))
        let third = try await node.restartedManager()
        _ = try await third.setUp(node.attachment("stays", network: "outer"))
        #expect(try told(node).map { $0.prefix { $0 != " " } } == ["DEL", "STATUS", "ADD"])
        try await third.removeAll()
        #expect(try attachments(node) == [])
        #expect(try await node.stateFiles() == [])
        withExtendedLifetime(again) {}
    }

    @Test("disableCheck and disableGC, and versions that know neither", arguments: [
        ("1.1.0", #","disableCheck":true,"disableGC":true"#, ["STATUS", "ADD"]), ("0.3.1", "", ["ADD"]),
    ]) func withoutChecks(version: String, more: String, commands: [String]) async throws {
        let node = try await node(#"{"type":"recorder"}"#, version: version, more: more)
        _ = try await node.addPod("web", network: "outer")
        try await node.manager.retain(only: ["web"])
        #expect(try told(node).map { $0.prefix { $0 != " " } } == commands.map { $0[...] })
        try await node.manager.removeAll()
    }

    @Test("A plugin that is not ready, fails, says nonsense, or is not there") func faults() async throws {
        let node = try await node(#"{"type":"recorder"}"#)
        func problem() async throws -> String { try await refusal { _ = try await node.addPod("web", network: "outer") } }
        try node.directory.write("plugins/fail-STATUS", #"{"cniVersion":"1.1.0","code":50,"msg":"not yet","details":"later"}"#)
        #expect(try await problem() == "network outer: plugins[0] (recorder) STATUS: code 50: not yet (later)")
        #expect(try told(node).count == 1)
        try FileSystem.removeFile(node.directory("plugins/fail-STATUS"))
        try node.directory.write("plugins/fail-ADD", "no idea")
        #expect(try await problem() == "network outer: plugins[0] (recorder) ADD: exit code 1: no idea")
        try FileSystem.removeFile(node.directory("plugins/fail-ADD"))
        for (answer, words) in [
            ("no JSON", "its answer is no JSON"),
            (#"{"ips":[{"address":"10.0.0.300/8"}]}"#, #"ips[0].address: "10.0.0.300/8" is no address"#),
            (#"{"dns":{"nameservers":["x"]}}"#, "dns.nameservers[0]"),
        ] {
            try node.directory.write("plugins/answer", answer)
            #expect(try await problem().contains(words))
            #expect(try attachments(node) == [])
        }
        try FileSystem.removeFile(node.directory("plugins/answer"))
        // What cannot be undone stays known, and is undone later.
        _ = try await node.manager.setUp(node.attachment("web", network: "outer"))
        try node.directory.write("plugins/fail-DEL", #"{"code":11,"msg":"try again"}"#)
        let kept = try await refusal { try await node.manager.tearDown(podUID: "web") }
        #expect(kept == "network outer: plugins[0] (recorder) DEL: code 11: try again")
        #expect(try attachments(node) == ["web.json"])
        try FileSystem.removeFile(node.directory("plugins/fail-DEL"))
        try await node.manager.tearDown(podUID: "web")
        #expect(try attachments(node) == [])
        let list = #"{"cniVersion":"1.0.0","name":"outer","plugins":[{"type":"recorder"},{"type":"nowhere"}]}"#
        try node.directory.write("netconf/outer.conflist", list)
        let missing = try await problem()
        #expect(
            missing.contains("plugins[1] (nowhere) ADD: there is no program of that name in") && missing.contains("/usr/lib/cni"),
            "\(missing)"
        )
        #expect(try await node.stateFiles() == [])
        _ = try node.directory.makeDirectory("netconf/outer")
        #expect(try await problem().contains("loadOnlyInlinedPlugins: only plugins that stand in the list are served"))
    }

    @Test("A plugin that does not end is killed with what it has started") func timeLimit() async throws {
        let node = try await node(#"{"type":"slow"}"#, version: "1.0.0", limit: .milliseconds(300))
        let script = """
            #!/bin/sh
            if [ "$CNI_COMMAND" = ADD ]; then sleep 1000 & echo $! > "$(dirname "$0")/child"; wait; fi
            """
        try FileSystem.write(node.directory("plugins/slow"), Array(script.utf8), mode: 0o755)
        let text = try await refusal { _ = try await node.addPod("web", network: "outer") }
        #expect(text.contains("plugins[0] (slow) ADD: killed because it had not ended after 0.3 seconds"), "\(text)")
        let child = try #require(pid_t(try FileSystem.readText(node.directory("plugins/child")).prefix { $0.isNumber }))
        // Reaped by whoever is its parent by now: until then it is a zombie.
        let deadline = Deadline(in: .seconds(10))
        while let state = try? FileSystem.readText("/proc/\(child)/stat"), !state.contains(") Z "), !deadline.hasPassed {}
        #expect(!deadline.hasPassed)
        #expect(try attachments(node) == [])
    }

    @Test("Host ports and limits that no plugin serves, and policies, are refused by their places") func refused() async throws {
        let node = try await node(#"{"type":"recorder"}"#, version: "1.0.0")
        try await node.makeNamespaces("web")
        var attachment = node.attachment("web", network: "outer", ports: [PortMapping(hostPort: 1, containerPort: 2)])
        attachment.bandwidth = Bandwidth(ingress: 1_000_000, egress: nil)
        attachment.hostNeeds = [.init(.port, "spec.containers[0].ports[0].hostPort"), .init(.connection, "a probe")]
        let text = try await refusal { _ = try await node.manager.setUp(attachment) }
        #expect(
            text.hasSuffix("is of the driver cni, which cannot serve spec.containers[0].ports[0].hostPort, bandwidth"),
            "\(text)"
        )
        let closed = TrafficPolicy(namespace: "default", name: "p", pods: LabelCondition([]), ingress: [])
        try await node.manager.govern([closed], pods: [:])
        attachment = node.attachment("web", network: "outer")
        attachment.traffic = PodTraffic(namespace: "default", labels: [:])
        #expect(try await refusal { _ = try await node.manager.setUp(attachment) }.contains("default/p (spec.podSelector)"))
        #expect(try told(node).allSatisfy { $0.hasPrefix("DEL") })
        #expect(try attachments(node) == [])
    }
}
