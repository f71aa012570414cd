import JSONCoding
import Testing

func text<T: Encodable>(_ value: T, _ style: JSON.Style = .compact) throws -> String {
    String(decoding: try JSON.encode(value, style: style), as: UTF8.self)
}

@Suite struct JSONEncodeTests {
    @Test func structsInTheirOrderWithoutNils() throws {
        let value = Sample(id: .max, items: [.init(name: "\"\\\n\u{1}ä", count: nil)], labels: ["b": "1", "a": "2"])
        let expected = #"{"id":18446744073709551615,"items":[{"name":"\"\\\n\u0001ä"}],"labels":{"a":"2","b":"1"}}"#
        #expect(try text(value) == expected)
        #expect(try JSON.decode(Sample.self, from: expected.utf8) == value)
    }

    @Test func styles() throws {
        let node: JSONNode = ["b": [1, 2.5], "a": [:], "c": []]
        #expect(String(decoding: JSON.serialize(node), as: UTF8.self) == #"{"b":[1,2.5],"a":{},"c":[]}"#)
        #expect(
            String(decoding: JSON.serialize(node, style: .canonical), as: UTF8.self) == #"{"a":{},"b":[1,2.5],"c":[]}"#
        )
        let pretty = """
            {
              "b": [
                1,
                2.5
              ],
              "a": {},
              "c": []
            }
            """
        #expect(String(decoding: JSON.serialize(node, style: .pretty), as: UTF8.self) == pretty)
    }

    @Test func numbers() throws {
        #expect(try text([1e300, -0.1, 5, 1e16, 123456789.25]) == "[1e+300,-0.1,5.0,1e+16,123456789.25]")
        #expect(throws: EncodingError.self) { try text([Double.infinity]) }
        #expect(try text([Int8.min, 0, Int8.max]) == "[-128,0,127]")
        #expect(JSON.serialize(JSONNode(.number(.nan))) == Array("null".utf8))
    }

    @Test func nestedContainersThatGrowLater() throws {
        struct Odd: Encodable {
            enum Key: String, CodingKey { case a, b, c }
            func encode(to encoder: any Encoder) throws {
                var outer = encoder.container(keyedBy: Key.self)
                var list = outer.nestedUnkeyedContainer(forKey: .a)
                try outer.encode("x", forKey: .b)
                try list.encode(1)
                var inner = list.nestedContainer(keyedBy: Key.self)
                try list.encodeNil()
                try inner.encode(true, forKey: .c)
                var again = encoder.container(keyedBy: Key.self)
                try again.encodeNil(forKey: .c)
            }
        }
        #expect(try text(Odd()) == #"{"a":[1,{"c":true},null],"b":"x","c":null}"#)
    }

    @Test func scalarsAlone() throws {
        enum Kind: String, Codable { case one }
        #expect(try text("x") == "\"x\"")
        #expect(try text(Kind.one) == "\"one\"")
        #expect(try text(Optional<Int>.none) == "null")
        #expect(try text([Int?.some(1), nil]) == "[1,null]")
        #expect(try text(JSONNode(.unsigned(.max))) == "18446744073709551615")
    }

    @Test func whatIsWrittenIsReadBack() throws {
        let node: JSONNode = ["a": [.null, true, "\u{0}\u{1f}\u{7f}\u{2028}😀", -1, 0.1], "": ["x": [[], [:]]]]
        for style in [JSON.Style.compact, .pretty] {
            #expect(try JSON.parse(JSON.serialize(node, style: style)) == node)
        }
    }
}
