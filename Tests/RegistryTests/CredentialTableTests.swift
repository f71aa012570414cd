import OCISpec
import Registry
import Testing

/// Credentials that somebody brings along.
struct CredentialTableTests {
    private func users(_ text: String, _ image: String, _ form: CredentialTable.Form = .configuration) throws -> [String] {
        try CredentialTable(Array(text.utf8), form: form).credentials(for: ImageReference(image)).map(\.user)
    }

    /// `user:password` in base64.
    private func entry(_ key: String, _ user: String) -> String {
        "\"\(key)\":{\"username\":\"\(user)\",\"password\":\"x\"}"
    }

    @Test func `both of docker's formats are read, and both ways to write a password`() throws {
        #expect(try users(#"{"auths":{"r.lan":{"auth":"bWU6c2VjcmV0"}}}"#, "r.lan/a:1") == ["me"])
        #expect(try users(#"{"r.lan":{"username":"me","password":"p","email":"a@b"}}"#, "r.lan/a:1", .legacy) == ["me"])
        #expect(try users(#"{"auths":{"r.lan":{}}}"#, "r.lan/a:1") == [])
    }

    @Test func `the most specific comes first, and others not at all`() throws {
        let entries = [
            entry("r.lan", "host"), entry("r.lan/team", "team"), entry("https://r.lan/team/app", "app"), entry("*.lan", "any"),
            entry("r.lan/other", "other"), entry("r.lan:5000", "port"), entry("x.r.lan", "below"),
        ]
        let text = "{\"auths\":{\(entries.joined(separator: ","))}}"
        #expect(try users(text, "r.lan/team/app:1") == ["app", "team", "host", "any"])
        // A part of a name is none of its paths.
        #expect(try users(text, "r.lan/teammate/app:1") == ["host", "any"])
        #expect(try users(text, "r.lan:5000/team/app:1") == ["port"])
        #expect(try users(text, "s.lan/a:1") == ["any"])
    }

    @Test(arguments: ["https://index.docker.io/v1/", "index.docker.io", "docker.io", "registry-1.docker.io/v2/"])
    func `docker's own registry has many names`(key: String) throws {
        #expect(try users("{\"auths\":{\(entry(key, "me"))}}", "busybox") == ["me"])
        #expect(try users("{\"auths\":{\(entry(key, "me"))}}", "quay.io/busybox") == [])
    }

    @Test(arguments: ["", "[]", "{}", #"{"auths":{"r.lan":{"auth":"c2VjcmV0"}}}"#, #"{"auths":{"r.lan":"c2VjcmV0"}}"#])
    func `what is none is refused without a word of it`(text: String) {
        let failure = #expect(throws: CredentialTable.Malformed.self) {
            try CredentialTable(Array(text.utf8), form: .configuration)
        }
        #expect(failure?.description.contains("c2Vj") == false)
    }

    @Test func `a table shows nothing`() throws {
        let table = try CredentialTable(Array(#"{"auths":{"r.lan":{"auth":"bWU6c2VjcmV0"}}}"#.utf8), form: .configuration)
        #expect("\(table) \(String(reflecting: table))" == "*** ***")
        #expect(Mirror(reflecting: table).children.isEmpty)
    }
}
