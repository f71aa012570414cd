import JSONCoding
import Linux
import PodEngine
import PodSpec
import Testing

struct SandboxFilesTests {
    private let node = EngineConfiguration.Node(
        name: "node",
        addresses: ["192.0.2.1"],
        memoryBytes: 1 << 30,
        kernelMajor: 6,
        kernelMinor: 1
    )

    private func files(hostNetwork: Bool = false, nameservers: [String] = []) -> SandboxFiles {
        var pod = Pod(metadata: ObjectMeta(name: "pod", uid: "uid"), spec: Pod.Spec(containers: []))
        pod.spec.hostNetwork = hostNetwork
        let network = PodNetworkState(
            network: "default",
            interface: "eth0",
            addresses: ["10.88.0.2", "fd00::2"],
            nameservers: nameservers
        )
        return SandboxFiles(pod: pod, network: hostNetwork ? nil : network, node: node)
    }

    @Test func `hosts name the pod by all its addresses`() {
        let text = files().hosts(ofHost: "1.2.3.4 secret\n")
        #expect(text.hasPrefix("# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n"))
        #expect(text.hasSuffix("10.88.0.2\tpod\nfd00::2\tpod\n"))
        #expect(!text.contains("secret"))
        #expect(files(hostNetwork: true).hosts(ofHost: "1.2.3.4 x\n").hasSuffix("1.2.3.4 x\n"))
    }

    @Test func `resolvers that a pod cannot reach are left out`() {
        let host = "# made by hand\nnameserver 127.0.0.53\nnameserver 192.0.2.53\nsearch example.org\noptions ndots:1\n"
        #expect(files().resolver(ofHost: host).text == "nameserver 192.0.2.53\nsearch example.org\noptions ndots:1\n")
        #expect(
            files(nameservers: ["10.88.0.1"]).resolver(ofHost: host).text
                == "nameserver 10.88.0.1\nsearch example.org\noptions ndots:1\n"
        )
        #expect(files(hostNetwork: true).resolver(ofHost: host).text == host)
        #expect(files().resolver(ofHost: "").text == "")
    }

    @Test func `where the network knows names, its domains come first`() {
        var files = files(nameservers: ["10.88.0.1"])
        files.network?.nameDomain = "cluster.local"
        let host = "nameserver 127.0.0.53\nsearch example.org svc.cluster.local\noptions ndots:1\n"
        #expect(
            files.resolver(ofHost: host).text == """
                search default.svc.cluster.local svc.cluster.local cluster.local example.org
                nameserver 10.88.0.1
                options ndots:1

                """
        )
        files.pod.spec.dnsPolicy = .default
        #expect(
            files.resolver(ofHost: host).text
                == "nameserver 10.88.0.1\nsearch example.org svc.cluster.local\noptions ndots:1\n"
        )
    }

    @Test func `the names by which a pod is found`() {
        var pod = Pod(metadata: ObjectMeta(name: "web", uid: "uid"), spec: Pod.Spec(containers: []))
        #expect(PodDomainNames(of: pod, node: node).names == ["web", "web.default", "web.default.svc"])
        pod.metadata.namespace = "shop"
        pod.spec.hostname = "w"
        pod.spec.subdomain = "sub"
        #expect(
            PodDomainNames(of: pod, node: node).names == [
                "web.shop", "web.shop.svc", "w.shop", "w.shop.svc", "w.sub.shop", "w.sub.shop.svc", "sub.shop", "sub.shop.svc",
            ]
        )
    }

    @Test func `aliases and the full name`() throws {
        var pod = Pod(metadata: ObjectMeta(name: "pod", uid: "uid"), spec: Pod.Spec(containers: []))
        pod.metadata.namespace = "shop"
        pod.spec.subdomain = "sub"
        let alias = #"{"ip": "192.0.2.7", "hostnames": ["db", "db.example"]}"#
        pod.spec.hostAliases = [try JSON.decode(Pod.HostAlias.self, from: Array(alias.utf8))]
        let network = PodNetworkState(network: "default", interface: "eth0", addresses: ["10.88.0.2"])
        let text = SandboxFiles(pod: pod, network: network, node: node).hosts(ofHost: "")
        #expect(
            text.hasSuffix(
                """
                10.88.0.2\tpod.sub.shop.svc.cluster.local\tpod

                # Entries added by HostAliases.
                192.0.2.7\tdb\tdb.example

                """
            )
        )
        #expect(PodHostname.nodename(of: pod, node: node) == "pod")
        pod.spec.setHostnameAsFQDN = true
        #expect(PodHostname.nodename(of: pod, node: node) == "pod.sub.shop.svc.cluster.local")
        pod.spec.hostnameOverride = "own.example"
        pod.spec.setHostnameAsFQDN = nil
        #expect(PodHostname.nodename(of: pod, node: node) == "own.example")
        #expect(PodHostname.domain(of: pod) == nil)
        pod.spec.hostNetwork = true
        let onHost = SandboxFiles(pod: pod, network: nil, node: node).hosts(ofHost: "1.2.3.4 x\n")
        #expect(onHost.hasSuffix("1.2.3.4 x\n\n# Entries added by HostAliases.\n192.0.2.7\tdb\tdb.example\n"))
    }

    @Test func `the policy None has nothing but the pod's own`() throws {
        var pod = Pod(metadata: ObjectMeta(name: "pod", uid: "uid"), spec: Pod.Spec(containers: []))
        pod.spec.dnsPolicy = Pod.DNSPolicy.none
        let configuration = #"{"nameservers": ["192.0.2.9"]}"#
        pod.spec.dnsConfig = try JSON.decode(Pod.DNSConfig.self, from: Array(configuration.utf8))
        let host = "nameserver 192.0.2.53\nsearch example.org\n"
        #expect(SandboxFiles(pod: pod, network: nil, node: node).resolver(ofHost: host).text == "nameserver 192.0.2.9\n")
        pod.spec.dnsPolicy = .clusterFirst
        #expect(
            SandboxFiles(pod: pod, network: nil, node: node).resolver(ofHost: host).text
                == "search example.org\nnameserver 192.0.2.53\nnameserver 192.0.2.9\n"
        )
    }

    @Test func `host names`() {
        var pod = Pod(
            metadata: ObjectMeta(name: String(repeating: "a", count: 62) + "-b", uid: ""),
            spec: Pod.Spec(containers: [])
        )
        #expect(PodHostname.hostname(of: pod, node: node) == String(repeating: "a", count: 62))
        pod.spec.hostname = "other"
        #expect(PodHostname.hostname(of: pod, node: node) == "other")
        pod.spec.hostNetwork = true
        #expect(PodHostname.hostname(of: pod, node: node) == "node")
    }

    @Test(arguments: [
        ("SIGTERM", 15), ("quit", 3), ("9", 9), ("SIGRTMIN+3", 37), ("RTMAX-1", 63), ("SIGRTMIN", 34), ("winch", 28),
    ])
    func `signals by name`(_ name: String, _ number: Int32) {
        #expect(StopSignal.number(name) == number)
    }

    @Test(arguments: ["", "SIG", "SIGNOPE", "0", "65", "-1", "RTMIN+40", "SIGRTMIN+"])
    func `words that are no signals`(_ name: String) {
        #expect(StopSignal.number(name) == nil)
    }
}
