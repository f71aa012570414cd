import JSONCoding
import Testing

func syntaxError(_ text: String) -> JSONSyntaxError? {
    syntaxError(Array(text.utf8))
}

func syntaxError(_ bytes: [UInt8]) -> JSONSyntaxError? {
    do throws(JSONSyntaxError) {
        _ = try JSON.parse(bytes)
        return nil
    } catch {
        return error
    }
}

@Suite struct JSONParseTests {
    @Test func everyKindOfValue() throws {
        let node = try JSON.parse(
            #"{"a":null,"b":true,"c":-3,"d":1.5e3,"e":"ä\n\u00e9😀","f":[],"g":{},"h":[1,[2]]}"#.utf8
        )
        #expect(
            node == [
                "a": .null, "b": true, "c": -3, "d": 1500.0, "e": "ä\né😀", "f": [], "g": [:], "h": [1, [2]],
            ]
        )
        #expect(node["c"]?.integerValue == -3)
        #expect(node["h"]?[1]?[0]?.integerValue == 2)
        #expect(node["x"] == nil)
        #expect(node.position == nil)
    }

    @Test(arguments: ["1", "\"x\"", " null ", "[]"]) func anyValueStandsAlone(text: String) throws {
        _ = try JSON.parse(text.utf8)
    }

    @Test func membersKeepTheirOrder() throws {
        let node = try JSON.parse(#"{"z":1,"a":2,"m":3,"b":4}"#.utf8)
        #expect(node.members?.map(\.key) == ["z", "a", "m", "b"])
    }

    @Test func integersAreExactUpTo64Bits() throws {
        let text =
            "[9223372036854775807, -9223372036854775808, 9223372036854775808, 18446744073709551615, 1.5, 7, 1e30]"
        let node = try JSON.parse(text.utf8)
        let expected: [JSONNode] = [
            JSONNode(.integer(.max)), JSONNode(.integer(.min)), JSONNode(.unsigned(1 << 63)),
            JSONNode(.unsigned(.max)), 1.5, 7, 1e30,
        ]
        #expect(node == JSONNode(.array(expected)))
        #expect(try JSON.parse("18446744073709551616".utf8) == 18446744073709551616.0)
        #expect(syntaxError("1e999")?.message.contains("overflow") == true)
    }

    @Test func positions() throws {
        let text = """
            {
              "a" : [ 1 , "ö" , {"b":true} ],
              "c\\"" : -1.5e+3, "e": [ ], "f": { },
              "é": {"g": null}
            }
            """
        let node = try JSON.parse(text.utf8, positions: true)
        #expect(node.position == SourcePosition(line: 1, column: 1))
        #expect(node.member("a")?.keyPosition == SourcePosition(line: 2, column: 3))
        #expect(node["a"]?.position == SourcePosition(line: 2, column: 9))
        #expect(node["a"]?[0]?.position == SourcePosition(line: 2, column: 11))
        #expect(node["a"]?[1]?.position == SourcePosition(line: 2, column: 15))
        #expect(node["a"]?[2]?["b"]?.position == SourcePosition(line: 2, column: 26))
        #expect(node.member("c\"")?.keyPosition == SourcePosition(line: 3, column: 3))
        #expect(node["c\""]?.position == SourcePosition(line: 3, column: 11))
        #expect(node["e"]?.position == SourcePosition(line: 3, column: 25))
        #expect(node["f"]?.position == SourcePosition(line: 3, column: 35))
        #expect(node["é"]?["g"]?.position == SourcePosition(line: 4, column: 14))
    }

    @Test func syntaxErrorsHavePlaces() {
        #expect(syntaxError("{\"a\" 1}")?.position == SourcePosition(line: 1, column: 6))
        #expect(syntaxError("{\n  \"a\": 1,\n  bad: 2\n}")?.position == SourcePosition(line: 3, column: 3))
        #expect(syntaxError("[1,]")?.position == SourcePosition(line: 1, column: 4))
        #expect(syntaxError("[1] 2")?.position == SourcePosition(line: 1, column: 5))
        #expect(syntaxError("[\"ab\n\"]")?.position.line == 1)
        #expect(syntaxError("") != nil)
        #expect(syntaxError("   \n") != nil)
        #expect(syntaxError("{\"a\": [1, 2")?.message.contains("end") == true)
        #expect(syntaxError([0x22, 0xFF, 0x22])?.message.contains("decode") == true)
        #expect(syntaxError([0x7B, 0x00, 0x7D]) != nil)
        #expect(syntaxError([0xEF, 0xBB, 0xBF, 0x31]) != nil)
        #expect(syntaxError("\"\\ud800\"") != nil)
        #expect(syntaxError("{\"a\\u0000b\": 1}") != nil)
    }

    @Test func everyTruncationIsAnError() {
        let text = Array(#"{"a":[1,{"b":"c\u00e4"}],"d":null}"#.utf8)
        for count in 0..<text.count { #expect(syntaxError(Array(text[..<count])) != nil) }
    }

    @Test func duplicateKeysAreRefusedWithBothPlaces() {
        let error = syntaxError("{\n \"a\": {\"x\": 1, \"x\": [2]}, \"b\": \"a\"\n}")
        #expect(error?.position == SourcePosition(line: 2, column: 16))
        #expect(error?.message == "key \"x\" appears twice (first on line 2, column 8)")
        let escaped = syntaxError("[{\"a\": [{\"b\":1}, {\"b\":2}], \"\\u0061\": 2}]")
        #expect(escaped?.position == SourcePosition(line: 1, column: 28))
    }

    @Test func depthIsBounded() throws {
        let limit = JSON.depthLimit
        let deep = String(repeating: "[", count: limit) + String(repeating: "]", count: limit)
        _ = try JSON.parse(deep.utf8)
        #expect(syntaxError("[" + deep + "]")?.position == SourcePosition(line: 1, column: limit + 1))
        #expect(syntaxError(String(repeating: "{\"a\":", count: 100_000)) != nil)
    }

    @Test func stringsMayHoldNUL() throws {
        #expect(try JSON.parse("\"a\\u0000b\"".utf8) == "a\u{0}b")
    }
}
