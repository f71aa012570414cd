import AgentAPI
import JSONCoding
import PodSpec
import StatusPage
import TestSupport
import Testing
import UsageSpec

@Suite struct StatusPageTests {
    /// `hack/embed-page` writes it anew.
    @Test func whatIsServedIsWhatIsWritten() throws {
        let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let outcome = try Command("/usr/bin/python3", "\(root)/hack/embed-page", "--check").run()
        #expect(outcome.succeeded, "\(outcome)")
    }

    @Test func filesAndTheirPolicy() throws {
        let page = try #require(StatusPage.file(at: "/ui"))
        let text = String(decoding: page.body, as: UTF8.self)
        #expect(page.contentType == "text/html; charset=utf-8")
        // Nothing inline: the policy would keep it from running.
        #expect(!text.contains("<style") && !text.contains("style=") && !text.contains("onclick"))
        #expect(text.split(separator: "<script").count == 2 && text.contains(#"src="/ui/app.js""#))
        let script = String(decoding: try #require(StatusPage.file(at: "/ui/app.js")).body, as: UTF8.self)
        #expect(!script.contains("innerHTML") && !script.contains("eval("))
        #expect(StatusPage.file(at: "/ui/../etc/passwd") == nil && StatusPage.file(at: "/ui/none") == nil)
        let policy = try #require(StatusPage.headers["Content-Security-Policy"])
        #expect(policy.hasPrefix("default-src 'none'") && !policy.contains("unsafe"))
    }

    @Test func whoseNameItIs() {
        for host in ["localhost", "localhost:9255", "127.0.0.1:1", "10.0.0.7", "[::1]:80"] {
            #expect(StatusPage.isOwn(host: host), "\(host)")
        }
        for host in ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80", "", "1.2.3", "256.1.1.1"] {
            #expect(!StatusPage.isOwn(host: host), "\(host)")
        }
        #expect(!StatusPage.isOwn(host: nil))
    }

    @Test func theState() throws {
        var pod = Pod(
            metadata: ObjectMeta(name: "web", namespace: "default", uid: "u"),
            spec: Pod.Spec(containers: [Container(name: "main", image: "i")]),
            status: Pod.Status(phase: .running)
        )
        pod.status?.conditions = [.init(type: "Ready", status: true)]
        var stats = PodStats(namespace: "default", name: "web", uid: "u", time: "2026-11-27T00:00:00Z")
        var usage = GroupUsage()
        usage.cpu = .init(usageNanoseconds: 1)
        usage.cpu?.nanocores = 5
        stats.usage = usage
        let shown = StatusDocument.pod(pod)
        #expect(shown["ready"]?.boolValue == true && shown["terminating"] == nil)
        #expect(shown["containers"]?[0]?["state"]?.stringValue == "waiting")
        let figures = try JSON.parse(try StatusDocument.usage([stats], node: nil, health: HealthReport(checks: [])))
        #expect(figures["pods"]?["u"]?["nanocores"]?.integerValue == 5)
        #expect(figures["node"] == nil && figures["health"] != nil)
    }
}
