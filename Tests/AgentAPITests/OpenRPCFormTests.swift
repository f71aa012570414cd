import Glibc
import JSONCoding
import TestSupport
import Testing

/// The checked-in document by others' eyes: OpenRPC's meta-schema, and the page that people read.
@Suite struct OpenRPCFormTests {
    private static let root: String = {
        // <root>/Tests/AgentAPITests/<this file>
        "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    }()

    /// By Debian's python3-jsonschema.
    @Test func itIsAnOpenRPCDocument() throws {
        let folder = "\(Self.root)/Tests/AgentAPITests/OpenRPC"
        let outcome = try Command(
            "/usr/bin/python3", "\(folder)/validate-openrpc.py", "\(folder)/openrpc-meta-schema.json",
            "\(Self.root)/Sources/Agent/AgentAPI/openrpc.json"
        ).run()
        #expect(outcome.succeeded, "\(outcome)")
    }

    /// `hack/api-reference` writes it anew.
    @Test func theReferencePageIsFresh() throws {
        let outcome = try Command("/usr/bin/python3", "\(Self.root)/hack/api-reference", "--check").run()
        #expect(outcome.succeeded, "\(outcome)")
    }
}
