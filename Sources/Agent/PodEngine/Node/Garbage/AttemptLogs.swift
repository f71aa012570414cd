import Glibc
import Linux

/// The logs of a container's attempts on disk: `<number>.log`, and what was rotated away from it beside it.
struct AttemptLogs: Sendable {
    let folder: String

    /// The attempts of which there are logs, but for the latest: that one has a status of its own.
    func over(before latest: Int) throws(SystemError) -> [DeadAttempts.Attempt] {
        var ends: [Int: Timestamp] = [:]
        for name in try names() {
            guard let number = Self.number(of: name), number < latest else { continue }
            do throws(SystemError) {
                let modified = try FileSystem.linkStatus("\(folder)/\(name)").modified
                ends[number] = max(ends[number] ?? modified, modified)
            } catch {
                // Rotated away meanwhile.
                if error.errno != ENOENT { throw error }
            }
        }
        return ends.map { .init(folder: folder, number: $0.key, ended: $0.value) }
    }

    func remove(_ numbers: Set<Int>) throws(SystemError) {
        for name in try names() {
            guard let number = Self.number(of: name), numbers.contains(number) else { continue }
            try FileSystem.removeFile("\(folder)/\(name)")
        }
    }

    /// Says that an attempt is over now: a container that was silent would have ended long ago by the time of its log.
    func mark(_ number: Int) throws(SystemError) {
        let path = "\(folder)/\(number).log"
        do throws(SystemError) {
            try retrying("utimensat", path) { utimensat(AT_FDCWD, path, nil, AT_SYMLINK_NOFOLLOW) }
        } catch {
            // It never wrote one.
            if error.errno != ENOENT { throw error }
        }
    }

    private func names() throws(SystemError) -> [String] {
        do throws(SystemError) { return try FileSystem.list(folder) } catch {
            if error.errno == ENOENT { return [] }
            throw error
        }
    }

    private static func number(of name: String) -> Int? { name.split(separator: ".").first.flatMap { Int($0) } }
}
