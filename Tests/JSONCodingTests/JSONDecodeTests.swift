import JSONCoding
import Testing

struct Sample: Codable, Equatable {
    struct Item: Codable, Equatable {
        var name: String
        var count: UInt8?
    }

    var id: UInt64
    var ratio: Double?
    var on: Bool?
    var items: [Item]?
    var labels: [String: String]?
    var any: JSONNode?
}

func typeError<T: Decodable>(_ type: T.Type, _ text: String) -> JSONTypeError? {
    do {
        _ = try JSON.decode(type, from: text.utf8)
        return nil
    } catch {
        return error as? JSONTypeError
    }
}

@Suite struct JSONDecodeTests {
    @Test func aWholeValue() throws {
        let text =
            #"{"id":18446744073709551615,"ratio":2,"items":[{"name":"x","count":255},{"name":"y"}],"#
            + #""labels":{"a.b/c":"d"},"any":{"k":[1]},"unknown":0,"on":null}"#
        let value = try JSON.decode(Sample.self, from: text.utf8)
        let items = [Sample.Item(name: "x", count: 255), Sample.Item(name: "y")]
        let any: JSONNode = ["k": [1]]
        #expect(value == Sample(id: .max, ratio: 2, items: items, labels: ["a.b/c": "d"], any: any))
    }

    @Test func typeErrorsHavePathAndPlace() {
        let error = typeError(Sample.self, "{\"id\": 1,\n \"items\": [{\"name\": \"a\"}, {\"name\": 7}]}")
        #expect(error?.path == "items[1].name")
        #expect(error?.message == "expected a string, found an integer")
        #expect(error?.position == SourcePosition(line: 2, column: 36))

        let missing = typeError(Sample.self, "{\"id\": 1, \"items\": [{}]}")
        #expect(missing?.path == "items[0].name")
        #expect(missing?.message == "missing")
        #expect(missing?.position == SourcePosition(line: 1, column: 21))

        let range = typeError(Sample.self, "{\"id\": 1, \"items\": [{\"name\": \"a\", \"count\": 256}]}")
        #expect(range?.message == "256 is no integer from 0 to 255")
        #expect(range?.path == "items[0].count")

        #expect(typeError(Sample.self, "{\"id\": -1}")?.path == "id")
        #expect(typeError(Sample.self, "{\"id\": 1.5}")?.path == "id")
        #expect(typeError(Sample.self, "{\"id\": 1, \"labels\": {\"a.b/c\": 1}}")?.path == "labels['a.b/c']")
        #expect(typeError(Sample.self, "[]")?.message == "expected an object, found an array")
        #expect(typeError([[Int]].self, "[[1], [2, \"x\"]]")?.path == "[1][1]")
        #expect(typeError([String: [String]].self, "{\"a\": [\"x\", 1]}")?.path == "a[1]")
    }

    @Test func integralNumbersAreIntegers() throws {
        #expect(try JSON.decode([Int].self, from: "[1.0, 2e3]".utf8) == [1, 2000])
    }

    @Test func errorsOfInitialisersGetAPlace() {
        struct Refused: Error, CustomStringConvertible { var description: String { "refused" } }
        struct Picky: Decodable { init(from decoder: any Decoder) throws { throw Refused() } }
        struct Corrupt: Decodable {
            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                throw DecodingError.dataCorruptedError(in: container, debugDescription: "corrupt")
            }
        }
        let picky = typeError([String: Picky].self, "{\"a\":\n1}")
        #expect(picky == JSONTypeError(path: "a", message: "refused", position: SourcePosition(line: 2, column: 1)))
        let corrupt = typeError([Corrupt].self, "[1]")
        #expect(corrupt == JSONTypeError(path: "[0]", message: "corrupt", position: SourcePosition(line: 1, column: 2)))
    }

    @Test func enumsAndNestedContainers() throws {
        enum Kind: String, Codable { case one, two }
        #expect(try JSON.decode([Kind].self, from: "[\"one\",\"two\"]".utf8) == [.one, .two])
        #expect(typeError([Kind].self, "[\"three\"]")?.path == "[0]")

        struct Pair: Decodable {
            var first: Int
            var second: String
            init(from decoder: any Decoder) throws {
                var container = try decoder.unkeyedContainer()
                first = try container.decode(Int.self)
                var inner = try container.nestedUnkeyedContainer()
                second = try inner.decode(String.self)
            }
        }
        let pair = try JSON.decode(Pair.self, from: "[1,[\"x\"]]".utf8)
        #expect(pair.first == 1 && pair.second == "x")
        #expect(typeError(Pair.self, "[1]")?.message == "missing")
    }

    @Test func largeObjectsAreNotQuadratic() throws {
        let text = "{" + (0..<100_000).map { "\"key\($0)\":[\($0)]" }.joined(separator: ",") + "}"
        let start = ContinuousClock.now
        #expect(try JSON.decode([String: [Int]].self, from: text.utf8).count == 100_000)
        #expect(ContinuousClock.now - start < .seconds(20))
    }
}
