import ImageStore
import Linux
import TestSupport
import Testing

@Suite("Users of images", .needsPrivateHost)
struct UserTests {
    private static let passwd = """
        root:x:0:0:root:/root:/bin/sh
        broken line
        web:x:33:33:web:/var/www:/bin/false
        1000:x:7:8::/odd:
        """
    private static let group = "root:x:0:\nweb:x:33:\nmedia:x:44:web,other\nlogs:x:45:web\nbad:x:y:web\n"

    private let folder: TemporaryDirectory
    private let store: ImageStore

    init() async throws {
        folder = try TemporaryDirectory("users")
        store = try await ImageStore.open(
            ImageStore.Configuration(imagesDirectory: folder("images"), layersDirectory: folder("layers"))
        )
    }

    private func load(_ build: [(inout TarBuilder) -> Void]) async throws -> StoredImage {
        let layers = build.map { build in
            var tar = TarBuilder()
            build(&tar)
            return (archive: tar.archive, compression: TestImage.Compression.none)
        }
        try TestImage(layers).write(folder("layout"))
        return try await store.load(layout: folder("layout"), name: "users:v1")[0]
    }

    private static func files(_ tar: inout TarBuilder) {
        tar.add("etc/passwd", passwd)
        tar.add("etc/group", group)
    }

    @Test(
        "names and numbers, with docker's rules",
        arguments: [
            ("", ImageUser(userID: 0, groupID: 0, additionalGroups: [], name: "root", home: "/root")),
            ("web", ImageUser(userID: 33, groupID: 33, additionalGroups: [44, 45], name: "web", home: "/var/www")),
            ("33", ImageUser(userID: 33, groupID: 33, additionalGroups: [44, 45], name: "web", home: "/var/www")),
            ("web:media", ImageUser(userID: 33, groupID: 44, additionalGroups: [], name: "web", home: "/var/www")),
            ("5:6", ImageUser(userID: 5, groupID: 6, additionalGroups: [], name: nil, home: nil)),
            ("5", ImageUser(userID: 5, groupID: 0, additionalGroups: [], name: nil, home: nil)),
            ("1000", ImageUser(userID: 7, groupID: 8, additionalGroups: [], name: "1000", home: "/odd")),
        ]
    )
    func rules(specification: String, user: ImageUser) async throws {
        let image = try await load([Self.files])
        #expect(try store.user(specification, in: image) == user)
    }

    @Test("who is not there is an error", arguments: ["nobody", "web:none", "4294967295", "-1", "0:4294967295"])
    func missing(specification: String) async throws {
        let image = try await load([Self.files])
        await expect(.invalidImage) { try store.user(specification, in: image) }
    }

    @Test("the upper layer wins; a whiteout and an opaque folder hide what is below")
    func layers() async throws {
        let upper = try await load([Self.files, { $0.add("etc/passwd", "web:x:99:99::/:\n") }])
        #expect(try store.user("web", in: upper).userID == 99)
        let whiteout = try await load([Self.files, { $0.add("etc/.wh.passwd") }])
        await expect(.invalidImage) { try store.user("web", in: whiteout) }
        let opaque = try await load([Self.files, { $0.add("etc/.wh..wh..opq") }])
        await expect(.invalidImage) { try store.user("web", in: opaque) }
    }

    @Test("symlinks are walked inside the image, across layers, and never out of it")
    func symlinks() async throws {
        let image = try await load([
            { $0.add("data/passwd", "web:x:12:12::/:\n") },
            { $0.symlink("etc/passwd", to: "../../../../data/passwd") },
        ])
        #expect(try store.user("web", in: image).userID == 12)
        let host = try await load([{ $0.symlink("etc", to: "/proc/1/root/etc") }])
        #expect(try store.user("0", in: host).name == nil)
        let loop = try await load([{ $0.symlink("etc", to: "etc") }])
        await expect(.storage) { try store.user("0", in: loop) }
    }

    @Test("a fifo in place of the file does not hang")
    func fifo() async throws {
        let image = try await load([{ $0.add("etc/passwd") { $0.type = "6" } }])
        #expect(try store.user("0", in: image).name == nil)
    }
}
