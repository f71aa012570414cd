import PodSpec
import Testing

/// Classes that pods of every namespace can name.
struct ClusterClassTests {
    private func classes(_ text: String) -> (ClusterClasses, [String]) {
        let result = decode(text)
        var classes = ClusterClasses()
        for decoded in result.objects { classes.insert(decoded.object) }
        return (classes, result.problems.map(\.description))
    }

    private func priority(_ text: String, class name: String? = nil, own: Int32? = nil) -> (Int32, String?) {
        var pod = Pod(metadata: ObjectMeta(name: "a"), spec: Pod.Spec(containers: []))
        pod.spec.priorityClassName = name
        pod.spec.priority = own
        let warning = classes(text).0.admit(&pod)
        return (pod.effectivePriority, warning.first)
    }

    private let text = """
        apiVersion: scheduling.k8s.io/v1
        kind: PriorityClass
        metadata: {name: high}
        value: 1000
        description: for what matters
        preemptionPolicy: Never
        ---
        apiVersion: scheduling.k8s.io/v1
        kind: PriorityClass
        metadata: {name: usual}
        value: 10
        globalDefault: true
        ---
        apiVersion: node.k8s.io/v1
        kind: RuntimeClass
        metadata: {name: sandboxed}
        handler: kata
        scheduling: {nodeSelector: {a: b}}
        """

    @Test func `a pod has the priority of its class, or the default one`() {
        #expect(classes(text).1 == [])
        #expect(priority(text, class: "high") == (1000, nil))
        #expect(priority(text) == (10, nil))
        #expect(priority("") == (0, nil))
        // What it says itself counts first; the two classes of every cluster need not be there.
        #expect(priority(text, class: "high", own: 5) == (5, nil))
        #expect(priority(text, class: "system-node-critical") == (2_000_001_000, nil))
        let unknown = priority(text, class: "none")
        #expect(unknown.0 == 0 && unknown.1?.contains("no PriorityClass \"none\" is there") == true)
    }

    @Test func `a runtime class stands for its handler`() {
        let (found, _) = classes(text)
        #expect(found.handler(of: "sandboxed") == "kata" && found.handler(of: "runc") == "runc")
    }

    @Test func `a pod has the overhead of its class, unless it says one itself`() throws {
        let (found, problems) = classes(text + "\noverhead: {podFixed: {cpu: 250m, memory: 64Mi}}")
        #expect(problems == [])
        var pod = Pod(metadata: ObjectMeta(name: "a"), spec: Pod.Spec(containers: []))
        #expect(found.admit(&pod) == [] && pod.spec.overhead.isEmpty)
        pod.spec.runtimeClassName = "sandboxed"
        #expect(found.admit(&pod) == [])
        #expect(pod.spec.overhead == ["cpu": Quantity("250m"), "memory": Quantity("64Mi")])
        // Once more: it has what it is to have.
        #expect(found.admit(&pod) == [])
        pod.spec.overhead = ["cpu": try #require(Quantity("1"))]
        #expect(found.admit(&pod).first?.hasPrefix("spec.overhead: the RuntimeClass \"sandboxed\" has another one") == true)
        #expect(pod.spec.overhead.count == 1)
        let negative = classes(text + "\noverhead: {podFixed: {cpu: -1}}").1
        #expect(negative.count == 1 && negative[0].contains("overhead.podFixed.cpu"), "\(negative)")
    }

    @Test(arguments: [
        ("kind: PriorityClass\nmetadata: {name: a}\nvalue: 1000000001", "at most 1000000000"),
        ("kind: PriorityClass\nmetadata: {name: a}", "value: missing"),
        ("kind: PriorityClass\nmetadata: {name: a, namespace: b}\nvalue: 1", "belongs to no namespace"),
    ])
    func `what is none is refused`(lines: String, words: String) {
        let problems = classes("apiVersion: scheduling.k8s.io/v1\n" + lines).1
        #expect(problems.count == 1 && problems[0].contains(words), "\(problems)")
    }

    @Test func `neither changes what it stands for`() throws {
        let objects = decode(text).objects.map(\.object)
        let others = decode(text.replacing("1000", with: "1001").replacing("kata", with: "runc")).objects.map(\.object)
        let refusals = zip(objects, others).map { $1.refusal(toReplace: $0)?.path }
        #expect(refusals == ["value", nil, "handler"])
    }
}
