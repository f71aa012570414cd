import Glibc

/// The variables of the process.
enum ProcessEnvironment {
    static func variables() -> [String: String] {
        var variables: [String: String] = [:]
        var next = environ
        while let entry = next.pointee {
            next += 1
            let parts = String(cString: entry).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { continue }
            // The first of two counts, as for getenv(3).
            variables[String(parts[0])] = variables[String(parts[0])] ?? String(parts[1])
        }
        return variables
    }
}
