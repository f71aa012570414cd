import PodEngine
import PodSpec
import Testing

struct ManifestSetTests {
    private func pod(_ name: String, image: String = "web:1", uid: String? = nil) -> DecodedPod {
        let spec = Pod.Spec(containers: [Container(name: "web", image: image)])
        let metadata = ObjectMeta(name: name, uid: uid ?? "\(name)-\(image.filter { $0.isNumber })")
        return DecodedPod(pod: Pod(metadata: metadata, spec: spec))
    }

    private func key(_ name: String) -> PodKey { PodKey(namespace: "default", name: name) }

    private func problem(_ file: String, pod: String? = nil) -> ManifestProblem {
        var problem = ManifestProblem(file: file, message: "broken")
        problem.pod = pod.map(key)
        return problem
    }

    @Test func `a file that turns bad keeps the last good version of its pods`() {
        var set = ManifestSet()
        set.read("a.yaml", ManifestResult(pods: [pod("a"), pod("b")]))
        set.read("a.yaml", ManifestResult(problems: [problem("a.yaml")]))
        let snapshot = set.snapshot()
        #expect(Set(snapshot.pods.keys) == [key("a"), key("b")])
        #expect(snapshot.problems == [problem("a.yaml")])
    }

    @Test func `a broken document keeps its own pod only`() {
        var set = ManifestSet()
        set.read("a.yaml", ManifestResult(pods: [pod("a"), pod("b"), pod("c")]))
        // a is changed, b is broken, c has been taken out.
        set.read("a.yaml", ManifestResult(pods: [pod("a", image: "web:2")], problems: [problem("a.yaml", pod: "b")]))
        let snapshot = set.snapshot()
        #expect(Set(snapshot.pods.keys) == [key("a"), key("b")])
        #expect(snapshot.pods[key("a")]?.pod.spec.containers[0].image == "web:2")
    }

    @Test func `a document that is taken out takes its pod along`() {
        var set = ManifestSet()
        set.read("a.yaml", ManifestResult(pods: [pod("a"), pod("b")]))
        set.read("a.yaml", ManifestResult(pods: [pod("b")]))
        #expect(Set(set.snapshot().pods.keys) == [key("b")])
    }

    @Test func `of two files with one pod the first stays, and the error names both`() {
        var set = ManifestSet()
        set.read("z.yaml", ManifestResult(pods: [pod("a")]))
        _ = set.snapshot()
        set.read("b.yaml", ManifestResult(pods: [pod("a", image: "web:2")]))
        var snapshot = set.snapshot()
        #expect(snapshot.pods[key("a")]?.file == "z.yaml")
        #expect(snapshot.problems.map(\.file) == ["b.yaml"])
        #expect(snapshot.problems[0].message.contains("z.yaml"))
        set.remove("z.yaml")
        snapshot = set.snapshot()
        #expect(snapshot.pods[key("a")]?.file == "b.yaml")
        #expect(snapshot.problems.isEmpty)
        // Who has it now keeps it when the other comes back.
        set.read("z.yaml", ManifestResult(pods: [pod("a")]))
        #expect(set.snapshot().pods[key("a")]?.file == "b.yaml")
    }

    @Test func `who ran before comes first`() {
        let incumbent = DesiredPod(pod: pod("a").pod, warnings: [], fingerprint: "f", file: "z.yaml")
        var set = ManifestSet(incumbents: [incumbent])
        set.read("a.yaml", ManifestResult(pods: [pod("a", image: "web:2")]))
        set.read("z.yaml", ManifestResult(pods: [pod("a")]))
        #expect(set.snapshot().pods[key("a")]?.file == "z.yaml")
    }

    @Test func `a file that cannot be read at the start has the version that runs`() {
        let incumbent = DesiredPod(pod: pod("a").pod, warnings: ["w"], fingerprint: "f", file: "a.yaml")
        var set = ManifestSet(incumbents: [incumbent])
        set.read("a.yaml", ManifestResult(problems: [problem("a.yaml")]))
        #expect(set.snapshot().pods[key("a")] == incumbent)
    }

    @Test func `a vanished file gives way to its new name without a word`() {
        var set = ManifestSet()
        set.read("old.yaml", ManifestResult(pods: [pod("a")]))
        _ = set.snapshot()
        set.leave("old.yaml")
        #expect(set.snapshot().pods[key("a")]?.file == "old.yaml")
        set.read("new.yaml", ManifestResult(pods: [pod("a")]))
        let snapshot = set.snapshot()
        #expect(snapshot.pods[key("a")]?.file == "new.yaml")
        #expect(snapshot.problems.isEmpty)
    }

    @Test func `two pods cannot share a UID`() {
        var set = ManifestSet()
        set.read("a.yaml", ManifestResult(pods: [pod("a", uid: "same")]))
        set.read("b.yaml", ManifestResult(pods: [pod("b", uid: "same")]))
        let snapshot = set.snapshot()
        #expect(Set(snapshot.pods.keys) == [key("a")])
        #expect(snapshot.problems.map(\.path) == ["metadata.uid"])
    }

    @Test(arguments: ["a.yaml", "b.yml", "c.json", "with space.yaml"])
    func `manifests by name`(_ name: String) {
        #expect(ManifestFile.isManifest(name))
    }

    @Test(
        arguments: [
            ".a.yaml", "a.yaml~", ".#a.yaml", "#a.yaml#", ".a.yaml.swp", "a.yaml.swp", "a.tmp", "a.yaml.tmp",
            "README.md",
            "..data", "yaml", "#a.yaml", "4913",
        ]
    )
    func `other files`(_ name: String) {
        #expect(!ManifestFile.isManifest(name))
    }
}
