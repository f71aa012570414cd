import Glibc

extension Journal {
    /// Whether standard error leads into the journal: systemd says in JOURNAL_STREAM which device and inode that is
    /// (systemd.exec(5)). A program whose standard error has been led elsewhere since has the variable all the same.
    public static var isStandardError: Bool {
        guard let words = getenv("JOURNAL_STREAM").map({ String(cString: $0).split(separator: ":") }), words.count == 2,
            let device = UInt64(words[0]), let inode = UInt64(words[1])
        else { return false }
        var status = stat()
        // A closed standard error leads nowhere.
        guard fstat(STDERR_FILENO, &status) == 0 else { return false }
        return status.st_dev == device && status.st_ino == inode
    }
}
