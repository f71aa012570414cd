import AgentClient
import JSONCoding
import PodSpec
import Testing

@Suite struct SelectorTests {
    @Test(arguments: [
        ("app=web", true), ("app==web", true), ("app=db", false), ("app!=db", true), ("app!=web", false),
        ("app in (web, db)", true), ("app in (db)", false), ("app notin (db)", true), ("app notin (web,db)", false),
        ("app", true), ("none", false), ("!none", true), ("!app", false), ("none!=x", true), ("none notin (x)", true),
        ("none in (x)", false), ("app=web,tier=front", true), ("app=web,tier=back", false), (" app = web , tier ", true),
        ("swiftlet.io/x=1.2_3-4", true), ("empty=", true), ("in=out", true),
    ])
    func labels(text: String, fits: Bool) throws {
        let labels = ["app": "web", "tier": "front", "swiftlet.io/x": "1.2_3-4", "empty": "", "in": "out"]
        #expect(try LabelSelector(text).matches(labels) == fits)
    }

    @Test(arguments: [
        ("", "selector: column 1: expected a label's key, found the end"),
        ("a=b,", "selector: column 5: expected a label's key, found the end"),
        ("a in x", "selector: column 6: expected \"(\", found \"x\""),
        ("a in (x", "selector: column 8: expected \",\" or \")\", found the end"),
        ("a>b", "selector: column 2: expected \",\" or the end, found \">\""),
        ("a b", "selector: column 3: expected \",\" or the end, found \"b\""),
    ])
    func wrongLabels(text: String, message: String) {
        let error = #expect(throws: QueryError.self) { try LabelSelector(text) }
        #expect(error?.description == message)
    }

    @Test(arguments: [
        ("status.phase=Running", true), ("status.phase==Running", true), ("status.phase!=Running", false),
        ("metadata.name=web,metadata.namespace=default", true), ("metadata.name=web,metadata.namespace!=default", false),
        ("spec.nodeName=", true), ("spec.nodeName!=x", true), ("spec.replicas=3", true), ("spec.hostNetwork=true", true),
    ])
    func fields(text: String, fits: Bool) throws {
        let node: JSONNode = [
            "metadata": ["name": "web", "namespace": "default"], "status": ["phase": "Running"],
            "spec": ["replicas": 3, "hostNetwork": true],
        ]
        #expect(try FieldSelector(text).matches(node) == fits)
    }

    @Test(arguments: ["", "status.phase", "=x", "a=b,", "a!b"])
    func wrongFields(text: String) {
        #expect(throws: QueryError.self) { try FieldSelector(text) }
    }

    @Test func types() throws {
        func targets(_ words: String...) throws -> [ResourceArguments.Target] { try ResourceArguments(words).targets }
        #expect(try targets("po") == [.init(type: .pod)])
        #expect(try targets("pods", "a", "b") == [.init(type: .pod, names: ["a", "b"])])
        #expect(try targets("po,deploy,pods") == [.init(type: .pod), .init(type: .deployment)])
        #expect(try targets("pod/a", "deploy/b", "po/c") == [.init(type: .pod, names: ["a", "c"]), .init(type: .deployment, names: ["b"])])
        #expect(try targets("deployments.apps") == [.init(type: .deployment)])
        // A reference has slashes of its own.
        #expect(try targets("image", "docker.io/library/busybox:1") == [.init(type: .image, names: ["docker.io/library/busybox:1"])])
        #expect(try targets("image/127.0.0.1:5000/a:1") == [.init(type: .image, names: ["127.0.0.1:5000/a:1"])])
        #expect(try targets("all").map(\.type).prefix(2) == [.pod, .deployment])
        #expect(try ResourceArguments(["pod/a", "b"], of: .pod).targets == [.init(type: .pod, names: ["a", "b"])])
        for wrong in [[], ["podz"], ["pods,", "x"], ["pod/"], ["pod/a", "b"], ["thing/a"]] {
            #expect(throws: QueryError.self, "\(wrong)") { try ResourceArguments(wrong) }
        }
        #expect(throws: QueryError.self) { try ResourceArguments(["job/a"], of: .pod) }
        for type in ResourceType.allCases {
            for word in type.words { #expect(ResourceType(word: word) == type) }
        }
    }

    @Test func conditions() throws {
        let pod: JSONNode = ["status": ["phase": "Running", "conditions": [["type": "Ready", "status": "True"]]]]
        #expect(try WaitCondition("condition=Ready").holds(for: pod))
        #expect(try WaitCondition("condition=ready=true").holds(for: pod))
        #expect(try !WaitCondition("condition=Ready=False").holds(for: pod))
        #expect(try !WaitCondition("condition=Other").holds(for: pod))
        #expect(try !WaitCondition("condition=Ready").holds(for: nil))
        #expect(try WaitCondition("delete").holds(for: nil) && !WaitCondition("delete").holds(for: pod))
        #expect(try WaitCondition("create").holds(for: pod) && !WaitCondition("create").holds(for: nil))
        #expect(try WaitCondition("jsonpath={.status.phase}=Running").holds(for: pod))
        #expect(try !WaitCondition("jsonpath={.status.phase}=Failed").holds(for: pod))
        #expect(try WaitCondition("jsonpath={.status.phase}").holds(for: pod))
        #expect(try !WaitCondition("jsonpath={.status.podIP}").holds(for: pod))
        #expect(try WaitCondition(#"jsonpath={.status.conditions[?(@.type=="Ready")].status}=True"#).holds(for: pod))
        for wrong in ["", "ready", "condition=", "jsonpath=.a", "jsonpath={.a}x", "jsonpath={.a}=", "jsonpath={.a["] {
            #expect(throws: QueryError.self, "\(wrong)") { try WaitCondition(wrong) }
        }
    }

    @Test func tables() throws {
        var pod = Pod(metadata: ObjectMeta(name: "web"), spec: .init(containers: [Container(name: "c", image: "i")]))
        pod.metadata.labels = ["b": "2", "a": "1"]
        pod.status = Pod.Status(phase: .running)
        let item = try ResourceItem(.pod(pod))
        var options = ResourceTable.Options()
        options.showsLabels = true
        var table = ResourceTable(.pod, options)
        let text = table.render([item], now: .now)
        #expect(text.hasPrefix("NAME   READY   STATUS    RESTARTS   AGE") && text.contains("LABELS\n"), "\(text)")
        #expect(text.hasSuffix("a=1,b=2\n"), "\(text)")
        options.showsHeadings = false
        options.isColourful = true
        var bare = ResourceTable(.pod, options)
        let coloured = bare.render([item], now: .now)
        #expect(coloured.hasPrefix("web   0/1   \u{1B}[32mRunning\u{1B}[0m   0   "), "\(coloured.debugDescription)")
        // Colours take no room: rows are as wide as without them.
        options.isColourful = false
        var plain = ResourceTable(.pod, options)
        #expect(coloured.replacing("\u{1B}[32m", with: "").replacing("\u{1B}[0m", with: "") == plain.render([item], now: .now))
        #expect(StatusColour.dress(heading: "STATUS", cell: "Init:0/2") == "\u{1B}[33mInit:0/2\u{1B}[0m")
        #expect(StatusColour.dress(heading: "STATUS", cell: "Init:Error") == "\u{1B}[31mInit:Error\u{1B}[0m")
        #expect(StatusColour.dress(heading: "NAME", cell: "Running") == "Running")
    }
}
