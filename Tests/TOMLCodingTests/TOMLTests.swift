import JSONCoding
import TOMLCoding
import Testing

@Suite("TOML")
struct TOMLTests {
    private func parse(_ text: String) throws -> String {
        String(decoding: JSON.serialize(try TOML.parse(Array(text.utf8))), as: UTF8.self)
    }

    @Test("tables, arrays of tables, dotted keys and inline tables become one tree")
    func tables() throws {
        #expect(
            try parse("a.b = 1\na.c = 2\n[t]\nx = { y = 'z', q.r = [1, [2]] }\n[[l]]\nn = 1\n[l.m]\no = 2\n[[l]]\nn = 3\n")
                == #"{"a":{"b":1,"c":2},"t":{"x":{"y":"z","q":{"r":[1,[2]]}}},"l":[{"n":1,"m":{"o":2}},{"n":3}]}"#
        )
        #expect(try parse("[a.b]\nx=1\n[a]\ny=2") == #"{"a":{"b":{"x":1},"y":2}}"#)
        #expect(try parse("") == "{}")
    }

    @Test("scalars", arguments: [
        ("1_000", "1000"), ("0xff", "255"), ("0o17", "15"), ("0b101", "5"), ("-7", "-7"), ("+7", "7"), ("true", "true"),
        ("1.5", "1.5"), ("1979-05-27T07:32:00Z", "\"1979-05-27T07:32:00Z\""), ("1979-05-27 07:32:00", "\"1979-05-27 07:32:00\""),
        ("07:32:00", "\"07:32:00\""), (#""\u00e9\t\"""#, "\"é\\t\\\"\""), (#"'C:\x'"#, #""C:\\x""#),
        ("\"\"\"\na\\\n   b\"\"\"", "\"ab\""), ("\"\"\"a\"\"\"\"\"", "\"a\\\"\\\"\""), ("'''\na'b'''", "\"a'b\""),
        ("[ # c\n 1,\n 2,\n]", "[1,2]"),
    ])
    func scalars(text: String, value: String) throws {
        #expect(try parse("v = \(text) # comment\r\nw = 1") == "{\"v\":\(value),\"w\":1}")
    }

    @Test("what is no TOML is refused where it stands", arguments: [
        ("a = 1\na = 2", 2, 1), ("a = x", 1, 5), ("a = 1 b = 2", 1, 7), ("[a]\n[a]", 2, 2), ("a = [1\n", 2, 1), ("a = \"x\n", 1, 7),
        ("a = 01", 1, 5), ("a = 1__0", 1, 5), ("a = .5", 1, 5), ("a = { b = 1", 1, 12), ("a.b = 1\n[a]", 2, 2), ("= 1", 1, 1),
        ("a = \"\\q\"", 1, 7), ("a = 1\n[a.b]", 2, 2), ("a = inf", 1, 5), ("[[a]]\n[a]", 2, 2),
    ])
    func refusals(text: String, line: Int, column: Int) throws {
        do {
            let node = try TOML.parse(Array(text.utf8))
            Issue.record("\(text): \(node)")
        } catch {
            #expect(error.line == line && error.column == column, "\(text): \(error)")
        }
    }

    @Test("no nesting is deep enough to end the program")
    func depth() {
        for text in ["a = " + String(repeating: "[", count: 100_000), "a = " + String(repeating: "{a=", count: 100_000),
            String(repeating: "a.", count: 100_000) + "a = 1"]
        {
            #expect(throws: TOMLError.self) { try TOML.parse(Array(text.utf8)) }
        }
    }
}
