import Glibc
import Linux
import OCISpec
import Seccomp
import TestSupport
import Testing

@Suite struct SeccompCacheTests {
    private let directory: TemporaryDirectory
    private let cache: SeccompCache
    private let section: Section

    init() throws {
        directory = try TemporaryDirectory("seccomp")
        cache = SeccompCache(directory: directory("cache"))
        var section = Section(defaultAction: .allow)
        section.syscalls = [.init(names: ["mkdirat"], action: .errno)]
        self.section = section
    }

    private func onlyFile() throws -> String {
        let names = try FileSystem.list(cache.directory)
        return "\(cache.directory)/\(try #require(names.first))"
    }

    @Test func theSecondReadIsOfTheFile() throws {
        let first = try cache.program(for: section)
        let path = try onlyFile()
        #expect(try FileSystem.status(path).permissions == 0o600)
        let modified = try FileSystem.status(path).modified
        #expect(try cache.program(for: section) == first)
        #expect(try FileSystem.status(path).modified == modified)
    }

    @Test func equalSectionsShareAFileAndOthersDoNot() throws {
        _ = try cache.program(for: section)
        _ = try cache.program(for: section)
        #expect(try FileSystem.list(cache.directory).count == 1)
        var other = section
        other.syscalls?[0].errnoRet = 5
        _ = try cache.program(for: other)
        #expect(try FileSystem.list(cache.directory).count == 2)
    }

    @Test(arguments: [0, 40, 70]) func aDamagedFileIsCompiledAnew(position: Int) throws {
        let good = try cache.program(for: section)
        let path = try onlyFile()
        var bytes = try FileSystem.read(path)
        bytes[position] ^= 0xFF
        try FileSystem.write(path, bytes)
        #expect(try cache.program(for: section) == good)
        #expect(try cache.program(for: section) == good)
    }

    @Test func whatOthersMayWriteIsNotTrusted() throws {
        let good = try cache.program(for: section)
        let path = try onlyFile()
        // A program that allows everything, with all its hashes right but in a file that anybody could have written.
        let key = Array(try FileSystem.read(path)[..<32])
        let open: [UInt8] = [6, 0, 0, 0, 0, 0, 0xFF, 0x7F]
        try FileSystem.write(path, key + SHA256.hash(open) + open)
        #expect(chmod(path, 0o666) == 0)
        #expect(try cache.program(for: section) == good)
        try FileSystem.write(path, key + SHA256.hash(open) + open)
        #expect(chmod(path, 0o600) == 0)
        #expect(chmod(cache.directory, 0o777) == 0)
        #expect(try cache.program(for: section) == good)
    }

    @Test func anUnusableCacheIsNoObstacle() throws {
        let blocked = SeccompCache(directory: try directory.write("file", "") + "/cache")
        #expect(try blocked.program(for: section).bytes.isEmpty == false)
    }
}
