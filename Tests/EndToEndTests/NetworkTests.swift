import Glibc
import Linux
import TestSupport
import Testing

extension EndToEnd {
    /// Pods among themselves, with their host and with the outside.
    @Suite struct NetworkTests {
        static func server(_ name: String, port: Int, host: Int? = nil, more: String = "") -> String {
            let hostPort = host.map { ", hostPort: \($0)\(more)" } ?? ""
            return Manifest.pod(
                name,
                "mkdir /page; echo \(name) > /page/index.html; exec httpd -f -p \(port) -h /page",
                container: "ports: [{containerPort: \(port)\(hostPort)}]"
            )
        }

        @Test func containersOfAPodShareItsNetwork() async throws {
            let agent = try await Stage.shared().agent
            try agent.put(
                "shares.yaml",
                Manifest.pod(
                    "shares",
                    "exec httpd -f -p 80 -h /www",
                    spec: "- {name: other, image: \"\(Stage.image)\", command: [sleep, \"100000\"]}"
                )
            )
            let pod = try await agent.waitRunning("shares")
            expect(
                try await agent.page("http://127.0.0.1/", from: "shares", container: "other"),
                is: "a page of a pod\n"
            )
            expect(
                try await agent.exec("shares", "hostname; hostname -i", container: "other"),
                is: "shares\n\(pod.ip)\n"
            )
            let links = try await agent.exec("shares", "ip -o addr | awk '{print $2, $4}'", container: "other")
            #expect(links.contains("lo 127.0.0.1/8"))
            #expect(links.contains("eth0 \(pod.ip)/24"))
            try await agent.removeAll()
        }

        @Test func podsReachEachOtherAndThemselves() async throws {
            let agent = try await Stage.shared().agent
            try agent.put("a.yaml", NetworkTests.server("a", port: 80, host: 8201))
            try agent.put("b.yaml", NetworkTests.server("b", port: 81))
            let a = try await agent.waitRunning("a")
            let b = try await agent.waitRunning("b")
            #expect(a.ip != b.ip)
            expect(try await agent.page("http://\(b.ip):81/", from: "a"), is: "b\n")
            expect(try await agent.page("http://\(a.ip):80/", from: "b"), is: "a\n")
            // By the port of the host: from another pod, and from the pod itself.
            expect(try await agent.page("http://10.92.0.1:8201/", from: "b"), is: "a\n")
            expect(try await agent.page("http://10.92.0.1:8201/", from: "a"), is: "a\n")
            try await agent.removeAll()
        }

        @Test func theOutsideReachesHostPortsAndIsReached() async throws {
            let stage = try await Stage.shared()
            let agent = stage.agent
            // A neighbour of the host, which knows no route to the pods: masquerading is seen by it.
            try await stage.host.run(
                "/bin/sh",
                "-ec",
                """
                mkdir -p /run/netns
                ip netns add neighbour
                ip link add out0 type veth peer name eth0 netns neighbour
                ip addr add 192.0.2.1/24 dev out0
                ip link set out0 up
                ip -n neighbour addr add 192.0.2.2/24 dev eth0
                ip -n neighbour link set eth0 up
                ip -n neighbour link set lo up
                """
            ).checked()
            try agent.put("open.yaml", NetworkTests.server("open", port: 80, host: 8301))
            try agent.put("inner.yaml", NetworkTests.server("inner", port: 80, host: 8302, more: ", hostIP: 127.0.0.1"))
            try await agent.waitRunning("open")
            try await agent.waitRunning("inner")
            let neighbour = ["ip", "netns", "exec", "neighbour"]
            let curl = ["curl", "-fsS", "--max-time", "5"]
            expect(try await stage.host.page("http://192.0.2.1:8301/", from: "neighbour"), is: "open\n")
            expect(try await stage.host.page("http://192.0.2.1:8301/"), is: "open\n")
            expect(try await stage.host.page("http://127.0.0.1:8302/"), is: "inner\n")
            // What is for the host's own address only is not for the neighbour.
            #expect(try await !stage.host.run(Command(neighbour + curl + ["http://192.0.2.1:8302/"])).succeeded)

            let server = try await stage.host.start(
                Command(neighbour + ["busybox", "nc", "-l", "-p", "9000", "-e", "/usr/bin/env"]),
                output: "\(stage.folder)/neighbour.log"
            )
            // nc has no word for when it listens: the pod asks until it is answered.
            let answer = try await agent.exec(
                "open",
                "for i in $(seq 100); do nc -w 5 192.0.2.2 9000 && exit 0; sleep 0.1; done; exit 1"
            )
            #expect(answer.contains("PATH="), "\(server.logText)")
            try await agent.removeAll()
            try await stage.host.run("/bin/sh", "-ec", "ip link del out0; ip netns del neighbour").checked()
        }

