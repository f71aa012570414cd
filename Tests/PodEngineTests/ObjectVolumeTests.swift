import Glibc
import Linux
import PodEngine
import PodSpec
import TestSupport
import Testing

/// Volumes that are made of objects: which files, with which modes, swapped how.
struct ObjectVolumeTests {
    private let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory("object-volumes") }

    private func decoded(_ volume: String) throws -> Pod {
        let text = """
            {apiVersion: v1, kind: Pod, metadata: {name: web, labels: {app: front}}, spec: {volumes: [\(volume)],
             containers: [{name: main, image: x, resources: {limits: {memory: 64Mi}}}]}}
            """
        let result = ManifestFile.decode(Array(text.utf8), name: "a.yaml")
        #expect(result.problems.map(\.description) == [])
        return try #require(result.pods.first).pod
    }

    private func files(_ volume: String) throws -> [String: String] {
        let pod = try decoded(volume)
        var sources = FieldSources(nodeName: "node", hostIPs: [], podIPs: [])
        sources.objects.insert(
            .configMap(ConfigMap(metadata: ObjectMeta(name: "app"), data: ["a": "1", "b": "2"], binaryData: ["c": [0x33]]))
        )
        sources.objects.insert(.secret(Secret(metadata: ObjectMeta(name: "key"), data: ["k": Array("s".utf8)])))
        let content = try VolumeContentBuilder(pod: pod, sources: sources).content(of: pod.spec.volumes[0])
        return content.files.mapValues { "\(String(decoding: $0.bytes, as: UTF8.self)) \(String($0.mode, radix: 8))" }
    }

    @Test func `each kind has its files with their modes`() throws {
        #expect(try files("{name: v, configMap: {name: app}}") == ["a": "1 644", "b": "2 644", "c": "3 644"])
        #expect(
            try files("{name: v, configMap: {name: app, defaultMode: 0600, items: [{key: a, path: ./x//y}, {key: b, path: z, mode: 0444}]}}")
                == ["x/y": "1 600", "z": "2 444"]
        )
        #expect(try files("{name: v, secret: {secretName: key, defaultMode: 256}}") == ["k": "s 400"])
        #expect(try files("{name: v, secret: {secretName: none, optional: true}}") == [:])
        #expect(
            try files("{name: v, configMap: {name: app, optional: true, items: [{key: a, path: a}, {key: none, path: x}]}}")
                == ["a": "1 644"]
        )
        #expect(
            try files(
                """
                {name: v, downwardAPI: {items: [{path: l, fieldRef: {fieldPath: metadata.labels}},
                 {path: m, mode: 0400, resourceFieldRef: {containerName: main, resource: limits.memory, divisor: 1Mi}}]}}
                """
            ) == ["l": "app=\"front\" 644", "m": "64 400"]
        )
        #expect(
            try files(
                """
                {name: v, projected: {defaultMode: 0440, sources: [{configMap: {name: app, items: [{key: a, path: c/a}]}},
                 {secret: {name: key}}, {downwardAPI: {items: [{path: x, fieldRef: {fieldPath: metadata.name}}]}}]}}
                """
            ) == ["c/a": "1 440", "k": "s 440", "x": "web 440"]
        )
    }

    @Test(
        arguments: [
            ("{name: v, configMap: {name: none}}", "configmap \"none\" not found"),
            ("{name: v, secret: {secretName: none}}", "secret \"none\" not found"),
            ("{name: v, projected: {sources: [{secret: {name: none}}]}}", "secret \"none\" not found"),
            ("{name: v, secret: {secretName: key, items: [{key: x, path: x}]}}", "couldn't find key x in Secret default/key"),
        ]
    )
    func `what is missing is named and waited for`(volume: String, message: String) throws {
        do {
            _ = try files(volume)
            Issue.record("nothing was missing")
        } catch let failure as StepFailure {
            #expect(failure.message == "volume \"v\": \(message)")
            #expect(failure.reason == .failedMount && failure.awaitsObjects)
        }
    }

    private func content(_ files: [String: String]) -> VolumeContent {
        VolumeContent(files: files.mapValues { VolumeContent.File(bytes: Array($0.utf8), mode: 0o640) })
    }

    private func read(_ name: String) throws -> String { try FileSystem.readText(folder("v/\(name)")) }

    private func write(_ files: [String: String], group: gid_t? = nil) throws {
        let folder = AtomicFolder(folder("v"), group: group)
        try folder.write(content(files), stamp: Timestamp(seconds: 1_800_000_000))
    }

    @Test func `files change all at once, by one link`() throws {
        try FileSystem.makeDirectories(folder("v"))
        try write(["a": "1", "d/b": "2"])
        #expect(try FileSystem.readLink(folder("v/a")) == "..data/a")
        #expect(try FileSystem.readLink(folder("v/d")) == "..data/d")
        let first = try FileSystem.readLink(folder("v/..data"))
        #expect(first == "..2027_01_15_08_00_00.1")
        #expect(try read("a") == "1" && read("d/b") == "2")
        #expect(try FileSystem.status(folder("v/a")).permissions == 0o640)
        // The same again is no change: who watches is not woken.
        try write(["a": "1", "d/b": "2"])
        #expect(try FileSystem.readLink(folder("v/..data")) == first)
        try write(["a": "changed", "e": "3"])
        #expect(try read("a") == "changed" && read("e") == "3")
        #expect(try FileSystem.list(folder("v")).sorted() == ["..2027_01_15_08_00_00.2", "..data", "a", "e"])
        try write([:])
        #expect(try FileSystem.list(folder("v")).count == 2)
    }

    @Test func `a version that was cut off is finished or taken away`() throws {
        try FileSystem.makeDirectories(folder("v/..2020_01_01_00_00_00.1/half"))
        try FileSystem.makeSymbolicLink(at: folder("v/..data_tmp"), to: "..2020_01_01_00_00_00.1")
        try write(["a": "1"])
        #expect(try FileSystem.list(folder("v")).sorted() == ["..2027_01_15_08_00_00.1", "..data", "a"])
        // Killed between the swap and the links.
        try FileSystem.removeFile(folder("v/a"))
        try write(["a": "1"])
        #expect(try read("a") == "1")
    }

    @Test func `a changed mode is a change, and a group may read`() throws {
        try FileSystem.makeDirectories(folder("v"))
        try write(["a": "1"])
        try write(["a": "1"], group: getgid())
        #expect(try FileSystem.status(folder("v/a")).permissions == 0o640)
        let closed = VolumeContent(files: ["a": VolumeContent.File(bytes: [0x31], mode: 0o400)])
        try AtomicFolder(folder("v"), group: getgid()).write(closed, stamp: Timestamp(seconds: 1))
        #expect(try FileSystem.status(folder("v/a")).permissions == 0o440)
    }

    @Test func `secrets are mounted in memory below a folder of root's`() throws {
        let pod = try decoded("{name: s, secret: {secretName: key}}, {name: c, downwardAPI: {items: []}}")
        let machine = FakeMachine()
        let directories = EngineConfiguration.Directories(
            manifests: folder("m"),
            state: folder("state"),
            run: folder("run"),
            logs: folder("logs"),
            seccompProfiles: folder("seccomp")
        )
        let paths = PodPaths(uid: "uid", key: PodKey(namespace: "default", name: "web"), in: directories)
        var sources = FieldSources(nodeName: "node", hostIPs: [], podIPs: [])
        sources.objects.insert(.secret(Secret(metadata: ObjectMeta(name: "key"), data: ["k": [0x31]])))
        try ObjectVolumes(pod: pod, paths: paths, mounts: machine, sources: sources).write(at: Timestamp(seconds: 1))
        #expect(machine.state.withLock { $0.mounts } == ["\(paths.run)/secrets/s"])
        #expect(try FileSystem.status("\(paths.run)/secrets").permissions == 0o700)
        #expect(try FileSystem.readText("\(paths.run)/secrets/s/k") == "1")
        #expect(!FileSystem.exists(paths.state))
    }
}
