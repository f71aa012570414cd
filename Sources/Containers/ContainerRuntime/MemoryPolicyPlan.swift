import CLinux
import Glibc
import Linux
import OCISpec

/// `linux.memoryPolicy` in the numbers of set_mempolicy(2) (linux/mempolicy.h).
struct MemoryPolicyPlan: Sendable {
    private let mode: Int32
    private let nodes: NumberList?
    private let name: String

    // The position is the number.
    private static let modes = [
        "MPOL_DEFAULT", "MPOL_PREFERRED", "MPOL_BIND", "MPOL_INTERLEAVE", "MPOL_LOCAL", "MPOL_PREFERRED_MANY",
        "MPOL_WEIGHTED_INTERLEAVE",
    ]
    private static let flags: [String: Int32] = [
        "MPOL_F_STATIC_NODES": 1 << 15, "MPOL_F_RELATIVE_NODES": 1 << 14, "MPOL_F_NUMA_BALANCING": 1 << 13,
    ]

    static var modeNames: [String] { modes }
    static var flagNames: [String] { flags.keys.sorted() }

    init(_ policy: RuntimeSpec.Linux.MemoryPolicy) throws(RuntimeError) {
        func invalid(_ message: String) -> RuntimeError {
            RuntimeError(.invalidConfiguration, "linux.memoryPolicy\(message)")
        }
        guard let name = policy.mode, !name.isEmpty else { throw invalid(" has no mode") }
        guard let number = Self.modes.firstIndex(of: name) else { throw invalid(".mode \"\(name)\" is not known") }
        var mode = Int32(number)
        for flag in policy.flags ?? [] {
            guard let bit = Self.flags[flag] else { throw invalid(".flags has \"\(flag)\", which is not known") }
            mode |= bit
        }
        if let text = policy.nodes, !text.isEmpty {
            guard let list = NumberList(text) else { throw invalid(".nodes \"\(text)\" is no list of nodes") }
            nodes = list
        } else {
            nodes = nil
        }
        self.mode = mode
        self.name = name
    }

    /// For the calling process and all that it starts.
    func apply() throws(RuntimeError) {
        try step("set the memory policy") { () throws(SystemError) in
            // The kernel takes one bit less than it is told.
            let words = nodes?.words ?? []
            try retrying("set_mempolicy", name) {
                Int32(clinux_set_mempolicy(mode, words.isEmpty ? nil : words, UInt(words.count * 64 + (words.isEmpty ? 0 : 1))))
            }
        }
    }
}
