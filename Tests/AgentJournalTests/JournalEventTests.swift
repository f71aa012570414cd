import AgentJournal
import Linux
import PodEngine
import TestSupport
import Testing

struct JournalEventTests {
    private static let catalog = "\(sourceFolder)/hack/packaging/swiftlet.catalog"

    /// The repository, two folders above this one.
    private static var sourceFolder: String {
        #filePath.split(separator: "/").dropLast(3).map { "/\($0)" }.joined()
    }

    @Test func everyEventOfTheEngineHasARow() {
        for event in EngineEvent.allCases { #expect(JournalEvent(rawValue: event.rawValue) != nil, "\(event)") }
    }

    @Test func idsAreDifferentAndWellFormed() {
        let ids = JournalEvent.allCases.map(\.messageID)
        #expect(Set(ids).count == ids.count)
        for id in ids { #expect(id.count == 32 && id.allSatisfy { $0.isHexDigit && !$0.isUppercase }, "\(id)") }
    }

    @Test func theFieldsOfAnEvent() {
        let fields = JournalEvent.containerOOMKilled.fields
        #expect(fields.map(\.name) == ["MESSAGE_ID", "SWIFTLET_EVENT", "SWIFTLET_TYPE"])
        #expect(fields.map(\.value) == ["cbe659a073ed42f092104b7580731f91", "oom", "container"])
        #expect(JournalEvent.field("exit-code") == "SWIFTLET_EXIT_CODE")
        #expect(JournalEvent.field("pod") == nil)
    }

    @Test func theCatalogueHasATextForEachIdAndForNoOther() throws {
        let lines = try FileSystem.readText(Self.catalog).split(separator: "\n")
        let ids = lines.filter { $0.hasPrefix("-- ") }.map { String($0.dropFirst(3)) }
        #expect(ids.sorted() == JournalEvent.allCases.map(\.messageID).sorted())
        #expect(lines.filter { $0.hasPrefix("Subject: ") }.count == ids.count)
    }

    /// systemd's own tool reads it, in a root of the test's own.
    @Test func systemdTakesTheCatalogue() throws {
        let folder = try TemporaryDirectory("catalog")
        try FileSystem.makeDirectories(folder("usr/lib/systemd/catalog"))
        try FileSystem.makeDirectories(folder("var/lib/systemd/catalog"))
        let text = try FileSystem.readText(Self.catalog)
        try folder.write("usr/lib/systemd/catalog/swiftlet.catalog", text + "\n")
        try Command("journalctl", "--root", folder.path, "--update-catalog").run().checked()
        let list = try Command("journalctl", "--root", folder.path, "--list-catalog").run().checked()
        for event in JournalEvent.allCases { #expect(list.text.contains("\(event.messageID) swiftlet: ")) }
    }
}
