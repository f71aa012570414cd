import Builder
import Glibc
import ImageStore
import Linux
import OCISpec
import TestSupport
import Testing

@Suite(.needsPrivateHost) struct EngineTests {
    @Test func `an image says what its Containerfile says`() async throws {
        let bench = try await Workbench()
        try bench.write("app", "program")
        let image = try await bench.build(
            """
            ARG VERSION=3
            FROM scratch
            ARG VERSION
            ARG NAME=x
            ENV A=$VERSION B="$NAME y"
            LABEL one=1 two="2 $A"
            WORKDIR /srv
            WORKDIR app
            COPY app .
            EXPOSE 80 100-101/udp
            VOLUME /data
            USER 5:6
            STOPSIGNAL SIGINT
            SHELL ["/bin/bash", "-c"]
            HEALTHCHECK --interval=2s CMD check
            ONBUILD COPY . /later
            ENTRYPOINT ["/srv/app/app"]
            CMD run $A
            """
        ) { $0.arguments = ["NAME": "given"] }.image
        let config = try #require(image.configuration.config)
        #expect(config.environment == [ContainerDefaults.path, "A=3", "B=given y"])
        #expect(config.labels == ["one": "1", "two": "2 3"])
        #expect(config.workingDirectory == "/srv/app" && config.user == "5:6" && config.stopSignal == "SIGINT")
        #expect(Set(config.exposedPorts?.keys.map { $0 } ?? []) == ["80/tcp", "100/udp", "101/udp"])
        #expect(config.entrypoint == ["/srv/app/app"] && config.command == ["/bin/bash", "-c", "run $A"])
        #expect(config.healthcheck?.test == ["CMD-SHELL", "check"] && config.healthcheck?.interval == 2_000_000_000)
        #expect(config.onBuild == ["COPY . /later"] && config.shell == ["/bin/bash", "-c"])
        #expect(try bench.read("srv/app/app", of: image) == "program")
        let history = try #require(image.configuration.history)
        #expect(history.filter { $0.emptyLayer != true }.count == image.chainIDs.count)
    }

    @Test func `a second build is found in the cache and is the same image`() async throws {
        let bench = try await Workbench()
        try bench.write("a", "1")
        let text = "FROM scratch\nCOPY a /a\nENV X=1\nWORKDIR /w\nCOPY a b/\n"
        let first = try await bench.build(text)
        let second = try await bench.build(text)
        #expect(first.cached == 0 && second.cached == 3)
        #expect(first.image.manifestDigest == second.image.manifestDigest)
        // Another time is the same content, another byte is not.
        #expect(utimensat(AT_FDCWD, "\(bench.context)/a", nil, 0) == 0)
        #expect(try await bench.build(text).cached == 3)
        try bench.write("a", "2")
        let third = try await bench.build(text)
        #expect(third.cached == 0)
        #expect(third.image.manifestDigest != first.image.manifestDigest)
        #expect(try await bench.build(text) { $0.behaviour.usesCache = false }.cached == 0)
    }

    @Test func `what the cache holds outlives a collection, until it is pruned`() async throws {
        let bench = try await Workbench()
        try bench.write("a", "1")
        let text = "FROM scratch\nCOPY a /a\n"
        let image = try await bench.build(text).image
        try await bench.store.settle()
        _ = try await bench.store.remove("localhost/test:1")
        #expect(FileSystem.exists(image.layerDirectories[0]))
        #expect(try await bench.build(text).cached == 1)
        _ = try await bench.store.remove("localhost/test:1")
        #expect(try await bench.builder.prune(unusedFor: 0) == 1)
        try await bench.store.settle()
        #expect(try await bench.store.collect().layers.count == 1)
    }

    @Test func `stages take from each other, and those that nobody needs are not built`() async throws {
        let bench = try await Workbench()
        try bench.write("a", "1")
        let text = """
            FROM scratch AS one
            COPY a /deep/down/a
            FROM scratch AS broken
            COPY missing /
            FROM scratch AS two
            COPY --from=one /deep /d
            COPY --from=0 /deep/down/a /b
            FROM two
            ENV LAST=1
            """
        let image = try await bench.build(text).image
        #expect(try bench.read("d/down/a", of: image) == "1")
        #expect(try bench.read("b", of: image) == "1")
        let target = try await bench.build(text) { $0.target = "one" }.image
        #expect(target.chainIDs.count == 1)
        await #expect(throws: BuildError.self) { try await bench.build(text) { $0.target = "broken" } }
        await #expect(throws: BuildError.self) { try await bench.build(text) { $0.target = "none" } }
    }

    @Test func `ONBUILD is carried out by who builds upon the image`() async throws {
        let bench = try await Workbench()
        try bench.write("a", "1")
        try await bench.build("FROM scratch\nONBUILD COPY a /triggered\n") { $0.names = ["localhost/base:1"] }
        let image = try await bench.build("FROM localhost/base:1\nLABEL x=y\n").image
        #expect(try bench.read("triggered", of: image) == "1")
        #expect(image.configuration.config?.onBuild == nil)
    }

    @Test func `with SOURCE_DATE_EPOCH every machine makes the same image`() async throws {
        var digests: Set<Digest> = []
        for _ in 0..<2 {
            let bench = try await Workbench()
            try bench.write("d/a", "1")
            let image = try await bench.build("FROM scratch\nCOPY d /d\nWORKDIR /w\n") {
                $0.behaviour.clock = .epoch(1_000_000_000)
            }.image
            digests.insert(image.manifestDigest)
            #expect(image.createdAt == "2001-09-09T01:46:40Z")
            #expect(try bench.status("d/a", of: image).st_mtim.tv_sec == 1_000_000_000)
        }
        #expect(digests.count == 1)
    }

