import AgentState
import Glibc
import Linux
import TestSupport
import Testing

/// The state folder as an agent finds it.
@Suite struct StateFolderTests {
    private let folder: TemporaryDirectory
    private var root: String { folder("root") }
    private var run: String { folder("run") }
    private var layout: String { folder("root/layout.json") }

    init() throws { folder = try TemporaryDirectory("state") }

    private func open() throws(StateProblems) {
        try StateFolder(root: root, runRoot: run, program: "1.2.3").open()
    }

    private func refusal() -> String {
        do throws(StateProblems) {
            try open()
            return "nothing was refused"
        } catch { return error.description }
    }

    @Test(.needsPrivateHost) func aNewFolderGetsItsLayout() throws {
        try open()
        #expect(try FileSystem.readText(layout) == "{\n  \"version\": 1,\n  \"madeBy\": \"1.2.3\"\n}")
        #expect(try FileSystem.list(root) == ["layout.json"])
        // The second time nothing is written.
        let before = try FileSystem.status(layout)
        try open()
        #expect(try FileSystem.status(layout) == before)
    }

    @Test(.needsPrivateHost, arguments: ["images", "layers", "pods"]) func theFirstLayoutIsBroughtToTheCurrentOne(
        of: String
    ) throws {
        try FileSystem.makeDirectories(folder("root/\(of)"))
        try FileSystem.write(folder("root/\(of)/record"), [1])
        try open()
        #expect(try FileSystem.readText(layout).contains("\"version\": 1"))
        #expect(try FileSystem.read(folder("root/\(of)/record")) == [1])
    }

    @Test func aNewerLayoutIsRefusedAndNothingIsTouched() throws {
        try FileSystem.makeDirectories(root)
        try FileSystem.write(layout, Array("{\"version\": 7, \"madeBy\": \"9.0\"}".utf8))
        #expect(refusal().contains("has layout 7, made by swiftlet 9.0; this swiftlet (1.2.3) knows layouts up to 1"))
        #expect(try FileSystem.list(root) == ["layout.json"])
    }

    @Test(arguments: [
        "", "{", "[]", "{\"version\": \"x\", \"madeBy\": \"\"}", "{\"version\": 0, \"madeBy\": \"\"}", "{\"version\": 1}x",
    ])
    func aBrokenLayoutIsRefused(text: String) throws {
        try FileSystem.makeDirectories(root)
        try FileSystem.write(layout, Array(text.utf8))
        #expect(refusal().contains("layout.json: "))
        #expect(try FileSystem.readText(layout) == text)
    }

    @Test func aFolderOfOthersIsRefused() throws {
        try FileSystem.makeDirectories(root)
        try FileSystem.write(folder("root/letter.txt"), [])
        #expect(refusal().contains("holds what is not ours (letter.txt"))
        #expect(try FileSystem.list(root) == ["letter.txt"])
    }

    @Test(.needsPrivateHost) func allThatIsWrongIsTold() throws {
        for path in [root, run] { try FileSystem.makeDirectories(path) }
        #expect(chmod(root, 0o777) == 0 && chown(run, 12345, 0) == 0)
        let lines = refusal().split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines[0].contains("may be written by others (mode 777); chmod go-w \(root)"))
        #expect(lines[1].contains("belongs to the user 12345, not to 0; chown 0 \(run)"))
    }

    // MARK: Migration

    @Test func aChainIsGoneThroughFromWhereTheFolderStands() throws {
        try FileSystem.makeDirectories(root)
        let chain = (0..<4).map { number in
            StateMigration(from: number) { root throws(SystemError) in
                try FileSystem.write("\(root)/step-\(number)", [])
            }
        }
        try StateMigration.migrate(root, from: StateLayout(version: 2, madeBy: "old"), madeBy: "new", by: chain)
        #expect(try FileSystem.list(root).sorted() == ["layout.json", "step-2", "step-3"])
        #expect(try FileSystem.readText(layout).contains("\"version\": 4"))
    }

    @Test func aStepThatFailsIsBegunAgain() throws {
        try FileSystem.makeDirectories(root)
        let trouble = folder("trouble")
        try FileSystem.write(trouble, [])
        let chain = [
            StateMigration(from: 0) { root throws(SystemError) in try FileSystem.write("\(root)/first", []) },
            StateMigration(from: 1) { root throws(SystemError) in
                if FileSystem.exists(trouble) { throw SystemError(call: "step", errno: EIO, subject: root) }
            },
        ]
        let old = StateLayout(version: 0, madeBy: "")
        #expect(throws: SystemError.self) { try StateMigration.migrate(root, from: old, madeBy: "new", by: chain) }
        // What was finished is written down.
        #expect(try FileSystem.readText(layout).contains("\"version\": 1"))
        try FileSystem.removeFile(trouble)
        try StateMigration.migrate(root, from: StateLayout(version: 1, madeBy: ""), madeBy: "new", by: chain)
        #expect(try FileSystem.readText(layout).contains("\"version\": 2"))
    }
}
