import Linux

/// The monitor's own oom_score_adj: it is the last process that should go when memory runs out.
enum OOMScore {
    private static let file = "/proc/self/oom_score_adj"

    /// Lowers it to −1000, and gives what it was. Without CAP_SYS_RESOURCE it stays as it is.
    ///
    /// Done after the container was made, so that it does not inherit it.
    static func lower() -> Int32 {
        // A convenience of the kernel's: a machine that does not offer or allow it runs the container all the same.
        guard let text = try? FileSystem.readText(file), let before = Int32(text) else { return 0 }
        try? FileSystem.writeKernelFile(file, "-1000")
        return before
    }

    /// Sets it back, for a program that the monitor starts.
    static func restore(_ adjustment: Int32) {
        // Raising it back is always allowed; where it was never lowered nothing changes.
        try? FileSystem.writeKernelFile(file, "\(adjustment)")
    }
}
