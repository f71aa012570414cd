import Glibc
import Linux
import Networks
import TestSupport
import Testing

@Suite("Namespaces of pods", .needsPrivateHost) struct PodNamespacesTests {
    /// The number by which the kernel knows what is pinned at a path.
    private func inode(_ path: String) throws -> UInt64 {
        var buffer = Glibc.stat()
        guard stat(path, &buffer) == 0 else { throw SystemError.last("stat", path) }
        return UInt64(buffer.st_ino)
    }

    @Test("Namespaces outlive their maker, are made once, and leave nothing") func lifecycle() throws {
        let directory = try TemporaryDirectory("ns")
        try inPrivateNetwork {
            let path = directory("pod")
            func create(_ kinds: Set<NamespaceKind>) throws {
                try onFreshThread { try PodNamespaces.createHere(kinds, in: path, hostname: "web-0") }
            }
            #expect(PodNamespaces.pinned(in: path).isEmpty)
            try create(PodNamespaces.kinds)
            #expect(PodNamespaces.pinned(in: path) == PodNamespaces.kinds)
            let first = try ["net", "ipc", "uts"].map { try inode("\(path)/\($0)") }
            #expect(Set(first).count == 3)
            try create(PodNamespaces.kinds)
            #expect(try ["net", "ipc", "uts"].map { try inode("\(path)/\($0)") } == first)
            let name = try Command("nsenter", "--uts=\(path)/uts", "hostname").run().checked().text
            #expect(name == "web-0\n")
            // Half made: one is missing, one is an empty file.
            try Mount.unmount("\(path)/ipc", detach: true)
            try Namespace.unpin("\(path)/uts")
            #expect(PodNamespaces.pinned(in: path) == [.network])
            try create(PodNamespaces.kinds)
            #expect(PodNamespaces.pinned(in: path) == PodNamespaces.kinds)
            #expect(try inode("\(path)/net") == first[0])
            try PodNamespaces.remove(in: path)
            #expect(!FileSystem.exists(path))
            try PodNamespaces.remove(in: path)
            // With the host's network a pod has the host's name too.
            try create([.ipc])
            #expect(PodNamespaces.pinned(in: path) == [.ipc])
            try PodNamespaces.remove(in: path)
        }
    }
}
