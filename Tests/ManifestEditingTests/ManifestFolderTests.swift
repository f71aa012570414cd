import Glibc
import Linux
import ManifestEditing
import PodSpec
import TestSupport
import Testing

@Suite struct ManifestFolderTests {
    private static func pod(_ name: String, _ image: String = "busybox:1", comment: String = "") -> String {
        """
        apiVersion: v1
        kind: Pod\(comment)
        metadata:
          name: \(name)
        spec:
          containers:
          - name: main
            image: \(image)
            args: ["a # no comment", "--- no marker"]

        """
    }

    private func documents(_ text: String, file: String = "in.yaml", namespace: String? = nil) -> [NewDocument] {
        NewDocument.documents(in: Array(text.utf8), file: file, namespace: namespace)
    }

    private func name(_ name: String, _ kind: ObjectKind = .pod, namespace: String = "default") -> ObjectName {
        ObjectName(kind, namespace: namespace, name: name)
    }

    private struct World {
        let folder: TemporaryDirectory
        init() throws { folder = try TemporaryDirectory() }
        func put(_ file: String, _ text: String) throws { try FileSystem.write("\(folder.path)/\(file)", Array(text.utf8)) }
        func text(_ file: String) throws -> String { String(decoding: try FileSystem.read("\(folder.path)/\(file)"), as: UTF8.self) }
        var files: [String] { get throws { try FileSystem.list(folder.path) } }
        var manifests: ManifestFolder { ManifestFolder(directory: folder.path) }

        @discardableResult
        func apply(_ documents: [NewDocument], owner: String? = nil) throws -> [FolderPlan.Outcome.Change] {
            let plan = try manifests.plan(applying: documents) { _ in owner }
            try manifests.carryOut(plan)
            return plan.outcomes.map(\.change)
        }

        @discardableResult
        func delete(_ names: ObjectName...) throws -> FolderPlan {
            let plan = try manifests.plan(deleting: names)
            try manifests.carryOut(plan)
            return plan
        }
    }

    @Test func whatIsNewGetsItsOwnFileWithItsOwnText() throws {
        let world = try World()
        let text = "# mine\n" + Self.pod("web")
        #expect(try world.apply(documents(text + "---\n" + Self.pod("db"))) == [.created, .created])
        #expect(try world.files == ["default_db.pod.yaml", "default_web.pod.yaml"])
        #expect(try world.text("default_web.pod.yaml") == text)
        #expect(try world.apply(documents(text)) == [.unchanged])
    }

