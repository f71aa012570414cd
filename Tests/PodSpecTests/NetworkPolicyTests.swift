import NetworkSpec
import PodSpec
import Testing

struct NetworkPolicyTests {
    private func decoded(_ spec: String, metadata: String = "{name: p, namespace: shop}") -> (NetworkPolicy?, [String]) {
        let result = decode("apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: \(metadata)\nspec:\n\(spec)")
        let policies = result.objects.compactMap { decoded in
            if case .networkPolicy(let policy) = decoded.object { policy } else { nil }
        }
        return (policies.first, result.problems.map(\.description))
    }

    @Test func `everything that a policy can say becomes what the network sees`() throws {
        let (policy, problems) = decoded(
            """
              podSelector: {matchLabels: {app: web}, matchExpressions: [{key: tier, operator: In, values: [a, b]}]}
              policyTypes: [Ingress, Egress]
              ingress:
              - from:
                - {podSelector: {matchLabels: {app: client}}}
                - {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: other}}, podSelector: {}}
                - {ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}
                ports:
                - {port: 80}
                - {protocol: UDP, port: 1000, endPort: 2000}
                - {port: http}
                - {protocol: SCTP}
              egress:
              - {}
            """
        )
        #expect(problems == [])
        let traffic = try #require(policy).traffic
        #expect(traffic.namespace == "shop" && traffic.name == "p")
        #expect(traffic.pods.holds(for: ["app": "web", "tier": "a"]) && !traffic.pods.holds(for: ["app": "web", "tier": "c"]))
        #expect(
            traffic.ingress == [
                TrafficRule(
                    peers: [
                        .pods(namespaces: nil, pods: LabelCondition([.isOne(key: "app", of: ["client"])])),
                        .pods(
                            namespaces: LabelCondition([.isOne(key: "kubernetes.io/metadata.name", of: ["other"])]),
                            pods: LabelCondition()
                        ),
                        .block(try #require(IPPrefix("10.0.0.0/8")), except: [try #require(IPPrefix("10.1.0.0/16"))]),
                    ],
                    ports: [
                        TrafficPort(.tcp, .range(80...80)), TrafficPort(.udp, .range(1000...2000)), TrafficPort(.tcp, .named("http")),
                        TrafficPort(.sctp, .any),
                    ]
                )
            ]
        )
        #expect(traffic.egress == [TrafficRule()])
    }

    @Test(arguments: [
        ("  podSelector: {}", true, false), ("  podSelector: {}\n  egress: [{}]", true, true),
        ("  policyTypes: [Egress]", false, true), ("  policyTypes: [Ingress]\n  egress: [{}]", true, false),
    ])
    func `which directions it speaks of`(spec: String, ingress: Bool, egress: Bool) throws {
        let traffic = try #require(decoded(spec).0).traffic
        #expect((traffic.ingress != nil) == ingress && (traffic.egress != nil) == egress)
        #expect(traffic.pods.holds(for: [:]))
    }

    @Test(arguments: [
        ("  ingress: [{from: [{}]}]", "needs a podSelector", "5:21"),
        ("  ingress: [{from: [{podSelector: {}, ipBlock: {cidr: 10.0.0.0/8}}]}]", "ipBlock goes with no selector", "5:21"),
        ("  ingress: [{from: [{ipBlock: {cidr: 10.0.0.0}}]}]", "is no block of addresses", "5:38"),
        ("  ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [11.0.0.0/16]}}]}]", "is no part of 10.0.0.0/8", "5:59"),
        ("  ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.0.0.0/8]}}]}]", "is no part of 10.0.0.0/8", "5:59"),
        ("  egress: [{ports: [{port: http, endPort: 90}]}]", "needs a port that is a number", "5:43"),
        ("  egress: [{ports: [{port: 91, endPort: 90}]}]", "must be 91 to 65535", "5:41"),
        ("  egress: [{ports: [{port: 0}]}]", "0 is no port", "5:28"),
        ("  egress: [{ports: [{port: HTTP}]}]", "is no name of a port", "5:28"),
        ("  egress: [{ports: [{protocol: ICMP}]}]", "is not one of TCP, UDP, SCTP", "5:32"),
        ("  policyTypes: [Inward]", "is not one of Ingress, Egress", "5:17"),
        ("  podSelector: {matchExpressions: [{key: a, operator: In}]}", "needs values where the operator is In", "5:36"),
        ("  egres: [{}]", "unknown field of NetworkPolicySpec", "5:3"),
    ])
    func `what would let in whom it is to keep out is refused with its place`(spec: String, words: String, place: String) {
        let problems = decoded(spec).1
        #expect(problems.count == 1 && problems[0].contains(words) && problems[0].contains(":\(place)"), "\(problems)")
    }

    @Test(arguments: [
        ("", [], nil), ("back", ["back"], nil), ("shop/back@eth1, second", ["back@eth1", "second"], nil),
        (#"[{"name":"back","namespace":"shop","interface":"eth1"},{"name":"second"}]"#, ["back@eth1", "second"], nil),
        ("back,back", [], "named twice"), ("back@eth0", [], "the interface eth0 is there already"), ("a b@x@y", [], "more than one @"),
        ("back@a-name-of-sixteen", [], "is no name of an interface"), ("back,", [], "is no name of a network"),
        (#"[{"name":"back","ips":["10.0.0.2"]}]"#, [], "[0].ips is not served"), (#"[{"interface":"eth1"}]"#, [], "[0].name is missing"),
        ("[{", [], "line 1"),
    ] as [(String, [String], String?)])
    func `networks beside a pod's own`(text: String, networks: [String], words: String?) throws {
        let quoted = text.replacing("\"", with: "\\\"")
        let result = decode(
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  annotations:\n    k8s.v1.cni.cncf.io/networks: \"\(quoted)\"\n"
                + "spec: {containers: [{name: main, image: a}]}"
        )
        let problems = result.problems.map(\.description)
        if let words {
            #expect(problems.count == 1 && problems[0].contains(words) && problems[0].contains(":6:"), "\(problems)")
        } else {
            let found = try #require(result.pods.first?.pod).additionalNetworks
            #expect(found.map { $0.name + ($0.interface.map { "@\($0)" } ?? "") } == networks, "\(problems)")
        }
    }

    @Test(arguments: [
        ("10M", 10_000_000, ""), ("1k", 1000, ""), ("1.5G", 1_500_000_000, ""), ("999", nil, "must be from 1k to 1P"),
        ("2P", nil, "must be from 1k to 1P"), ("fast", nil, "is no quantity of bits a second"), ("-1M", nil, "must be from 1k"),
    ] as [(String, UInt64?, String)])
    func `limits of bandwidth`(text: String, bits: UInt64?, words: String) throws {
        let result = decode(
            """
            apiVersion: v1
            kind: Pod
            metadata:
              name: a
              annotations:
                kubernetes.io/ingress-bandwidth: "\(text)"
            spec: {containers: [{name: main, image: a}]}
            """
        )
        if let bits {
            let pod = try #require(result.pods.first?.pod)
            #expect(pod.bandwidth == (try BandwidthLimits(pod.metadata.annotations)) && pod.bandwidth?.ingress == bits)
            #expect(pod.bandwidth?.egress == nil)
        } else {
            let problems = result.problems.map(\.description)
            #expect(problems.count == 1 && problems[0].contains(words) && problems[0].contains(":6:"), "\(problems)")
        }
    }
}
