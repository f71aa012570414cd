import Linux
import PodSpec

/// Keeps an eye on the folder of manifests and tells, after each change, what it wants.
///
/// A file that comes by rename is read at once, one that is written is read when it is closed. A file that vanishes is
/// given a moment: editors put the old file aside before they write the new one, and a rename is two events.
package struct ManifestSource: ~Copyable {
    /// How long a vanished file may take to come back.
    private static let returnDelay = Duration.milliseconds(100)
    /// How long files may take to come back in a folder that is new.
    private static let refillDelay = Duration.seconds(1)

    private var watch: FolderWatch
    /// Readable when there are changes, or somebody rings.
    private let wakers: Epoll
    private var set: ManifestSet
    /// Not the engine's: files come back in the machine's own time.
    private let clock = SystemClock()
    /// Files that somebody has begun to write and not closed: what they say so far does not count.
    private var unfinished: Set<String> = []
    /// Vanished files and when they count as gone.
    private var leaving: [String: Monotonic] = [:]

    /// Files that could not be read, and the folder by an empty name: when to try again, and how long after the last time that is.
    private var failing: [String: (next: Monotonic, delay: Duration)] = [:]
    private static let firstRetry = Duration.seconds(1)
    private static let lastRetry = Duration.seconds(60)

    private var directory: String { watch.directory }

    /// - Parameter incumbents: the pods that ran under an earlier agent, with their files.
    package init(directory: String, incumbents: [DesiredPod]) throws(SystemError) {
        try self.init(directory: directory, incumbents: incumbents, bell: nil)
    }

    /// - Parameter bell: wakes the loop that asks; it must last as long as the source.
    init(
        directory: String,
        incumbents: [DesiredPod],
        objects: [DesiredObject] = [],
        bell: LoopBell?
    ) throws(SystemError) {
        let watch = try FolderWatch(directory)
        let wakers = try Epoll()
        try wakers.add(watch.descriptor, .readable, token: 0)
        if let bell { try wakers.add(bell.descriptor, .readable, token: 1) }
        self.watch = watch
        self.wakers = wakers
        set = ManifestSet(incumbents: incumbents, objects: objects)
    }

    /// What the folder wants now; the beginning of `next`.
    package mutating func first() throws(SystemError) -> ManifestSnapshot {
        try look(vanishedFor: .zero)
        return set.snapshot()
    }

    /// Waits for changes and answers what the folder wants after them. Throws `CancellationError` when the task is
    /// cancelled.
    package mutating func next() async throws -> ManifestSnapshot {
        while true {
            if let snapshot = try await nextUnlessRung() { return snapshot }
        }
    }

    /// The same, or nil where only the bell has rung.
    mutating func nextUnlessRung() async throws -> ManifestSnapshot? {
        try await wait()
        let changes = try watch.changes()
        let now = clock.uptime
        if changes.isEmpty && !deadlines.contains(where: { $0 <= now }) { return nil }
        var dirty: Set<String> = []
        var mustLook = false
        var isFolderNew = false
        for change in changes {
            switch change {
            case .everything: mustLook = true
            case .lost:
                // Among what was lost may be the closing of files.
                unfinished = []
                mustLook = true
            case .folder: isFolderNew = true
            case .vanished(let name): vanish(name, for: Self.returnDelay)
            case .written(let name): unfinished.insert(name)
            case .completed(let name):
                unfinished.remove(name)
                dirty.insert(name)
            case .appeared(let name):
                if isComplete(name) { dirty.insert(name) } else { unfinished.insert(name) }
            case .touched(let name):
                // Programs that copy a file give it its mode when they have closed it.
                if !unfinished.contains(name) { dirty.insert(name) }
            }
        }
        if isFolderNew {
            try look(vanishedFor: Self.refillDelay)
        } else if mustLook {
            lookAtFiles(vanishedFor: Self.returnDelay)
        } else {
            for name in dirty { read(name) }
        }
        retry()
        sweep()
        return set.snapshot()
    }

    /// When there is something to do without a change.
    private var deadlines: [Monotonic] { leaving.values + failing.values.map(\.next) }

    private func wait() async throws {
        guard let deadline = deadlines.min() else {
            return try await EventThread.shared.waitUntilReadable(wakers.descriptor.rawValue)
        }
        let (descriptor, clock) = (wakers.descriptor.rawValue, clock)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await EventThread.shared.waitUntilReadable(descriptor) }
            group.addTask { try await clock.sleep(until: deadline) }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// Watches the folder, be it another one than before, and looks at all its files.
    private mutating func look(vanishedFor delay: Duration) throws(SystemError) {
        (unfinished, failing) = ([], [:])
        guard try watch.establish() else {
            // A folder that is not there says nothing: neither that its pods are to run nor that they are not.
            set.folderProblem = ManifestProblem(
                file: directory,
                message: "the folder is not there; its pods stay as they are until it is back"
            )
            return
        }
        lookAtFiles(vanishedFor: delay)
    }

    private mutating func lookAtFiles(vanishedFor delay: Duration) {
        let names: [String]
        do throws(SystemError) {
            names = try FileSystem.list(directory).filter(ManifestFile.isManifest)
        } catch {
            set.folderProblem = ManifestProblem(file: directory, message: "cannot be read: \(error.message)")
            if ManifestFile.passing.contains(error.errno) { fail("") }
            return
        }
        failing[""] = nil
        set.folderProblem = nil
        // Of two files that name one pod, and of which no earlier agent knew, the older one was first.
        let ages = names.map { name in
            // One that cannot be looked at is reported when it is read.
            (name: name, modified: (try? FileSystem.linkStatus("\(directory)/\(name)"))?.modified)
        }
        let never = Timestamp(nanosecondsSinceEpoch: .max)
        for (name, _) in ages.sorted(by: { ($0.modified ?? never, $0.name) < ($1.modified ?? never, $1.name) }) {
            read(name)
        }
        for name in set.names.subtracting(names) { vanish(name, for: delay) }
        if delay == .zero { sweep() }
    }

    private mutating func read(_ name: String) {
        if unfinished.contains(name) {
            failing[name] = nil
            return
        }
        let reading = ManifestFile(directory: directory, name: name).read()
        if case .failed = reading { fail(name) } else { failing[name] = nil }
        switch reading {
        case .gone:
            vanish(name, for: Self.returnDelay)
        case .passedOver:
            vanish(name, for: .zero)
        case .manifest(let result, _), .failed(let result):
            leaving[name] = nil
            set.read(name, result)
            if isSymbolicLink(name) { watch.watchTarget(of: name) }
        }
    }

    private mutating func fail(_ name: String) {
        let delay = failing[name].map { min($0.delay * 2, Self.lastRetry) } ?? Self.firstRetry
        failing[name] = (clock.uptime.advanced(by: delay), delay)
    }

    /// Reads again what could not be read and has waited long enough: nothing tells of the end of such a failure.
    private mutating func retry() {
        let now = clock.uptime
        for name in failing.filter({ $0.value.next <= now }).keys.sorted() {
            if name.isEmpty { lookAtFiles(vanishedFor: Self.returnDelay) } else { read(name) }
        }
    }

    private mutating func vanish(_ name: String, for delay: Duration) {
        unfinished.remove(name)
        failing[name] = nil
        guard set.names.contains(name) else { return }
        set.leave(name)
        leaving[name] = leaving[name] ?? clock.uptime.advanced(by: delay)
    }

    /// Files whose time to come back is over are gone, unless they are being written.
    private mutating func sweep() {
        let now = clock.uptime
        for (name, deadline) in leaving where deadline <= now {
            leaving[name] = nil
            if unfinished.contains(name) {
                // Its closing will tell; until then its last good version stands.
                continue
            }
            set.remove(name)
        }
    }

    /// A new name: a symlink or a second link is complete, a file that was just made is about to be written.
    private func isComplete(_ name: String) -> Bool {
        // Gone again: reading it says so. (It is not unfinished: nobody is going to close it.)
        guard let status = try? FileSystem.linkStatus("\(directory)/\(name)") else { return true }
        if unfinished.contains(name) { return false }
        return status.kind != .regular || status.linkCount > 1 || set.has(name)
    }

    private func isSymbolicLink(_ name: String) -> Bool {
        (try? FileSystem.linkStatus("\(directory)/\(name)"))?.kind == .symbolicLink  // gone: no link
    }
}