    /// The property: whichever document is replaced, all bytes of the others stay.
    @Test(arguments: 0..<4, [
        "---\n", "--- # next\n", "...\n---\n", "# between\n---\n# above\n", "---\r\n",
    ])
    func otherDocumentsStayByteForByte(index: Int, separator: String) throws {
        let world = try World()
        let names = ["a", "b", "c", "d"]
        let texts = names.map { Self.pod($0, comment: "   # kept, \($0)") }
        for start in ["", "---\n", "# head\n\n---\n", "\u{FEFF}"] {
            let before = start + texts.joined(separator: separator)
            try world.put("many.yaml", before)
            let new = Self.pod(names[index], "busybox:2")
            #expect(try world.apply(documents(new)) == [.configured])
            let after = try world.text("many.yaml")
            var expected = texts
            expected[index] = new
            #expect(after == start + expected.joined(separator: separator), "\(after.debugDescription)")
            #expect(try world.apply(documents(new)) == [.unchanged])
            // And away again: the others are there as they were.
            try world.delete(name(names[index]))
            let left = try world.text("many.yaml")
            for other in names.indices where other != index { #expect(left.contains(texts[other]), "\(left.debugDescription)") }
            #expect(!left.contains("name: \(names[index])\n"))
        }
    }

    @Test func commentsAroundAReplacedDocumentStayUnlessItBringsItsOwn() throws {
        let world = try World()
        let (head, tail) = ("# licence\n\n# the web server\n", "# end\n")
        try world.put("web.yaml", head + Self.pod("web") + tail)
        try world.apply(documents(Self.pod("web", "busybox:2")))
        expect(try world.text("web.yaml"), is: head + Self.pod("web", "busybox:2") + tail)
        try world.apply(documents("# another\n" + Self.pod("web", "busybox:3")))
        expect(try world.text("web.yaml"), is: "# another\n" + Self.pod("web", "busybox:3") + tail)
    }

    @Test func theLastDocumentTakesItsFileAlong() throws {
        let world = try World()
        try world.put("web.yaml", "# comment\n---\n" + Self.pod("web"))
        let plan = try world.delete(name("web"), name("nobody"))
        #expect(plan.missing == [name("nobody")])
        #expect(try world.files.isEmpty)
    }

    @Test(arguments: [
        ("list.yaml", "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: web}}\n", "list"),
        ("pods.json", #"[{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}}]"#, "list"),
        ("tags.yaml", "%YAML 1.1\n---\nkind: Pod\nmetadata: {name: web}\n", "directives"),
        ("inline.yaml", "--- {kind: Pod, metadata: {name: web}}\n", "line of its"),
    ])
    func whatCannotBeEditedIsAConflictThatNamesTheFile(file: String, text: String, reason: String) throws {
        let world = try World()
        try world.put(file, text)
        for work in [{ try world.apply(self.documents(Self.pod("web"))) }, { _ = try world.delete(self.name("web")); return [] }] {
            let error = #expect(throws: FolderError.self) { _ = try work() }
            #expect("\(error as Any)".contains(file) && "\(error as Any)".contains(reason), "\(error as Any)")
        }
        expect(try world.text(file), is: text)
    }

    @Test func aSymlinkIsNotFollowedForWriting() throws {
        let world = try World()
        let outside = try TemporaryDirectory()
        try FileSystem.write("\(outside.path)/web.yaml", Array(Self.pod("web").utf8))
        try FileSystem.makeSymbolicLink(at: "\(world.folder.path)/web.yaml", to: "\(outside.path)/web.yaml")
        #expect(throws: FolderError.self) { try world.apply(documents(Self.pod("web", "busybox:2"))) }
        #expect(throws: FolderError.self) { try world.delete(name("web")) }
        // Nor one in the place of a new file, leading wherever.
        try FileSystem.makeSymbolicLink(at: "\(world.folder.path)/default_db.pod.yaml", to: "\(outside.path)/db.yaml")
        #expect(throws: FolderError.self) { try world.apply(documents(Self.pod("db"))) }
        #expect(try FileSystem.list(outside.path) == ["web.yaml"])
    }

    @Test func secretsAreTheirOwnersAlone() throws {
        let world = try World()
        let secret = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: key\nstringData:\n  a: b\n"
        try world.apply(documents(secret))
        let path = "\(world.folder.path)/default_key.secret.yaml"
        #expect(try FileSystem.status(path).permissions == 0o600)
        // A file keeps its mode, but for what a Secret must not have.
        try world.put("web.yaml", Self.pod("web") + "---\n" + secret.replacing("key", with: "other"))
        #expect(chmod("\(world.folder.path)/web.yaml", 0o664) == 0)
        try world.apply(documents(Self.pod("web", "busybox:2")))
        #expect(try FileSystem.status("\(world.folder.path)/web.yaml").permissions == 0o600)
        try world.delete(name("other", .secret))
        try world.apply(documents(Self.pod("web", "busybox:3")))
    }

    @Test func nothingIsWrittenWhereOneObjectIsAConflict() throws {
        let world = try World()
        try world.put("list.yaml", "apiVersion: v1\nkind: List\nitems:\n- {kind: Pod, metadata: {name: web}}\n")
        #expect(throws: FolderError.self) {
            try world.apply(documents(Self.pod("new") + "---\n" + Self.pod("web")))
        }
        #expect(try world.files == ["list.yaml"])
    }

    @Test func whoHasChangedTheFileMeanwhileIsNotOverwritten() throws {
        let world = try World()
        try world.put("web.yaml", Self.pod("web"))
        let plan = try world.manifests.plan(applying: documents(Self.pod("web", "busybox:2"))) { _ in nil }
        let theirs = Self.pod("web", "busybox:from-elsewhere")
        try world.put("web.yaml", theirs)
        #expect(throws: FolderError.self) { try world.manifests.carryOut(plan) }
        expect(try world.text("web.yaml"), is: theirs)
        #expect(try world.files == ["web.yaml"])
    }

    @Test func anObjectInTwoFilesIsChangedWhereTheAgentTakesItFromAndDeletedFromBoth() throws {
        let world = try World()
        try world.put("a.yaml", Self.pod("web"))
        try world.put("b.yaml", Self.pod("web", "busybox:9"))
        #expect(throws: FolderError.self) { try world.apply(documents(Self.pod("web", "busybox:2"))) }
        try world.apply(documents(Self.pod("web", "busybox:2")), owner: "b.yaml")
        expect(try world.text("a.yaml"), is: Self.pod("web"))
        expect(try world.text("b.yaml"), is: Self.pod("web", "busybox:2"))
        try world.delete(name("web"))
        #expect(try world.files.isEmpty)
    }

    @Test func aBrokenFileOfTheAgentsIsNotPassedOver() throws {
        let world = try World()
        try world.put("web.yaml", "kind: Pod\nmetadata: {name: web\n")
        let error = #expect(throws: FolderError.self) { try world.apply(documents(Self.pod("web")), owner: "web.yaml") }
        #expect("\(error as Any)".contains("cannot be read"))
    }

    @Test func aNamespaceIsAddedToTheText() throws {
        let new = documents("# c\n" + Self.pod("web"), namespace: "shop")
        #expect(new.map(\.name) == [name("web", namespace: "shop")])
        let text = String(decoding: new[0].manifest, as: UTF8.self)
        #expect(text == "# c\n" + Self.pod("web").replacing("metadata:\n", with: "metadata:\n  namespace: shop\n"))
        let flow = documents("{apiVersion: v1, kind: Pod, metadata: {name: web}}", namespace: "shop")
        #expect(flow.map(\.name) == [name("web", namespace: "shop")])
        #expect(String(decoding: flow[0].manifest, as: UTF8.self).contains("namespace: shop"))
    }

    @Test func listsAndJSONComeApart() throws {
        let world = try World()
        let json = #"{"apiVersion": "v1", "kind": "PodList", "items": [{"metadata": {"name": "a"}}, {"metadata": {"name": "b"}}]}"#
        try world.apply(documents(json, file: "in.json"))
        #expect(try world.files == ["default_a.pod.yaml", "default_b.pod.yaml"])
        expect(try world.text("default_a.pod.yaml").contains("kind: Pod\n"), is: true)
        try world.put("one.json", #"{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "c", "labels": {"a": "b"}}}"#)
        #expect(try world.apply(documents("kind: Pod\napiVersion: v1\nmetadata: {labels: {a: b}, name: c}")) == [.unchanged])
        #expect(try world.apply(documents("kind: Pod\napiVersion: v1\nmetadata: {name: c}")) == [.configured])
        expect(try world.text("one.json").first, is: "{")
        try world.delete(name("c"))
        #expect(try world.files == ["default_a.pod.yaml", "default_b.pod.yaml"])
    }

    private func expect<Value: Equatable>(
        _ value: Value,
        is wanted: Value,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(value == wanted, sourceLocation: sourceLocation)
    }
}
