import AgentAPI
import AgentClient
import Linux
import PodSpec
import Testing

@Suite struct TextTests {
    @Test(arguments: [
        (0, "0s"), (119, "119s"), (120, "2m"), (190, "3m10s"), (599, "9m59s"), (600, "10m"), (10_799, "179m"),
        (10_800, "3h"), (11_400, "3h10m"), (28_800, "8h"), (172_799, "47h"), (172_800, "2d"), (180_000, "2d2h"),
        (691_200, "8d"), (63_071_999, "729d"), (63_072_000, "2y"), (66_528_000, "2y40d"), (315_360_000, "10y"),
        (-5, "0s"),
    ])
    func agesAreKubectls(seconds: Int64, text: String) {
        #expect(HumanDuration.text(seconds: seconds) == text)
    }

    @Test(arguments: [
        ("90s", 90_000), ("5m", 300_000), ("1h30m", 5_400_000), ("250ms", 250), ("1.5h", 5_400_000), ("0s", 0),
    ])
    func durationsAreRead(text: String, milliseconds: Int64) {
        #expect(HumanDuration.parse(text) == .milliseconds(milliseconds))
    }

    @Test(arguments: ["", "5", "m", "5x", "-5m", "1h 30m", "1..5s", "99999999999999h"])
    func whatIsNoDuration(text: String) {
        #expect(HumanDuration.parse(text) == nil)
    }

    @Test(arguments: [
        (0, "0 B"), (999, "999 B"), (1000, "1.00 kB"), (4_270_000, "4.27 MB"), (12_340_000, "12.3 MB"),
        (127_900_000, "128 MB"), (999_600, "1.00 MB"), (1_006_000_000, "1.01 GB"),
    ])
    func sizes(bytes: Int64, text: String) {
        #expect(HumanBytes.text(bytes) == text)
    }

    @Test func tablesArePaddedWithoutSpacesAtTheEnd() {
        var table = TextTable(columns: ["NAME", "AGE"])
        #expect(table.render([["a-long-name", "5m"], ["b", ""]]) == "NAME          AGE\na-long-name   5m\nb\n")
        #expect(table.renderMore([["c", "1s"]]) == "c             1s\n")
    }

    @Test func podTables() throws {
        var pod = Pod(
            metadata: ObjectMeta(name: "web", namespace: "shop"),
            spec: Pod.Spec(containers: [Container(name: "a", image: "x:1"), Container(name: "b", image: "y:2")]),
            status: Pod.Status(phase: .pending)
        )
        pod.metadata.creationTimestamp = "2026-11-23T04:00:00Z"
        pod.status?.podIP = "10.0.0.2"
        let now = try #require(Timestamp(rfc3339: "2026-11-23T04:00:42Z"))
        var narrow = PodTable(isWide: false, showsNamespace: false)
        #expect(
            narrow.render([pod], now: now) == """
                NAME   READY   STATUS    RESTARTS   AGE
                web    0/2     Pending   0          42s

                """
        )
        var wide = PodTable(isWide: true, showsNamespace: true)
        #expect(
            wide.render([pod], now: now) == """
                NAMESPACE   NAME   READY   STATUS    RESTARTS   AGE   IP         IMAGES
                shop        web    0/2     Pending   0          42s   10.0.0.2   x:1,y:2

                """
        )
    }

    @Test func imageTables() {
        let images = [
            ImageSummary(
                reference: "localhost:5000/app:1.2",
                digest: "sha256:aaaabbbbccccddddeeee",
                id: "sha256:0123456789abcdef",
                size: 4_270_000
            ),
            ImageSummary(reference: nil, digest: "sha256:aaaabbbbccccdddd", size: 10),
        ]
        #expect(
            ImageTable().render(images, now: .now) == """
                REPOSITORY           TAG      IMAGE ID       CREATED     SIZE
                localhost:5000/app   1.2      0123456789ab   <unknown>   4.27 MB
                <none>               <none>   aaaabbbbcccc   <unknown>   10 B

                """
        )
    }

    @Test func notices() {
        let notice = ManifestNotice(file: "a.yaml", line: 3, column: 7, path: "spec.x", message: "unknown field")
        #expect(notice.text == "a.yaml:3:7: error: spec.x: unknown field")
        #expect(ManifestNotice(file: "a", message: "gone", severity: .warning).text == "a: warning: gone")
    }

    @Test func faults() {
        #expect(
            FaultText.text(of: Fault(.notFound, "pod \"web\" not found", reason: "PodNotFound", hint: "look"))
                == "Error: pod \"web\" not found (PodNotFound)\nHint: look\n"
        )
    }

    @Test func plainProgressIsThinnedOut() {
        var display = PullDisplay(style: .plain)
        func report(_ phase: ImagePullProgress.Phase, _ current: Int64?, at milliseconds: Int64) -> String {
            let progress = ImagePullProgress(
                phase: phase,
                layer: "sha256:abcdefabcdefabc",
                current: current,
                total: 2000
            )
            return display.update(progress, now: Monotonic(nanoseconds: milliseconds * 1_000_000))
        }
        #expect(report(.waiting, nil, at: 0) == "")
        #expect(report(.downloading, 500, at: 10) == "abcdefabcdef: downloading 500 B / 2.00 kB\n")
        #expect(report(.downloading, 600, at: 500) == "")
        #expect(report(.downloading, 1500, at: 1100) == "abcdefabcdef: downloading 1.50 kB / 2.00 kB\n")
        #expect(report(.unpacking, nil, at: 1101) == "abcdefabcdef: unpacking\n")
        #expect(report(.done, nil, at: 1102) == "abcdefabcdef: done\n")
    }

    @Test func barsAreDrawnOverEachOther() {
        var display = PullDisplay(style: .terminal(columns: 80))
        let first = display.update(
            ImagePullProgress(phase: .downloading, layer: "sha256:aaaaaaaaaaaa", index: 1, current: 1000, total: 2000),
            now: .now
        )
        #expect(first.contains("[███████████████░░░░░░░░░░░░░░░] downloading 1.00 kB / 2.00 kB"))
        #expect(!first.contains("\u{1B}[1A"))
        let second = display.update(
            ImagePullProgress(phase: .present, layer: "sha256:bbbbbbbbbbbb", index: 0),
            now: .now
        )
        #expect(second.hasPrefix("\u{1B}[1A\rbbbbbbbbbbbb already present\u{1B}[K\n\raaaaaaaaaaaa ["))
        #expect(second.split(separator: "\n").allSatisfy { $0.count <= 90 })
    }

    @Test func hostsAreRead() throws {
        #expect(try Endpoint(parsing: "unix:///run/a.sock") == .unix(path: "/run/a.sock"))
        #expect(try Endpoint(parsing: "/run/a.sock") == .unix(path: "/run/a.sock"))
        #expect(try Endpoint(parsing: "tcp://host:1") == .tcp(host: "host", port: 1))
        #expect(try Endpoint(parsing: "tcp://[::1]:7443") == .tcp(host: "::1", port: 7443))
        for wrong in ["tcp://host", "tcp://:1", "tcp://host:0", "tcp://host:65536", "tcp://a@b:1", "ssh://host"] {
            #expect(throws: Fault.self) { try Endpoint(parsing: wrong) }
        }
        #expect(throws: Fault.self) { try Endpoint(parsing: "unix://relative") }
    }
}
