import Glibc
import JSONCoding
import Linux

/// `status.json`, as the monitor writes it.
struct StatusFile: Decodable {
    /// The version of the format that is read here.
    static let version = 1

    var version: Int
    var pid: Int32
    var startTime: UInt64
    var startedAt: String?
    var finishedAt: String?
    var exitCode: Int32?
    var signal: Int32?
    var oomKilled: Bool?
    var error: String?

    /// Reads the record of a run directory; nil where there is none yet.
    static func read(_ directory: String) throws(MonitorError) -> StatusFile? {
        let path = "\(directory)/status.json"
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try FileSystem.read(path, limit: 1 << 20)
        } catch  where error.errno == ENOENT {
            return nil
        } catch {
            throw .system(error)
        }
        let record: StatusFile
        do { record = try JSON.decode(StatusFile.self, from: bytes) } catch {
            throw .badRecord(path: path, reason: "\(error)")
        }
        guard record.version == version else {
            throw .badRecord(path: path, reason: "version \(record.version) is not known here")
        }
        return record
    }

    /// What a monitor in its second half was given: `--watch PID,START TIME,NANOSECONDS SINCE 1970,…`. Nil for one that has not come to it.
    init?(monitor pid: pid_t) {
        // ENOENT: it has ended.
        guard let bytes = try? FileSystem.read("/proc/\(pid)/cmdline", limit: 1 << 20) else { return nil }
        let words = bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        guard let flag = words.lastIndex(of: "--watch"), flag + 1 < words.count else { return nil }
        let fields = words[flag + 1].split(separator: ",", maxSplits: 3)
        guard fields.count == 4, let pid = Int32(fields[0]), let startTime = UInt64(fields[1]), let nanoseconds = Int64(fields[2])
        else { return nil }
        version = StatusFile.version
        self.pid = pid
        self.startTime = startTime
        startedAt = Timestamp(nanosecondsSinceEpoch: nanoseconds).description
    }

    /// The record of a container that runs.
    var json: [UInt8] {
        Array("{\"version\": \(version), \"pid\": \(pid), \"startTime\": \(startTime), \"startedAt\": \"\(startedAt ?? "")\"}\n".utf8)
    }

    /// When the container began to run; nil where it never did.
    var started: Timestamp? { startedAt.flatMap { Timestamp(rfc3339: $0) } }

    /// How it ended; nil where it runs, as far as the record knows.
    var exit: ContainerExit? {
        if let finishedAt, let finished = Timestamp(rfc3339: finishedAt), let exitCode {
            var exit = ContainerExit(exitCode: exitCode, startedAt: started, finishedAt: finished)
            exit.signal = signal
            exit.oomKilled = oomKilled ?? false
            exit.error = error
            return exit
        }
        return error.map { ContainerExit.neverRan($0) }
    }
}
