import Glibc
import Linux
import NetworkSpec

/// The name server's folder, CONFIG/aardvark-dns: a file for each network.
///
/// Whoever changes it holds the lock of CONFIG/aardvark.lock, and a file is replaced by a rename: the server never sees half
/// of one. (netavark writes them in place, and a server that reads an empty one takes its network for ended.)
struct NameFolder: Sendable {
    let path: String
    static let internalSuffix = "%int"
    static let pidFile = "aardvark.pid"

    init(_ config: String) { path = "\(config)/aardvark-dns" }

    private func file(_ network: String, isInternal: Bool) -> String {
        "\(path)/\(network)\(isInternal ? Self.internalSuffix : "")"
    }

    private func lines(_ path: String) throws(SystemError) -> [String]? {
        try StateFolder.read(path).map {
            String(decoding: $0, as: UTF8.self).split(separator: "\n").map(String.init)
        }
    }

    private func write(_ path: String, _ lines: [String]) throws(SystemError) {
        try FileSystem.writeAtomically(path, Array((lines.joined(separator: "\n") + "\n").utf8), durable: false)
    }

    /// Puts a container's names into its network's file.
    func add(_ entry: NameEntry) throws(SystemError) {
        try FileSystem.makeDirectories(path)
        let file = file(entry.network, isInternal: entry.isInternal)
        let others = try lines(file)?.dropFirst().filter { !$0.hasPrefix("\(entry.container) ") } ?? []
        try write(file, [NameEntry.head(entry.listenAddresses, entry.networkServers)] + others + [entry.line])
    }

    /// Takes a container's names out of a network's file, and the file away with the last. False where there were none.
    @discardableResult
    func remove(container: String, network: String, isInternal: Bool) throws(SystemError) -> Bool {
        let file = file(network, isInternal: isInternal)
        guard let lines = try lines(file) else { return false }
        let rest = lines.dropFirst().filter { !$0.hasPrefix("\(container) ") }
        if rest.isEmpty {
            try FileSystem.removeFile(file)
        } else {
            try write(file, lines.prefix(1) + rest)
        }
        return true
    }

    /// Gives a network other servers for what is not its own. False where the network has no names.
    func update(network: String, servers: [IPAddress]) throws -> Bool {
        for isInternal in [false, true] {
            let file = file(network, isInternal: isInternal)
            guard let lines = try lines(file), let head = lines.first else { continue }
            let listen = head.split(separator: " ").first.map(String.init) ?? ""
            let text = servers.map(\.description).joined(separator: ",")
            try write(file, [text.isEmpty ? listen : "\(listen) \(text)"] + lines.dropFirst())
            return true
        }
        return false
    }

    /// Whether no network is left.
    var isEmpty: Bool {
        get throws(SystemError) {
            try StateFolder.list(path).allSatisfy { $0 == Self.pidFile || $0.hasPrefix(".") }
        }
    }
}
