import Glibc

extension FileSystem {
    /// Removes from a folder what `writeAtomically` left there when its process was killed between write and rename:
    /// `.<name>.<pid>.<thread>.tmp` of a process that is gone. A folder that is not there has nothing of it.
    public static func removeUnfinished(in directory: String) throws(SystemError) {
        let names: [String]
        do throws(SystemError) {
            names = try list(directory)
        } catch {
            if error.errno == ENOENT { return }
            throw error
        }
        for name in names where name.hasPrefix(".") && name.hasSuffix(".tmp") {
            let parts = name.split(separator: ".")
            guard parts.count >= 4, let pid = pid_t(parts[parts.count - 3]), pid > 0 else { continue }
            // Whoever is alive may be writing it. Where a number was given again, the file waits for a later time.
            if kill(pid, 0) == -1 && errno == ESRCH { try removeFile("\(directory)/\(name)") }
        }
    }
}
