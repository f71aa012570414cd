import JSONCoding
import PodEngine
import PodSpec
import Testing

struct ResolverSettingsTests {
    private func configuration(_ text: String) throws -> Pod.DNSConfig {
        try JSON.decode(Pod.DNSConfig.self, from: Array(text.utf8))
    }

    @Test func `what a pod wants comes behind what there is`() throws {
        var settings = ResolverSettings(
            parsing: "# by hand\nnameserver 192.0.2.1\nsearch old.example\nsearch example.org a\noptions ndots:1 rotate\n"
        )
        let wanted = """
            {"nameservers": ["192.0.2.2", "192.0.2.1"], "searches": ["a", "b"],
             "options": [{"name": "ndots", "value": "5"}, {"name": "edns0"}]}
            """
        settings.add(try configuration(wanted))
        #expect(settings.fit().isEmpty)
        #expect(
            settings.text == """
                search example.org a b
                nameserver 192.0.2.1
                nameserver 192.0.2.2
                options ndots:5 rotate edns0

                """
        )
        #expect(ResolverSettings(parsing: settings.text) == settings)
        #expect(ResolverSettings().text == "")
    }

    @Test func `more than a resolver takes is left out, and said`() throws {
        var settings = ResolverSettings(parsing: "nameserver 192.0.2.1\nnameserver 192.0.2.2\n")
        let searches = (0..<40).map { "\"s\($0)\"" }.joined(separator: ", ")
        settings.add(try configuration("{\"nameservers\": [\"192.0.2.3\", \"192.0.2.4\"], \"searches\": [\(searches)]}"))
        let omitted = settings.fit()
        #expect(settings.servers == ["192.0.2.1", "192.0.2.2", "192.0.2.3"])
        #expect(settings.searches.count == 32)
        #expect(omitted.first == "nameserver 192.0.2.4")
        #expect(omitted.count == 9)
        var long = ResolverSettings()
        long.searches = (0..<20).map { "\($0)" + String(repeating: "x", count: 198) }
        #expect(long.fit().count == 10)
    }
}
