import HTTPClient
import Testing

@Suite("URLs")
struct HTTPURLTests {
    @Test("parts of a URL")
    func parts() throws {
        let url = try HTTPURL("HTTPS://Registry.Example/v2/?a=b")
        #expect(url.scheme == "https")
        #expect(url.host == "registry.example")
        #expect(url.port == 443)
        #expect(try HTTPURL("http://[::1]:5000/").host == "::1")
        #expect(try HTTPURL("http://[::1]:5000/").port == 5000)
    }

    @Test(
        "what is no plain http URL is refused",
        arguments: [
            "", "registry", "ftp://x/", "file:///etc/passwd", "http://", "http://user:secret@x/", "http://x:99999/",
        ]
    )
    func refusals(text: String) {
        #expect(throws: HTTPError.self) { try HTTPURL(text) }
    }

    @Test(
        "loopback is what is written as loopback",
        arguments: [
            ("localhost", true), ("LOCALHOST", true), ("a.localhost", true), ("127.0.0.1", true), ("127.9.8.7", true),
            ("::1", true), ("127.0.0.1.example.com", false), ("128.0.0.1", false), ("localhost.example", false),
            ("127.0.0.1234", false), ("10.0.0.1", false), ("", false),
        ]
    )
    func loopback(host: String, isLoopback: Bool) {
        #expect(HTTPURL.isLoopback(host: host) == isLoopback)
    }
}