        @Test func masqueradedPodsHaveTheHostsAddress() async throws {
            let stage = try await Stage.shared()
            try await stage.host.run(
                "/bin/sh",
                "-ec",
                """
                mkdir -p /run/netns
                ip netns add far
                ip link add far0 type veth peer name eth0 netns far
                ip addr add 198.51.100.1/24 dev far0
                ip link set far0 up
                ip -n far addr add 198.51.100.2/24 dev eth0
                ip -n far link set eth0 up
                """
            ).checked()
            let agent = stage.agent
            try agent.put("caller.yaml", Manifest.pod("caller"))
            try await agent.waitRunning("caller")
            // Without a route back, an answer to the pod's own address could not come.
            expect(
                try await agent.exec("caller", "ping -c 1 -W 5 198.51.100.2 > /dev/null && echo answered"),
                is: "answered\n"
            )
            try await agent.removeAll()
            try await stage.host.run("/bin/sh", "-ec", "ip link del far0; ip netns del far").checked()
        }

        @Test func udpAndSeveralPorts() async throws {
            let stage = try await Stage.shared()
            let agent = stage.agent
            try agent.put(
                "ports.yaml",
                Manifest.pod(
                    "ports",
                    """
                    httpd -p 80 -h /www; httpd -p 81 -h /data
                    exec sleep 100000
                    """,
                    container: """
                        ports:
                        - {name: one, containerPort: 80, hostPort: 8401}
                        - {name: two, containerPort: 81, hostPort: 8402, protocol: TCP}
                        - {name: echo, containerPort: 53, hostPort: 8401, protocol: UDP}
                        """
                )
            )
            let pod = try await agent.waitRunning("ports")
            // busybox has no server for datagrams: socat of the host, in the pod's network.
            let pid = try await agent.pid(of: #require(pod.container("main")))
            let server = try await stage.host.start(
                Command("nsenter", "-t", "\(pid)", "--net", "socat", "UDP-RECVFROM:53,fork", "EXEC:/bin/cat"),
                output: "\(stage.folder)/echo.log"
            )
            expect(try await stage.host.page("http://127.0.0.1:8401/"), is: "a page of a pod\n")
            expect(try await stage.host.page("http://127.0.0.1:8402/lower"), is: "from the image\n")
            // It answers once it listens; a datagram before that is lost.
            let echo = try await stage.host.run(
                "/bin/sh",
                "-c",
                """
                for i in $(seq 50); do
                    echo over there | socat -t 0.2 -T 0.2 - UDP:127.0.0.1:8401 2>/dev/null | grep . && exit 0
                done
                exit 1
                """
            )
            #expect(echo.text == "over there\n", "\(echo)")
            try server.signal(SIGKILL)
            try await agent.removeAll()
        }

        @Test func hostNetwork() async throws {
            let stage = try await Stage.shared()
            let agent = stage.agent
            try agent.put(
                "hosted.yaml",
                Manifest.pod("hosted", "exec httpd -f -p 8501 -h /www", spec: "hostNetwork: true")
            )
            let pod = try await agent.waitRunning("hosted")
            try await stage.host.waitForPort(8501)
            expect(try await stage.host.page("http://127.0.0.1:8501/"), is: "a page of a pod\n")
            #expect(pod.ip == pod.hostIP)
            let links = try await agent.exec("hosted", "ls /sys/class/net /proc/sys/net/ipv4/conf; ip -o link")
            #expect(links.contains("lo:"))
            try await agent.removeAll()
        }
    }
}
