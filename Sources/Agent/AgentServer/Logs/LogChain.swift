import Glibc
import Linux

/// All files of a log.
enum LogChain {
    /// How often it is begun again because a file was put aside meanwhile.
    private static let attempts = 20

    /// Opens them, the newest first. There is at least the one that is written.
    static func open(_ path: String) throws(SystemError) -> [LogSource] {
        var attempt = 1
        while true {
            do throws(SystemError) {
                let found = try list(path)
                // Nothing was put aside meanwhile: none is missing, none is there twice.
                if try FileSystem.status(path).inode == found[0].identity || attempt == attempts { return found }
            } catch {
                // Between the two steps of a rotation the log has no file of its name.
                guard error.errno == ENOENT, attempt < attempts, FileSystem.exists("\(path).1") else { throw error }
                sched_yield()
            }
            attempt += 1
        }
    }

    private static func list(_ path: String) throws(SystemError) -> [LogSource] {
        var found = [try LogSource.current(path)]
        while let older = try LogSource.rotated(path, found.count) { found.append(older) }
        return found
    }

    /// The files that come after one, the oldest first; nil where that is the one that is written. All, where it is not there any more.
    static func files(after source: LogSource, of path: String) throws(SystemError) -> [LogSource]? {
        let all = try open(path)
        guard let place = all.firstIndex(where: { $0.identity == source.identity }) else { return all.reversed() }
        return place == 0 ? nil : all[..<place].reversed()
    }
}
