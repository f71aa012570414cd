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

    @Test("Parameters are those of the namespaces that are pinned, and of none that is not") func parameters() throws {
        let directory = try TemporaryDirectory("ns")
        try inPrivateNetwork {
            let path = directory("pod")
            func set(_ parameters: PodNamespaces.Parameter...) throws {
                try onFreshThread { try PodNamespaces.setParametersHere(parameters, in: path) }
            }
            try onFreshThread { try PodNamespaces.createHere([.network, .ipc], in: path, hostname: "web-0") }
            let before = try FileSystem.readText("/proc/sys/kernel/shm_rmid_forced")
            try set(.init(.network, "net/ipv4/ip_unprivileged_port_start", "81"), .init(.ipc, "kernel/shm_rmid_forced", "1"))
            let inside = try Command(
                "nsenter", "--net=\(path)/net", "--ipc=\(path)/ipc",
                "cat", "/proc/sys/net/ipv4/ip_unprivileged_port_start", "/proc/sys/kernel/shm_rmid_forced"
            ).run().checked().text
            #expect(inside == "81\n1\n")
            #expect(try FileSystem.readText("/proc/sys/kernel/shm_rmid_forced") == before)
            // No way out of /proc/sys, and no value that the kernel does not take.
            #expect(throws: SystemError.self) { try set(.init(.network, "../../etc/passwd", "x")) }
            #expect(throws: SystemError.self) { try set(.init(.network, "net/ipv4/ip_unprivileged_port_start", "many")) }
            try Namespace.unpin("\(path)/ipc")
            #expect(throws: SystemError.self) { try set(.init(.ipc, "kernel/shm_rmid_forced", "1")) }
            #expect(try FileSystem.readText("/proc/sys/kernel/shm_rmid_forced") == before)
            try PodNamespaces.remove(in: path)
        }
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
