import HTTPClient
import Linux
import OCISpec
import Registry

/// The images of this machine. See the README for what is where and what holds at every moment.
public actor ImageStore {
    let configuration: Configuration
    let paths: StorePaths
    let blobs: BlobStore
    let layers: LayerStore
    let registry: RegistryClient
    let work: StoreWork
    /// The store's own thread: file locks and small reads and writes block it and nothing else.
    private let thread: DedicatedThread
    var index: IndexFile
    /// Manifests and configurations that were read; they never change.
    var documents: [Digest: ImageDocuments] = [:]
    private(set) var journalOfProcess: Journal?

    /// What is going on in a store.
    struct StoreWork: Sendable {
        let pulls = SharedWork<String, PullProgress, StoredImage>()
        let layers = SharedWork<Digest, PullProgress, Void>()
        let slots: Slots
    }

    public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    private init(_ configuration: Configuration) {
        self.configuration = configuration
        paths = StorePaths(images: configuration.imagesDirectory, layers: configuration.layersDirectory)
        blobs = BlobStore(directory: paths.blobs, ingestDirectory: paths.ingest)
        layers = LayerStore(directory: paths.layers)
        registry = RegistryClient(configuration: configuration.registry)
        work = StoreWork(slots: Slots(configuration.parallelLayers))
        thread = DedicatedThread(name: "images")
        index = IndexFile(path: paths.indexFile)
    }

    /// Opens a store, making it when it is not there, and finishes or undoes what a crash left half made.
    public static func open(_ configuration: Configuration) async throws -> ImageStore {
        let store = ImageStore(configuration)
        do {
            try await store.prepare()
        } catch {
            throw ImageError.mapping(error, image: configuration.imagesDirectory)
        }
        return store
    }

    /// Names the registries that may be asked over plain http from now on, in place of those that were named before.
    public nonisolated func allowPlainText(hosts: Set<String>) { registry.allowPlainText(hosts: hosts) }

    private func prepare() throws {
        try paths.prepare()
        try recover()
    }

    /// The journal of this process; made with the first thing that is written.
    func journal() throws -> Journal {
        if let journalOfProcess { return journalOfProcess }
        let journal = try Journal(directory: paths.journals)
        journalOfProcess = journal
        return journal
    }

    /// Takes the journal of this process away. The next thing that is written begins another.
    func removeJournal() throws {
        try journalOfProcess?.remove()
        journalOfProcess = nil
    }
}
