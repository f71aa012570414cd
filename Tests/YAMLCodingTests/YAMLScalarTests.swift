import JSONCoding
import Testing
import YAMLCoding

@Suite struct YAMLScalarTests {
    @Test(
        arguments: [
            ("", JSONNode.null), ("~", .null), ("null", .null), ("Null", .null),
            ("true", true), ("True", true), ("yes", true), ("on", true), ("y", true), ("OFF", false), ("No", false),
            ("tRUE", "tRUE"), ("nop", "nop"),
            ("0", 0), ("-0", 0), ("42", 42), ("+7", 7), ("-7", -7), ("1_000", 1000),
            ("0644", 420), ("0o644", 420), ("-0644", -420), ("0x1F", 31), ("0b101", 5), ("08", 8.0), ("1:30", "1:30"),
            ("9223372036854775807", JSONNode(Int64.max)), ("18446744073709551615", JSONNode(UInt64.max)),
            ("18446744073709551616", 18446744073709551616.0),
            ("1.5", 1.5), ("-.5", -0.5), ("1.", 1.0), ("1e3", 1000.0), ("1.5E-1", 0.15), ("1e", "1e"),
            ("1.2.3", "1.2.3"),
            (".", "."), ("--1", "--1"), ("+-1", "+-1"), ("0x", "0x"), ("0xG", "0xG"), ("1e999", "1e999"),
            ("2001-12-14", "2001-12-14"), ("100m", "100m"), ("1Gi", "1Gi"), ("e3", "e3"), ("127.0.0.1", "127.0.0.1"),
            ("\"1\"", "1"), ("'yes'", "yes"), ("\"\"", ""), ("!!str 1", "1"), ("! 1", "1"), ("!!int 7", 7),
            ("!!int \"7\"", 7), ("!!float 7", 7.0), ("!!bool no", false), ("!!null ''", .null),
            ("!!str", ""), ("\"a\\0b\"", "a\u{0}b"), ("|-\n  1", "1"),
        ] as [(String, JSONNode)]
    )
    func values(text: String, expected: JSONNode) {
        // In a sequence, where null is not an empty document.
        #expect(document("- \(text)\n") == [expected], "\(text)")
    }

    @Test(arguments: [".inf", "-.Inf", ".NaN", "!!int x", "!!bool 1", "!!binary aGk=", "!foo x", "!!float x"])
    func refused(text: String) {
        #expect(yamlError("- \(text)\n") != nil)
    }

    @Test func keysStayAsWritten() {
        #expect(document("on: 1\n8080: 2\n0644: 3\n~: 4\n") == ["on": 1, "8080": 2, "0644": 3, "~": 4])
    }
}

@Suite struct YAMLAliasTests {
    @Test func aliasesAndAnchors() {
        #expect(
            document("a: &x {b: [1]}\nc: *x\nd: &x 2\ne: *x\n") == [
                "a": ["b": [1]], "c": ["b": [1]], "d": 2, "e": 2,
            ]
        )
        #expect(yamlError("&k key: v\nother: *k\n*k : w\n") != nil)
        #expect(document("a: &k key\n*k : w\n") == ["a": "key", "key": "w"])
    }

    @Test func anchorsEndWithTheirDocument() {
        let stream = YAML.parse("a: &x 1\n---\nb: *x\n".utf8)
        #expect(stream.documents == [["a": 1]])
        #expect(stream.errors.map(\.position) == [SourcePosition(line: 3, column: 4)])
    }

    @Test func mergeKeys() {
        let text = """
            one: &one {a: 1, b: 2}
            two: &two {b: 3, c: 4}
            m:
              <<: *one
              b: 5
            n:
              <<: [*two, *one]
            """
        #expect(document(text)?["m"] == ["b": 5, "a": 1])
        #expect(document(text)?["n"] == ["b": 3, "c": 4, "a": 1])
        #expect(document("\"<<\": 1") == ["<<": 1])
        #expect(yamlError("a: 1\n<<: 2\n")?.position == SourcePosition(line: 2, column: 1))
    }

    @Test func anAliasBombIsRefusedAtOnce() {
        var text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
        for level in 1...12 {
            text +=
                "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ",") + "]\n"
        }
        let start = ContinuousClock.now
        let error = yamlError(text)
        #expect(error?.message.contains("alias bomb") == true)
        #expect(error?.position.line == 5)
        #expect(ContinuousClock.now - start < .seconds(5))
    }

    @Test func aBombOfMergesIsRefused() {
        var text = "a0: &a0 {k: [x,x,x,x,x,x,x,x,x,x]}\n"
        for level in 1...30 {
            text += "a\(level): &a\(level) {k\(level): *a\(level - 1), <<: *a\(level - 1)}\n"
        }
        #expect(yamlError(text)?.message.contains("alias bomb") == true)
    }

    @Test func anAliasInsideItsOwnAnchorIsAnError() {
        #expect(yamlError("a: &x [*x]\n")?.position == SourcePosition(line: 1, column: 8))
    }
}
