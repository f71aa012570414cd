import JSONCoding
import Testing
import YAMLCoding

func document(_ text: String) -> JSONNode? {
    let stream = YAML.parse(text.utf8)
    return stream.errors.isEmpty && stream.documents.count == 1 ? stream.documents[0] : nil
}

func yamlError(_ text: String) -> YAMLError? {
    let stream = YAML.parse(text.utf8)
    return stream.documents.isEmpty && stream.errors.count == 1 ? stream.errors[0] : nil
}

@Suite struct YAMLParseTests {
    @Test func positionsOfNodesAndKeys() throws {
        let node = try #require(
            document(
                """
                # comment
                apiVersion: v1
                metadata:
                  name: "ä" # x
                  labels: {a: b, ü: c}
                list:
                  - one
                  - k: |
                      text
                      more
                    l:
                """
            )
        )
        #expect(
            node == [
                "apiVersion": "v1", "metadata": ["name": "ä", "labels": ["a": "b", "ü": "c"]],
                "list": ["one", ["k": "text\nmore\n", "l": .null]],
            ]
        )
        #expect(node.position == SourcePosition(line: 2, column: 1))
        #expect(node["metadata"]?["name"]?.position == SourcePosition(line: 4, column: 9))
        #expect(node["metadata"]?.member("labels")?.keyPosition == SourcePosition(line: 5, column: 3))
        #expect(node["metadata"]?["labels"]?["ü"]?.position == SourcePosition(line: 5, column: 21))
        #expect(node["list"]?[0]?.position == SourcePosition(line: 7, column: 5))
        #expect(node["list"]?[1]?["k"]?.position == SourcePosition(line: 8, column: 8))
        #expect(node["list"]?[1]?.member("l")?.keyPosition == SourcePosition(line: 11, column: 5))
    }

    @Test func severalDocuments() {
        let text =
            "# head\n---\na: 1\n---\n# empty\n---\n--- # comment\nb: 2\n...\n%YAML 1.2\n---\nc: 3\n--- {d: 4}\n---"
        let stream = YAML.parse(text.utf8)
        #expect(stream.errors.isEmpty)
        #expect(stream.documents == [["a": 1], ["b": 2], ["c": 3], ["d": 4]])
        #expect(stream.documents.map { $0.position?.line } == [3, 8, 12, 13])
        #expect(YAML.parse("".utf8) == YAMLStream())
        #expect(YAML.parse("\n# nothing\n---\n~\n".utf8) == YAMLStream())
        #expect(YAML.parse("---\r\na: 1\r\n---\r\nb: 2\r\n".utf8).documents == [["a": 1], ["b": 2]])
    }

    @Test func aBrokenDocumentLeavesTheOthers() {
        let stream = YAML.parse("a: 1\n---\nb: [1,\n---\nc: 3\n---\nd: \"x\n---\ne: 5\n".utf8)
        #expect(stream.documents == [["a": 1], ["c": 3], ["e": 5]])
        #expect(stream.errors.map(\.position.line).allSatisfy { (3...8).contains($0) })
        #expect(stream.errors.count == 2)
    }

    @Test func aMarkerInsideALiteralIsText() {
        #expect(document("a: |\n  ---\n  x\n") == ["a": "---\nx\n"])
    }

    @Test func syntaxErrorsHavePlaces() {
        #expect(yamlError("a: 1\nb: c: d\n")?.position == SourcePosition(line: 2, column: 5))
        #expect(yamlError("a:\n\t- b\n")?.position.line == 2)
        #expect(yamlError("a: *b\n")?.position == SourcePosition(line: 1, column: 4))
        #expect(yamlError("a: b\n c: d\n")?.position.line == 2)
        #expect(yamlError("? [a]\n: b\n")?.message == "a key must be a scalar")
    }

    @Test func bytesThatAreNoText() {
        let nul = YAML.parse(Array("a: b\nc: d".utf8) + [0] + Array("\ne: f\n".utf8))
        #expect(nul.errors.first?.position == SourcePosition(line: 2, column: 5))
        let invalid = YAML.parse(Array("a: ü".utf8) + [0xFF, 0x0A])
        #expect(invalid.errors.first?.position == SourcePosition(line: 1, column: 5))
        let other = YAML.parse(Array("a: 1\n---\nb: ".utf8) + [0xC3, 0x28, 0x0A] + Array("---\nc: 1\n".utf8))
        #expect(other.documents == [["a": 1], ["c": 1]])
        #expect(other.errors.map(\.position) == [SourcePosition(line: 3, column: 5)])
        #expect(YAML.parse([0xEF, 0xBB, 0xBF] + Array("a: 1\n".utf8)).documents == [["a": 1]])
    }

    @Test func duplicateKeysAreRefusedWithBothPlaces() {
        let error = yamlError("spec:\n  a: 1\n  b: 2\n  a: 3\n")
        #expect(error?.position == SourcePosition(line: 4, column: 3))
        #expect(error?.message == "key \"a\" appears twice (first on line 2, column 3)")
        #expect(yamlError("{a: 1, \"a\": 2}") != nil)
        #expect(yamlError("<<: {a: 1}\n<<: {b: 1}\n")?.message.contains("<<") == true)
    }

    @Test func depthIsBounded() {
        let limit = YAML.depthLimit
        let fine = String(repeating: "[", count: limit) + String(repeating: "]", count: limit)
        #expect(document(fine) != nil)
        #expect(yamlError("[" + fine + "]")?.position == SourcePosition(line: 1, column: limit + 1))
        #expect(yamlError(String(repeating: "{a: ", count: 100_000)) != nil)
        #expect(yamlError(String(repeating: "- ", count: 100_000)) != nil)
    }

    @Test func documentsAreBounded() {
        let stream = YAML.parse(String(repeating: "---\na\n", count: YAML.documentLimit + 5).utf8)
        #expect(stream.documents.count == YAML.documentLimit)
        #expect(stream.errors.count == 1)
    }

    @Test func everyTruncationEnds() {
        let text = Array("a: &x [1, \"two\", {b: 'c'}]\nd: |\n  e\n<<: {f: *x}\n---\n? g\n: !!str 1\n".utf8)
        for count in 0..<text.count { _ = YAML.parse(text[..<count]) }
    }
}
