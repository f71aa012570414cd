import Linux
import Testing

/// The README's table of who may do what names the tests that show it: a test that is renamed must not leave a claim behind.
@Suite struct ThreatModelTests {
    static let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()

    /// The words in backticks of the table that are a suite, or a test of one.
    private func claims() throws -> [(suite: String, test: String?)] {
        let text = try String(contentsOf: "README.md")
        let section = try #require(text.components(between: "| who | may | cannot |", and: "Not kept out:"))
        let quoted = section.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }.map(\.element)
        return quoted.compactMap { word in
            let parts = word.split(separator: ".")
            guard let suite = parts.first, suite.hasSuffix("Tests"), parts.count <= 2 else { return nil }
            return (String(suite), parts.count == 2 ? String(parts[1]) : nil)
        }
    }

    @Test func everyClaimHasItsTest() throws {
        var suites: [String: String] = [:]
        for path in try swiftFiles(below: "Tests") {
            let text = try String(contentsOf: path)
            for part in text.split(separator: "struct ").dropFirst() {
                let name = part.prefix { $0.isLetter || $0.isNumber }
                if name.hasSuffix("Tests") { suites[String(name), default: ""] += text }
            }
        }
        let claims = try claims()
        #expect(claims.count > 20, "\(claims)")
        for (suite, test) in claims {
            let text = suites[suite]
            #expect(text != nil, "there is no suite \(suite)")
            if let test { #expect(text?.contains("func \(test)(") == true, "\(suite) has no test \(test)") }
        }
    }

    private func swiftFiles(below folder: String) throws -> [String] {
        try FileSystem.list("\(Self.root)/\(folder)").sorted().flatMap { name in
            let path = "\(folder)/\(name)"
            if name.hasSuffix(".swift") { return [path] }
            return try FileSystem.status("\(Self.root)/\(path)").kind == .directory ? try swiftFiles(below: path) : []
        }
    }
}

extension String {
    fileprivate init(contentsOf path: String) throws {
        self = try FileSystem.readText("\(ThreatModelTests.root)/\(path)")
    }

    /// What stands between two texts.
    fileprivate func components(between first: String, and second: String) -> Substring? {
        guard let start = range(of: first, from: startIndex), let end = range(of: second, from: start.upperBound) else {
            return nil
        }
        return self[start.upperBound..<end.lowerBound]
    }

    private func range(of text: String, from start: Index) -> Range<Index>? { self[start...].firstRange(of: text) }
}
