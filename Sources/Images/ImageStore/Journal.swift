import Glibc
import Linux
import OCISpec
import Synchronization

/// What a process is about to add to a store, written down before it is begun.
///
/// One file a process, a line each: `boot ID`, `make blob DIGEST`, `make layer DIGEST`, and `use …` for what was there
/// already and must stay. The file is locked for as long as the process lives; one whose lock is free is left over. It is
/// emptied when everything that it names has reached the disk.
final class Journal: Sendable {
    /// Something that a journal names.
    enum Item: Hashable, Sendable {
        case blob(Digest)
        case layer(Digest)

        fileprivate var text: String {
            switch self {
            case .blob(let digest): "blob \(digest)"
            case .layer(let digest): "layer \(digest)"
            }
        }

        fileprivate init?(kind: Substring, digest: Substring) {
            // A line that was cut off names something that was not begun.
            guard let digest = try? Digest(String(digest)) else { return nil }
            switch kind {
            case "blob": self = .blob(digest)
            case "layer": self = .layer(digest)
            default: return nil
            }
        }
    }

    /// The name of the journal, which begins the name of everything that is half made for it.
    let name: String
    private let path: String
    private let file: Descriptor
    private let bootLine: String
    private struct State {
        var working = 0
        var additions = 0
        var hasMade = false
    }
    private let state = Mutex(State())

    /// Makes and locks the journal of this process.
    init(directory: String) throws {
        name = String(UInt64.random(in: .min ... .max), radix: 36)
        path = "\(directory)/\(name).journal"
        bootLine = "boot \(try Self.bootID())\n"
        // Locked before it has its name: a journal without a lock is fair game.
        let temporary = "\(directory)/.\(name).tmp"
        file = try Descriptor.open(temporary, O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW, mode: 0o600)
        let number = file.rawValue
        try retrying("flock", temporary) { flock(number, LOCK_EX | LOCK_NB) }
        try file.writeAll(Array(bootLine.utf8))
        try FileSystem.rename(temporary, path)
        try FileSystem.synchronize(directory: directory)
    }

    /// Notes what is about to be made and what must not go away meanwhile. The store's lock must be held, so that a
    /// collection sees either all of it or nothing. `end` must follow.
    func begin(making: [Item], using: [Item]) throws {
        let lines = making.map { "make \($0.text)\n" } + using.map { "use \($0.text)\n" }
        try file.writeAll(Array(lines.joined().utf8))
        try file.synchronize()
        state.withLock { state in
            state.working += 1
            state.additions += 1
            state.hasMade = state.hasMade || !making.isEmpty
        }
    }

    /// Whether anything was made that may not be on the disk.
    var hasMade: Bool { state.withLock { $0.hasMade } }

    /// The work that `begin` announced has ended, in one way or the other.
    func end() {
        state.withLock { $0.working -= 1 }
    }

    /// Empties the journal when nothing is being made and `synchronize` has brought all that was made to the disk.
    /// Blocks the thread.
    func settle(_ synchronize: () throws -> Void) throws {
        let before = state.withLock { $0.additions }
        try synchronize()
        let number = file.rawValue
        try state.withLock { state in
            guard state.working == 0, state.additions == before else { return }
            try retrying("ftruncate", path) { ftruncate(number, 0) }
            try file.writeAll(Array(bootLine.utf8))
        }
    }

    /// Takes the journal away, when nothing is being made and it has been settled.
    func remove() throws(SystemError) {
        guard state.withLock({ $0.working == 0 }) else { return }
        try FileSystem.removeFile(path)
    }

    /// A journal on disk.
    struct Found: Sendable {
        var name: String
        var path: String
        var isAlive: Bool
        var bootID: String?
        var making: Set<Item> = []
        var using: Set<Item> = []
    }

    /// All journals of a store.
    static func all(in directory: String) throws -> [Found] {
        var found: [Found] = []
        for file in try FileSystem.list(directory) {
            let path = "\(directory)/\(file)"
            guard let journal = try read(path, name: String(file.split(separator: ".").first ?? "")) else { continue }
            if file.hasSuffix(".journal") {
                found.append(journal)
            } else if !journal.isAlive {
                try FileSystem.removeFile(path)
            }
        }
        return found
    }

    private static func read(_ path: String, name: String) throws -> Found? {
        do throws(SystemError) {
            let descriptor = try Descriptor.open(path, O_RDONLY | O_NOFOLLOW)
            let isAlive = flock(descriptor.rawValue, LOCK_SH | LOCK_NB) == -1
            var found = Found(name: name, path: path, isAlive: isAlive)
            let text = String(decoding: try descriptor.readToEnd(limit: 64 << 20), as: UTF8.self)
            for line in text.split(separator: "\n") {
                let words = line.split(separator: " ")
                if words.count == 2, words[0] == "boot" { found.bootID = String(words[1]) }
                guard words.count == 3, let item = Item(kind: words[1], digest: words[2]) else { continue }
                if words[0] == "make" { found.making.insert(item) } else { found.using.insert(item) }
            }
            return found
        } catch {
            // Its process has just removed it.
            guard error.errno == ENOENT else { throw error }
            return nil
        }
    }

    /// The kernel's identifier of this boot.
    static func bootID() throws(SystemError) -> String {
        try FileSystem.readText("/proc/sys/kernel/random/boot_id")
    }
}
