import CLinux
import Glibc
import JSONCoding
import Linux

/// The folder of one container's state.
///
/// Whoever changes a container holds a lock on its folder; a process that is killed loses it.
struct StateStore {
    let root: String
    let id: String

    var directory: String { "\(root)/\(id)" }
    private var statePath: String { directory + "/state.json" }
    /// A copy of `config.json` as it was at creation: the bundle may change under a running container.
    var configurationPath: String { directory + "/config.json" }
    /// There while the container waits to be started.
    var startSocketPath: String { directory + "/start" }

    init(root: String, id: String) throws(RuntimeError) {
        try ContainerRecord.check(id: id)
        self.root = root
        self.id = id
    }

    /// Makes the folder. Of two that create one id at once, one fails here.
    func create() throws(RuntimeError) -> Descriptor {
        if mkdir(directory, 0o700) == -1 {
            if errno == ENOENT {
                try step("create the state folder") { () throws(SystemError) in
                    try FileSystem.makeDirectories(root, mode: 0o700)
                }
                if mkdir(directory, 0o700) == 0 { return try lockNew() }
            }
            let error = SystemError.last("mkdir", directory)
            if error.errno == EEXIST {
                throw RuntimeError(.containerExists, "container with given ID already exists: \(id)")
            }
            throw RuntimeError(.failed, "create the state folder: \(error)")
        }
        return try lockNew()
    }

    private func lockNew() throws(RuntimeError) -> Descriptor {
        do throws(RuntimeError) { return try lock() } catch {
            // Made in vain; what another has put into it meanwhile stays.
            rmdir(directory)
            throw error
        }
    }

    /// Locks the container until the descriptor is closed.
    func lock() throws(RuntimeError) -> Descriptor {
        do throws(SystemError) {
            let folder = try Descriptor.open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
            let number = folder.rawValue
            try retrying("flock", directory) { flock(number, LOCK_EX) }
            return folder
        } catch {
            if error.errno == ENOENT { throw notFound }
            throw RuntimeError(.failed, "lock the container: \(error)")
        }
    }

    func write(_ record: ContainerRecord) throws(RuntimeError) {
        let bytes: [UInt8]
        do { bytes = try JSON.encode(record) } catch { throw RuntimeError(.failed, "encode the state: \(error)") }
        try step("write the state") { () throws(SystemError) in
            try FileSystem.writeAtomically(statePath, bytes, mode: 0o600, durable: false)
        }
    }

    /// The record; nil for a folder whose maker was killed before it wrote one.
    func read() throws(RuntimeError) -> ContainerRecord? {
        let bytes: [UInt8]
        do throws(SystemError) { bytes = try FileSystem.read(statePath, limit: 1 << 20) } catch {
            guard error.errno == ENOENT else { throw RuntimeError(.failed, "read the state: \(error)") }
            if FileSystem.exists(directory) { return nil }
            throw notFound
        }
        do { return try JSON.decode(ContainerRecord.self, from: bytes) } catch {
            throw RuntimeError(.failed, "\(statePath): \(error)")
        }
    }

    /// The record of a container that was made completely.
    func record() throws(RuntimeError) -> ContainerRecord {
        guard let record = try read() else {
            throw RuntimeError(.wrongState, "container \(id) was not created completely; delete it")
        }
        return record
    }

    func remove() throws(RuntimeError) {
        try step("remove the state folder") { () throws(SystemError) in try FileSystem.removeTree(directory) }
    }

    private var notFound: RuntimeError { RuntimeError(.containerNotFound, "container does not exist: \(id)") }

    /// The ids that have a folder.
    static func ids(in root: String) throws(RuntimeError) -> [String] {
        do throws(SystemError) { return try FileSystem.list(root).filter { !$0.hasPrefix(".") } } catch {
            if error.errno == ENOENT { return [] }
            throw RuntimeError(.failed, "list containers: \(error)")
        }
    }
}
