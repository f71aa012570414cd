import JSONCoding
import NetworkSpec
import Testing

@Suite("Configuration lists of CNI") struct PluginListTests {
    @Test("A list is read whole, and again from what is written") func list() throws {
        let text = """
            {"cniVersion":"0.4.0","cniVersions":["0.4.0","1.1.0","9.0.0"],"name":"outer","disableCheck":true,"disableGC":true,
             "loadOnlyInlinedPlugins":true,
             "plugins":[{"type":"bridge","x":{"y":[1]}},{"type":"portmap","capabilities":{"portMappings":true,"other":false}}]}
            """
        let list = try PluginList.decode(Array(text.utf8))
        #expect(
            list.name == "outer" && list.version == .v1_1_0 && list.disableCheck && list.disableGC && list.loadsOnlyInlinedPlugins
        )
        #expect(list.plugins.map(\.type) == ["bridge", "portmap"])
        #expect(list.hasCapability("portMappings") && !list.hasCapability("other") && !list.hasCheck && list.hasStatus)
        #expect(list.plugins[0].configuration["x"]?["y"]?[0]?.integerValue == 1)
        let definition = NetworkDefinition(list)
        #expect(definition.driver == "cni" && !definition.isBridge)
        #expect(try JSON.decode(NetworkDefinition.self, from: JSON.encode(definition)) == definition)
    }

    @Test("What a version can", arguments: [
        ("0.3.1", false, false), ("0.4.0", true, false), ("1.0.0", true, false), ("1.1.0", true, true),
    ]) func versions(version: String, check: Bool, status: Bool) throws {
        let list = try PluginList.decode(Array(#"{"cniVersion":"\#(version)","name":"a","plugins":[{"type":"b"}]}"#.utf8))
        #expect(list.hasCheck == check && list.hasStatus == status)
    }

    @Test("A fault is named with its path and position", arguments: [
        ("{", "", "expected"), ("[]", "", "object"),
        (#"{"name":"a","plugins":[{"type":"b"}]}"#, "cniVersion", "missing"),
        (#"{"cniVersion":"0.2.0","name":"a","plugins":[{"type":"b"}]}"#, "cniVersion", "served are 0.3.0"),
        (#"{"cniVersion":1,"name":"a","plugins":[{"type":"b"}]}"#, "cniVersion", "a string"),
        (#"{"cniVersion":"1.0.0","cniVersions":["2.0.0"],"name":"a","plugins":[{"type":"b"}]}"#, "cniVersions", "none of these"),
        (#"{"cniVersion":"1.0.0","plugins":[{"type":"b"}]}"#, "name", "missing"),
        (#"{"cniVersion":"1.0.0","name":"../a","plugins":[{"type":"b"}]}"#, "name", "no name"),
        (#"{"cniVersion":"1.0.0","name":"a"}"#, "plugins", "missing"),
        (#"{"cniVersion":"1.0.0","name":"a","plugins":[]}"#, "plugins", "at least one"),
        (#"{"cniVersion":"1.0.0","name":"a","plugins":{}}"#, "plugins", "an array"),
        (#"{"cniVersion":"1.0.0","name":"a","plugins":["b"]}"#, "plugins[0]", "an object"),
        (#"{"cniVersion":"1.0.0","name":"a","plugins":[{"type":"b"},{}]}"#, "plugins[1].type", "missing"),
        (#"{"cniVersion":"1.0.0","name":"a","plugins":[{"type":"../b"}]}"#, "plugins[0].type", "no name of a program"),
        (
            #"{"cniVersion":"1.0.0","name":"a","plugins":[{"type":"b","capabilities":{"ips":1}}]}"#,
            "plugins[0].capabilities.ips", "true or false"
        ),
        (#"{"cniVersion":"1.0.0","name":"a","disableGC":"yes","plugins":[{"type":"b"}]}"#, "disableGC", "true or false"),
        (#"{"cniVersion":"1.0.0","name":"a","type":"b","plugins":[{"type":"b"}]}"#, "type", "unknown member"),
    ])
    func fault(text: String, path: String, word: String) throws {
        let error = try #require(throws: NetworkDefinitionError.self) { try PluginList.decode(Array(text.utf8)) }
        #expect(error.path == path)
        #expect(error.message.contains(word) || text == "{", "\(error.message)")
        #expect(error.position != nil)
    }

    @Test("A list is no definition of netavark's") func notAmongDefinitions() throws {
        let text = #"{"name":"a","driver":"cni","plugins":{"name":"a","cniVersion":"1.0.0","plugins":[{"type":"b"}]}}"#
        let error = try #require(throws: NetworkDefinitionError.self) { try NetworkDefinition.decode(Array(text.utf8)) }
        #expect(error.path == "plugins" && error.message.contains("*.conflist") && error.position != nil)
    }
}
