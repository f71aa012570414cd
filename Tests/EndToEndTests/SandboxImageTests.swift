import JSONCoding
import Linux
import TestSupport
import Testing

extension EndToEnd {
    /// CRI's images: Debian's docker-registry that asks for a password, and what images take on disk.
    @Suite struct SandboxImageTests {
        @Test func credentialsOfAPull() async throws {
            let stage = try await Stage.shared()
            let cri = CRIClient(agent: stage.agent)
            let folder = "\(stage.folder)/private"
            try FileSystem.makeDirectories("\(folder)/registry")
            defer { try? FileSystem.removeTree(folder) }
            let address = "127.0.0.1:5109"
            // The one kind of hash that it reads is bcrypt's.
            let script = "import crypt, sys; print(sys.argv[1] + ':' + crypt.crypt(sys.argv[2], crypt.mksalt(crypt.METHOD_BLOWFISH, rounds=16)))"
            let hash = try await stage.host.run("/usr/bin/python3", "-W", "ignore", "-c", script, "user", "a secret:word").checked()
            try FileSystem.write("\(folder)/htpasswd", Array(hash.text.utf8))
            let settings = """
                version: 0.1
                log: {accesslog: {disabled: true}, level: error}
                storage: {filesystem: {rootdirectory: \(folder)/registry}}
                http: {addr: "\(address)"}
                auth: {htpasswd: {realm: tests, path: \(folder)/htpasswd}}
                """
            try FileSystem.write("\(folder)/registry.yml", Array(settings.utf8))
            let registry = try await stage.host.start(
                Command("docker-registry", "serve", "\(folder)/registry.yml"),
                output: "\(folder)/registry.log"
            )
            try await stage.host.waitForPort(5109)
            try await stage.host.run(
                "skopeo", "copy", "--quiet", "--dest-tls-verify=false", "--dest-creds", "user:a secret:word",
                "oci:\(try Stage.layouts.get().path)/busybox:1", "docker://\(address)/private:1"
            ).checked()
            let image: JSONNode = ["image": JSONNode("\(address)/private:1")]
            func pull(_ auth: JSONNode?) async throws -> String {
                var members = [JSONNode.Member(key: "image", value: image)]
                if let auth { members.append(.init(key: "auth", value: auth)) }
                do { return try await cri.images("PullImage", JSONNode(.object(members)))["imageRef"]?.stringValue ?? "" } catch
                    let refusal as CRIClient.Refusal
                {
                    #expect(!refusal.message.contains("secret"), "\(refusal)")
                    return refusal.status
                }
            }
            #expect(try await pull(nil) == "PERMISSION_DENIED")
            #expect(try await pull(["username": "user", "password": "wrong"]) == "PERMISSION_DENIED")
            #expect(try await pull(["auth": "not base64"]) == "INVALID_ARGUMENT")
            let byName = try await pull(["username": "user", "password": "a secret:word"])
            #expect(byName.hasPrefix("sha256:"), "\(byName)")
            // They were for that one time.
            try await cri.images("RemoveImage", ["image": ["image": JSONNode(byName)]])
            #expect(try await pull(nil) == "PERMISSION_DENIED")
            // "user:a secret:word", as in docker's configuration.
            #expect(try await pull(["auth": "dXNlcjphIHNlY3JldDp3b3Jk"]) == byName)
            #expect(try await pull(["auth": "dXNlcjphIHNlY3JldDp3b3Jk", "serverAddress": JSONNode(address)]) == byName)
            // A registry that gives no tokens takes none.
            try await cri.images("RemoveImage", ["image": ["image": JSONNode(byName)]])
            #expect(try await pull(["identityToken": "token"]) == "PERMISSION_DENIED")
            let log = stage.agent.log
            #expect(!log.contains("a secret:word") && !log.contains("dXNlcjphIHNlY3JldDp3b3Jk"))
            try registry.signal(15)
        }

        @Test func whatImagesTake() async throws {
            let cri = CRIClient(agent: try await Stage.shared().agent)
            /// As it is after now: figures are kept for some seconds, and say how old they are.
            func used() async throws -> Int64 {
                let (asked, deadline) = (Timestamp.now.nanosecondsSinceEpoch, Deadline(in: .seconds(60)))
                while true {
                    let disks = try await cri.images("ImageFsInfo")["imageFilesystems"]?[0]
                    #expect(disks?["fsId"]?["mountpoint"]?.stringValue?.hasPrefix(cri.agent.root) == true, "\(disks ?? .null)")
                    if disks?["timestamp"]?.stringValue.flatMap({ Int64($0) }) ?? 0 > asked {
                        return disks?["usedBytes"]?["value"]?.stringValue.flatMap { Int64($0) } ?? -1
                    }
                    guard !deadline.hasPassed else { throw WaitFailure(what: "new figures", last: "\(disks ?? .null)") }
                    try await EventThread.shared.sleep(until: Monotonic.now.advanced(by: .milliseconds(100)))
                }
            }
            let image: JSONNode = ["image": ["image": JSONNode(Stage.image)]]
            _ = try await cri.images("RemoveImage", image)
            #expect(try await cri.images("ImageStatus", image)["image"] == nil)
            try await cri.images("PullImage", image)
            let status = try #require(try await cri.images("ImageStatus", image)["image"])
            let size = status["size"]?.stringValue.flatMap { Int64($0) } ?? 0
            #expect(size > 100_000 && status["repoTags"]?.arrayValue?.isEmpty == false && status["repoDigests"]?.arrayValue?.isEmpty == false)
            // The blobs and what was unpacked of them.
            #expect(try await used() > size)
            let listed = try await cri.images("ListImages", ["filter": image])["images"]?.arrayValue
            #expect(listed?.count == 1 && listed?.first?["id"] == status["id"])
            for _ in 0..<2 { _ = try await cri.images("RemoveImage", image) }
            #expect(try await cri.images("ListImages", ["filter": image])["images"] == nil)
            try await cri.images("PullImage", image)
        }
    }
}
