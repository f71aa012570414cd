import AgentAPI
import Glibc
import JSONCoding
import Testing

@Suite struct OpenRPCDocumentTests {
    private static let path: String = {
        // <root>/Tests/AgentAPITests/<this file>
        let parts = #filePath.split(separator: "/").dropLast(3)
        return "/" + parts.joined(separator: "/") + "/Sources/Agent/AgentAPI/openrpc.json"
    }()

    private let text = JSON.serialize(OpenRPCDocument(for: .admin).node, style: .pretty) + [UInt8(ascii: "\n")]

    /// `SWIFTLET_UPDATE_OPENRPC=1 swift test --filter OpenRPCDocumentTests` writes the file anew.
    @Test func theCheckedInDocumentIsFresh() throws {
        if getenv("SWIFTLET_UPDATE_OPENRPC") != nil {
            let file = try #require(fopen(Self.path, "w"))
            #expect(fwrite(text, 1, text.count, file) == text.count)
            #expect(fclose(file) == 0)
        }
        let file = try #require(fopen(Self.path, "r"), "\(Self.path) is missing")
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: text.count + 1)
        let count = fread(&bytes, 1, bytes.count, file)
        #expect(
            Array(bytes[..<count]) == text,
            "openrpc.json is stale: run SWIFTLET_UPDATE_OPENRPC=1 swift test --filter OpenRPCDocumentTests"
        )
    }

    @Test func everyReferenceLeadsSomewhere() {
        let document = OpenRPCDocument(for: .admin).node
        func check(_ node: JSONNode) {
            if let reference = node["$ref"]?.stringValue {
                let target = reference.split(separator: "/").dropFirst().reduce(Optional(document)) { $0?[String($1)] }
                #expect(target != nil, "\(reference)")
            }
            for member in node.members ?? [] { check(member.value) }
            for element in node.arrayValue ?? [] { check(element) }
        }
        check(document)
    }

    @Test func aReaderSeesOnlyWhatItMayCall() {
        func names(_ role: Role) -> [String] {
            OpenRPCDocument(for: role).node["methods"]?.arrayValue?.compactMap { $0["name"]?.stringValue } ?? []
        }
        #expect(names(.admin) == AgentMethods.all.map(\.name))
        #expect(!names(.read).contains("pod.exec") && !names(.read).contains("image.pull"))
        #expect(names(.read).contains("pod.list"))
    }
}
