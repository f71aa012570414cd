import Glibc
import ImageStore
import Linux
import OCISpec

/// Builds images from Containerfiles into a store.
public struct ImageBuilder: Sendable {
    /// Where a builder works.
    public struct Configuration: Sendable {
        public var store: ImageStore
        /// The path of `swiftlet-runtime`.
        public var runtime: String
        /// On a file system that a reboot empties.
        public var runFolder: String
        /// What lasts: caches of steps, working containers.
        public var stateFolder: String
        /// Where the output of steps goes.
        public var output: Int32 = 2

        public init(store: ImageStore, runtime: String, runFolder: String, stateFolder: String) {
            self.store = store
            self.runtime = runtime
            self.runFolder = runFolder
            self.stateFolder = stateFolder
        }
    }

    let configuration: Configuration
    let program: StepProgram

    /// Ends what builders have left that were killed.
    public init(_ configuration: Configuration) throws {
        self.configuration = configuration
        program = StepProgram(
            store: configuration.store,
            runtime: configuration.runtime,
            runFolder: configuration.runFolder
        )
        try program.recover()
    }

    /// Builds what a request asks for and gives it its names. Nothing is named before all of it is there.
    public func build(
        _ request: BuildRequest,
        report: @escaping @Sendable (BuildEvent) -> Void = { _ in }
    ) async throws -> BuildResult {
        guard !request.platforms.isEmpty else { throw BuildError(.invalid, "no platform to build for") }
        let contextRoot = try request.context.map { try Descriptor.open($0, O_RDONLY | O_DIRECTORY).release() }
        defer { if let contextRoot { close(contextRoot) } }
        let tools = PlatformBuild.Tools(
            store: configuration.store,
            program: program,
            cacheMounts: "\(configuration.stateFolder)/cache-mounts",
            output: configuration.output,
            report: report
        )
        let assembly = ImageAssembly(format: request.behaviour.format, annotations: request.annotations)
        var images: [ImageAssembly.Documents] = []
        var layers: [BuiltLayer] = []
        for platform in request.platforms {
            let build = try PlatformBuild(request, platform: platform, tools: tools, contextRoot: contextRoot)
            let state = try await build.run()
            images.append(try assembly.documents(of: state))
            layers += state.layers
        }
        var blobs = images.reduce(into: [:]) { $0.merge($1.blobs) { first, _ in first } }
        var top = images[0].manifest
        if images.count > 1 {
            let list = try assembly.list(of: images)
            blobs[list.descriptor.digest] = list.bytes
            top = list.descriptor
        }
        // Without a name an image is one by its digest.
        let names = request.names.isEmpty ? ["localhost/build@\(top.digest)"] : request.names
        let documents = ImageStore.BuiltDocuments(top: top, blobs: blobs, layers: layers)
        _ = try await configuration.store.commit(documents, as: names)
        for name in names { report(.committed(name)) }
        try BuildCache(store: configuration.store).prune(now: Int64(time(nil)))
        return BuildResult(digest: top.digest, configuration: images[0].configuration, names: names)
    }

    /// Forgets what steps made, where that was not used for so many seconds; the layers go with the store's next collection.
    /// With 0 also what caches of steps hold. Answers how many steps were forgotten.
    public func prune(unusedFor seconds: Int64) async throws -> Int {
        let count = try BuildCache(store: configuration.store).prune(now: Int64(time(nil)), unusedFor: seconds)
        if seconds == 0 { try FileSystem.removeTree("\(configuration.stateFolder)/cache-mounts") }
        return count
    }
}
