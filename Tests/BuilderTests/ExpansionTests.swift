import Builder
import Testing

@Suite struct ExpansionTests {
    private let variables = ["A": "one", "E": "", "P": "/usr/lib/libx.so.1"]

    private func expander(_ escape: String = "\\") -> VariableExpander {
        VariableExpander(escape: escape.utf8.first ?? 0) { variables[$0] }
    }

    @Test(arguments: [
        ("$A", "one"), ("${A}x", "onex"), ("$Ax", ""), ("\\$A", "$A"), ("'$A'", "$A"), ("\"$A b\"", "one b"),
        ("${N:-d}", "d"), ("${E:-d}", "d"), ("${E-d}", ""), ("${A:+y}", "y"), ("${N+y}", ""), ("${E+y}", "y"),
        ("${N:-${A}2}", "one2"), ("a\\ b", "a b"), ("\"a\\\"b\\c\"", "a\"b\\c"), ("$", "$"), ("${P##*/}", "libx.so.1"),
        ("${P#*/}", "usr/lib/libx.so.1"), ("${P%.*}", "/usr/lib/libx.so"), ("${P%%.*}", "/usr/lib/libx"),
        ("${P/lib/L}", "/usr/L/libx.so.1"), ("${P//lib/L}", "/usr/L/Lx.so.1"), ("${A:?must}", "one"),
    ])
    func `variables are expanded as the reference says`(text: String, expected: String) throws {
        #expect(try expander().expand(text) == expected)
    }

    @Test(arguments: ["${A", "${}", "\"x", "'x", "${N:?must be set}", "${A:*x}"])
    func `what cannot be expanded is refused`(text: String) {
        #expect(throws: VariableExpander.Failure.self) { try expander().expand(text) }
    }

    @Test func `neither nesting nor doubling gets out of hand`() {
        let deep = String(repeating: "${N:-", count: 100) + String(repeating: "}", count: 100)
        #expect(throws: VariableExpander.Failure.self) { try expander().expand(deep) }
        let long = VariableExpander(escape: 92) { _ in String(repeating: "x", count: 1 << 19) }
        #expect(throws: VariableExpander.Failure.self) { try long.expand("$A$A$A") }
    }

    @Test func `words are cut outside of quotes`() throws {
        #expect(try expander().words("80 $A \"a b\"") == ["80", "one", "a b"])
    }
}

@Suite struct IgnoreTests {
    private func excludes(_ patterns: String, _ path: String) throws -> Bool {
        try IgnorePatterns(Array(patterns.utf8), file: "I").excludes(path.split(separator: "/").map { Array($0.utf8) })
    }

    @Test(arguments: [
        ("*.o", "a.o", true), ("*.o", "d/a.o", false), ("**/*.o", "d/e/a.o", true), ("**/*.o", "a.o", true),
        ("d", "d/e/f", true),
        ("d/**", "d/x", true), ("d/**", "d", false), ("*\n!keep", "keep", false), ("*\n!keep", "other", true),
        ("d\n!d/k", "d/k", false), ("d\n!d/k\nd/k", "d/k", true), ("/a", "a", true), ("./a/../b", "b", true),
        ("# x\n\n a ", "a", true),
        ("[a-c]x", "bx", true), ("[^a-c]x", "bx", false), ("a?c", "abc", true), ("\\*", "*", true), ("**", "a", true),
    ])
    func `the last pattern that matches decides`(patterns: String, path: String, expected: Bool) throws {
        #expect(try excludes(patterns, path) == expected)
    }

    @Test func `a bad pattern has its position`() {
        let error = #expect(throws: ContainerfileError.self) { try excludes("ok\n  [a", "x") }
        #expect(error?.description == "I:2:3: \"[a\" is no pattern")
    }

    @Test func `a bomb of stars is matched in time`() throws {
        let stars = String(repeating: "**/*a*a*a*a*a*a*a*a*b/", count: 100) + "x"
        let path = String(repeating: String(repeating: "a", count: 250) + "/", count: 15) + "y"
        #expect(try !excludes(String(repeating: stars + "\n", count: 50), path))
        #expect(throws: ContainerfileError.self) { try excludes(String(repeating: "a\n", count: 20_000), "b") }
    }
}
