import JSONCoding
import Testing
import YAMLCoding

@Suite struct YAMLEmitterTests {
    private func text(_ node: JSONNode) -> String { String(decoding: YAML.serialize(node), as: UTF8.self) }

    @Test func layout() {
        let node: JSONNode = [
            "apiVersion": "v1",
            "metadata": ["name": "web", "labels": [:]],
            "spec": [
                "containers": [
                    ["name": "main", "args": ["-c", "echo hello"], "ports": [["containerPort": 80]]],
                    ["name": "two", "env": []],
                ],
                "on": true, "none": JSONNode.null, "grace": 30,
            ],
        ]
        #expect(
            text(node) == """
                apiVersion: v1
                metadata:
                  name: web
                  labels: {}
                spec:
                  containers:
                  - name: main
                    args:
                    - -c
                    - echo hello
                    ports:
                    - containerPort: 80
                  - name: two
                    env: []
                  "on": true
                  none: null
                  grace: 30

                """
        )
        #expect(text("a\nb\n") == "|\n  a\n  b\n")
        #expect(text(["k": "a\n\nb"]) == "k: |-\n  a\n\n  b\n")
        #expect(text([["k": "a\nb\n\n"]]) == "- k: |+\n    a\n    b\n\n")
    }

    @Test(arguments: [
        "", " ", "a", " a", "a ", "~", "null", "true", "yes", "On", "n", "1", "-1", "1.5", ".5", "1e3", "0x1f", "0o7",
        "012", "1_000", ".inf", "-.INF", ".nan", "2026-11-23", "2026-11-23T04:00:00Z", "1:30", "12:30:45", "10.0.0.1",
        "10m", "64Mi", "-", "--", "---", "--- a", "...", "- a", "-a", "?", "? a", "?a", ":", ": a", ":a", "a:", "a: b",
        "a:b", "#", "a #b", "a#b", "!a", "&a", "*a", "|", ">", "'a'", "\"a\"", "%a", "@a", "`a", "{a}", "[a]", "{",
        ",a", "a,b", "=", "<<", "a\nb", "a\n", "\na", " a\nb", "\ta\nb", "a\n b", "a\n\tb\n\n", "a\r\nb", "\n", "\n\n",
        "tab\there", "nul\u{0}", "bell\u{7}", "del\u{7f}", "nel\u{85}x", "ls\u{2028}x", "bom\u{feff}x", "ünï", "日本語",
        "🙂",
        "back\\slash", "quote\"d", "http://x:80/a?b#c", "a\nb: c\n- d\n# e\n", "sha256:abc", "a  ", "a\n  \nb",
        String(repeating: "long ", count: 100),
    ])
    func stringsComeBack(string: String) {
        for node: JSONNode in [
            JSONNode(string), ["k": JSONNode(string), "z": 1], [JSONNode(string), 1], [["k": JSONNode(string)], []],
            JSONNode(.object([JSONNode.Member(key: string, value: 1)])), ["a": ["b": [JSONNode(string)]]],
        ] {
            let stream = YAML.parse(YAML.serialize(node))
            #expect(stream.errors == [] && stream.documents == [node], "\(text(node))")
        }
    }

    @Test func valuesComeBack() {
        let values: [JSONNode] = [
            0, -1, JSONNode(Int64.max), JSONNode(Int64.min), JSONNode(UInt64.max), 1.5, -2.5e-10, 1e300, true, false,
            [], [:], [[]], [[[1]]], [["a": [:]], [:]], ["a": ["b": ["c": []]]], [[1, [2, 3]], [[4]]],
            ["a": JSONNode.null],
        ]
        for node in values + [JSONNode(.array(values))] {
            let stream = YAML.parse(YAML.serialize(node))
            #expect(stream.errors == [] && stream.documents == [node], "\(text(node))")
        }
    }
}