    @Test func `squash makes one layer of what the build adds`() async throws {
        let bench = try await Workbench()
        try bench.write("a", "1")
        let text = "FROM scratch\nCOPY a /a\nCOPY a /b\nWORKDIR /w\n"
        let first = try await bench.build(text) { $0.behaviour.squash = true }
        #expect(first.image.chainIDs.count == 1)
        #expect(try bench.read("b", of: first.image) == "1")
        let second = try await bench.build(text) { $0.behaviour.squash = true }
        #expect(second.cached == 1 && second.image.manifestDigest == first.image.manifestDigest)
    }

    @Test func `several platforms are a list, and this machine's is what runs`() async throws {
        let bench = try await Workbench()
        let image = try await bench.build("FROM scratch\nARG TARGETARCH\nENV ARCH=$TARGETARCH\n") {
            $0.platforms = [Platform(architecture: "riscv64"), .host]
        }.image
        #expect(image.configuration.architecture == Platform.host.architecture)
        #expect(image.configuration.config?.environment?.last == "ARCH=\(Platform.host.architecture)")
        let other = try #require(
            try await bench.store.image(named: "localhost/test:1", for: Platform(architecture: "riscv64"), pulls: false)
        )
        #expect(other.configuration.config?.environment?.last == "ARCH=riscv64")
        #expect(try await bench.store.collect().blobs.isEmpty)
    }

    @Test(arguments: LayerForm.allCases)
    func `layers are written in every form`(form: LayerForm) async throws {
        let bench = try await Workbench()
        try bench.write("a", String(repeating: "text ", count: 200_000))
        let image = try await bench.build("FROM scratch\nCOPY a /a\n") { request in
            request.behaviour.compression = .init(rawValue: form.rawValue) ?? .gzip
            request.behaviour.format = form == .none ? .docker : .oci
        }.image
        #expect(try bench.read("a", of: image)?.utf8.count == 1_000_000)
        #expect(form == .none ? image.size > 1_000_000 : image.size < 100_000)
    }

    enum LayerForm: String, CaseIterable { case none, gzip, zstd }

    @Test func `owners, modes, links, holes and attributes are kept`() async throws {
        let bench = try await Workbench()
        try bench.write("d/a", "1")
        #expect(chmod("\(bench.context)/d/a", 0o4751) == 0)
        #expect(link("\(bench.context)/d/a", "\(bench.context)/d/hard") == 0)
        #expect(symlink("/nowhere", "\(bench.context)/d/soft") == 0)
        #expect(truncate("\(try bench.folder.write("context/d/hole", ""))", 10 << 20) == 0)
        let image = try await bench.build("FROM scratch\nCOPY --chown=7:8 d /d\nCOPY --chmod=4711 d/a /e/\n").image
        let (first, second) = (try bench.status("d/a", of: image), try bench.status("d/hard", of: image))
        #expect(
            first.st_ino == second.st_ino && first.st_mode & 0o7777 == 0o751 && first.st_uid == 7 && first.st_gid == 8
        )
        #expect(try FileSystem.readLink("\(image.layerDirectories[0])/d/soft") == "/nowhere")
        let hole = try bench.status("d/hole", of: image)
        #expect(hole.st_size == 10 << 20 && hole.st_blocks < 100)
        #expect(try bench.status("e/a", of: image).st_mode & 0o7777 == 0o4711)
        #expect(image.size < 100_000)
    }

    @Test func `heredocs are files`() async throws {
        let bench = try await Workbench()
        let image = try await bench.build(
            "FROM scratch\nARG X=1\nCOPY <<A <<'B' /d/\n$X\nA\n$X\nB\nCOPY <<C /one\nc\nC\n"
        ).image
        #expect(try bench.read("d/A", of: image) == "1\n")
        #expect(try bench.read("d/B", of: image) == "$X\n")
        #expect(try bench.read("one", of: image) == "c\n")
    }

    @Test func `ADD unpacks archives and COPY does not`() async throws {
        let bench = try await Workbench()
        var tar = TarBuilder()
        tar.folder("f/")
        tar.add("f/x", "data") { options in
            options.user = 3
            options.mode = 0o2755
        }
        try FileSystem.write("\(bench.context)/x.tar", tar.bytes + [UInt8](repeating: 0, count: 1024))
        let image = try await bench.build("FROM scratch\nADD x.tar /in/\nCOPY x.tar /raw.tar\n").image
        let status = try bench.status("in/f/x", of: image)
        #expect(status.st_uid == 3 && status.st_mode & 0o7777 == 0o2755)
        #expect(try bench.read("raw.tar", of: image)?.utf8.count == tar.bytes.count + 1024)
    }

    @Test func `working containers become images`() async throws {
        let bench = try await Workbench()
        try bench.write("a", "1")
        let name = try await bench.builder.makeContainer(from: "scratch", named: nil, pulling: .never)
        #expect(name == "scratch-working-container")
        try await bench.builder.copy(.init(["\(bench.context)/a"], to: "/dir/"), into: name)
        try await bench.builder.configure(name, step: "config") { $0.execution.command = ["/a"] }
        let result = try await bench.builder.commit(name, .init(names: ["localhost/made:1"]))
        let image = try #require(try await bench.store.image(named: "localhost/made:1"))
        #expect(image.manifestDigest == result.digest && image.configuration.config?.command == ["/a"])
        #expect(try bench.read("dir/a", of: image) == "1")
        try await bench.builder.removeContainer(name)
        #expect(try bench.builder.containers().isEmpty)
        await #expect(throws: BuildError.self) { try await bench.builder.removeContainer("../../etc") }
    }
}
