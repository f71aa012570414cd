import JSONCoding
import Linux
import PodSpec
import Testing
import YAMLCoding

/// The samples of `manifests/` are part of the documentation: they must decode without a word.
@Suite struct SampleTests {
    static let folder: String = {
        // The folder of the tests may be reached through a symlink, its parent being elsewhere then.
        let tests = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2).joined(separator: "/")
        let real = (try? FileSystem.readLink(tests)) ?? tests  // No link: the place itself.
        return real.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
            + "/manifests"
    }()

    static func files(_ folder: String) throws -> [String] {
        try FileSystem.list(folder).filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".json") }.map { "\(folder)/\($0)" }
    }

    static func read(_ file: String) throws -> ManifestResult {
        let bytes = try FileSystem.read(file)
        if file.hasSuffix(".json") {
            return ManifestDecoder.decode([try JSON.parse(bytes, positions: true)], file: file)
        }
        let stream = YAML.parse(bytes)
        #expect(stream.errors == [])
        return ManifestDecoder.decode(stream.documents, file: file)
    }

    @Test func samplesDecodeWithoutAWord() throws {
        let files = try Self.files(Self.folder) + Self.files(Self.folder + "/samples")
        #expect(files.count >= 8)
        var names: [PodName: String] = [:]
        var hostPorts: [UInt16: String] = [:]
        for file in files {
            let result = try Self.read(file)
            #expect(result.problems == [], "\(file)")
            #expect(!result.pods.isEmpty, "\(file)")
            for decoded in result.pods {
                #expect(decoded.warnings == [], "\(file)")
                // All of them can be run beside each other.
                #expect(names.updateValue(file, forKey: decoded.name) == nil, "\(decoded.name)")
                for port in decoded.pod.spec.containers.flatMap(\.ports) {
                    guard let number = port.hostPort else { continue }
                    #expect(hostPorts.updateValue(file, forKey: number) == nil, "\(number)")
                }
            }
        }
    }

    @Test func theDemoIsWhatHackRunExpects() throws {
        #expect(try Self.files(Self.folder) == [Self.folder + "/hello.yaml"])
        let pod = try #require(try Self.read(Self.folder + "/hello.yaml").pods.first).pod
        #expect(pod.metadata.name == "hello")
        #expect(pod.spec.containers[0].image == "localhost/swiftlet-demo:latest")
        #expect(pod.spec.containers[0].ports.first?.hostPort == 8080)
    }
}
