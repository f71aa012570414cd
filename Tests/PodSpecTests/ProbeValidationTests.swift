import PodSpec
import Testing

/// The API server's rules for probes, names and resolvers.
struct ProbeValidationTests {
    @Test func `defaults of a probe are the API server's`() throws {
        let text = podText(
            container: """
                livenessProbe: {httpGet: {port: 80}, periodSeconds: 0}
                readinessProbe: {grpc: {port: 81}, timeoutSeconds: 7, successThreshold: 4}
                """
        )
        let container = try #require(decode(text).pods.first).pod.spec.containers[0]
        let liveness = try #require(container.livenessProbe)
        #expect(liveness.httpGet?.path == "/")
        #expect(liveness.httpGet?.scheme == "HTTP")
        #expect([liveness.timeoutSeconds, liveness.periodSeconds] == [1, 10])
        #expect([liveness.successThreshold, liveness.failureThreshold] == [1, 3])
        #expect(container.readinessProbe?.grpc?.service == "")
        #expect(container.readinessProbe?.timeoutSeconds == 7)
        #expect(container.readinessProbe?.successThreshold == 4)
        #expect(try #require(decode(text).pods.first).warnings == [])
    }

    @Test func `every error of a probe is told`() {
        let text = podText(
            container: """
                ports: [{name: web, containerPort: 80}]
                livenessProbe: {exec: {command: []}, successThreshold: 2, terminationGracePeriodSeconds: 0}
                readinessProbe: {periodSeconds: -1, terminationGracePeriodSeconds: 5}
                startupProbe:
                  tcpSocket: {port: wep}
                  httpGet: {port: UPPER, httpHeaders: [{name: "a b", value: x}]}
                  grpc: {port: 70000}
                """
        )
        let found = problems(text)
        for expected in [
            "livenessProbe.exec.command: must have a command",
            "livenessProbe.successThreshold: must be 1 in a livenessProbe",
            "livenessProbe.terminationGracePeriodSeconds: must be from 1 to 2147483647",
            "readinessProbe: must have one of exec, httpGet, tcpSocket, grpc",
            "readinessProbe.periodSeconds: must not be negative",
            "readinessProbe.terminationGracePeriodSeconds: must not be set in a readinessProbe",
            "startupProbe.tcpSocket: there is one action already: spec.containers[0].startupProbe.httpGet",
            "startupProbe.grpc: there is one action already",
            "startupProbe.tcpSocket.port: the container has no port named \"wep\", did you mean \"web\"?",
            "startupProbe.httpGet.port: \"UPPER\" must be a port's name",
            "startupProbe.httpGet.httpHeaders[0].name: \"a b\" must be letters, digits and '-'",
            "startupProbe.grpc.port: 70000 is no port (1 to 65535)",
        ] {
            #expect(found.contains { $0.contains("spec.containers[0].\(expected)") }, "\(expected) is not in \(found)")
        }
    }

    @Test func `init containers have no probes, sidecars may`() {
        let probe = "readinessProbe: {exec: {command: [x]}}"
        let step = podText(spec: "initContainers: [{name: a, image: b, \(probe)}]")
        #expect(problems(step).map { $0.contains("is not for init containers") } == [true])
        let sidecar = podText(spec: "initContainers: [{name: a, image: b, restartPolicy: Always, \(probe)}]")
        #expect(problems(sidecar) == [])
    }

    @Test func `names and resolvers`() throws {
        let good = podText(
            spec: """
                hostname: a
                subdomain: b
                setHostnameAsFQDN: true
                hostAliases: [{ip: "::1", hostnames: [x, y.example]}]
                dnsPolicy: None
                dnsConfig: {nameservers: [192.0.2.1], searches: [a.example., _b.example, .], options: [{name: ndots, value: "2"}]}
                """
        )
        #expect(problems(good) == [])
        #expect(try #require(decode(good).pods.first).warnings == [])
        let bad = podText(
            spec: """
                hostnameOverride: "-x"
                setHostnameAsFQDN: true
                hostNetwork: true
                subdomain: UP
                hostAliases: [{ip: 1.2.3, hostnames: ["a_b"]}]
                dnsConfig:
                  nameservers: [192.0.2.1, x, 192.0.2.3, 192.0.2.4]
                  searches: ["a b"]
                  options: [{name: ""}, {name: "a\\nnameserver", value: b}]
                """
        )
        let found = problems(bad)
        for expected in [
            "spec.hostnameOverride: \"-x\" must be a DNS name", "spec.setHostnameAsFQDN: must not be true beside",
            "spec.hostNetwork: must not be true beside hostnameOverride", "spec.subdomain: \"UP\" must be a DNS label",
            "spec.hostAliases[0].ip: \"1.2.3\" is no IP address", "spec.hostAliases[0].hostnames[0]: \"a_b\" must be",
            "spec.dnsConfig.nameservers: must not have more than 3", "spec.dnsConfig.nameservers[1]: \"x\" is no IP address",
            "spec.dnsConfig.searches[0]: \"a b\" must be a DNS name", "spec.dnsConfig.options[0].name: must not be empty",
            "spec.dnsConfig.options[1].name: must not contain white space",
        ] {
            #expect(found.contains { $0.contains(expected) }, "\(expected) is not in \(found)")
        }
        #expect(problems(podText(spec: "dnsPolicy: None")).map { $0.contains("at least one of dnsConfig.nameservers") } == [true])
        let many = (0..<33).map { "s\($0)" }.joined(separator: ", ")
        #expect(problems(podText(spec: "dnsConfig: {searches: [\(many)]}")).map { $0.contains("more than 32 domains") } == [true])
    }
}
