import PodEngine
import PodSpec
import Testing

/// Objects beside the pods in `ManifestSet`: the last good version, who was first, what is immutable.
struct ManifestObjectSetTests {
    private func map(_ name: String, _ value: String, immutable: Bool = false) -> DecodedObject {
        var map = ConfigMap(metadata: ObjectMeta(name: name), data: ["k": value])
        map.isImmutable = immutable
        return DecodedObject(.configMap(map))
    }

    private func name(_ name: String, _ kind: ObjectKind = .configMap) -> ObjectName {
        ObjectName(kind, namespace: "default", name: name)
    }

    private func problem(_ name: ObjectName?) -> ManifestProblem {
        var problem = ManifestProblem(file: "a.yaml", message: "broken")
        problem.object = name
        return problem
    }

    private func value(_ name: String, in snapshot: ManifestSnapshot) -> String? {
        guard case .configMap(let map) = snapshot.objects[self.name(name)]?.object else { return nil }
        return map.data["k"]
    }

    @Test func `a broken document keeps its own object only`() {
        var set = ManifestSet()
        set.read("a.yaml", ManifestResult(objects: [map("a", "1"), map("b", "1"), map("c", "1")]))
        set.read("a.yaml", ManifestResult(objects: [map("a", "2")], problems: [problem(name("b"))]))
        let snapshot = set.snapshot()
        #expect(value("a", in: snapshot) == "2")
        #expect(value("b", in: snapshot) == "1")
        #expect(value("c", in: snapshot) == nil)
    }

    @Test func `a problem of another kind with the same name keeps nothing`() {
        var set = ManifestSet()
        set.read("a.yaml", ManifestResult(objects: [map("a", "1")]))
        set.read("a.yaml", ManifestResult(problems: [problem(name("a", .secret))]))
        #expect(set.snapshot().objects.isEmpty)
        set.read("a.yaml", ManifestResult(objects: [map("a", "1")]))
        // Of a kind that is none, it may have been this one.
        set.read("a.yaml", ManifestResult(problems: [problem(name("a", ObjectKind(rawValue: "ConfigMpa")))]))
        #expect(value("a", in: set.snapshot()) == "1")
    }

    @Test func `of two files with one object the first stays`() {
        var set = ManifestSet()
        set.read("z.yaml", ManifestResult(objects: [map("a", "1")]))
        _ = set.snapshot()
        set.read("b.yaml", ManifestResult(objects: [map("a", "2")]))
        let snapshot = set.snapshot()
        #expect(value("a", in: snapshot) == "1")
        #expect(
            snapshot.problems.map(\.message) == [
                "the ConfigMap default/a is taken from z.yaml, which was first; b.yaml names it too"
            ]
        )
        set.remove("z.yaml")
        #expect(value("a", in: set.snapshot()) == "2")
    }

    @Test func `an immutable object keeps its first content until it is gone`() {
        var set = ManifestSet()
        set.read("a.yaml", ManifestResult(objects: [map("a", "1", immutable: true)]))
        #expect(set.snapshot().problems.isEmpty)
        for changed in [map("a", "2", immutable: true), map("a", "1"), map("a", "3")] {
            set.read("a.yaml", ManifestResult(objects: [changed]))
            let snapshot = set.snapshot()
            #expect(value("a", in: snapshot) == "1")
            #expect(snapshot.problems.map(\.message) == ["the object is immutable: its first content stays"])
            #expect(snapshot.problems.map(\.object) == [name("a")])
        }
        set.read("a.yaml", ManifestResult())
        #expect(set.snapshot().objects.isEmpty)
        set.read("a.yaml", ManifestResult(objects: [map("a", "2")]))
        #expect(value("a", in: set.snapshot()) == "2")
    }
}
