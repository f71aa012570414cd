import Glibc
import Linux
import TestSupport
import Testing

/// A monitor whose log is on a disk that is full: a small tmpfs in a mount namespace of the test's own.
@Suite(.needsPrivateHost, .timeLimit(.minutes(2))) struct FullDiskTests {
    /// The length of a numbered line in the log, its newline included.
    private static let entry = 119
    /// A shell function that writes the numbered lines from one number to another.
    private static let lines = "lines() { i=$1; while [ $i -le $2 ]; do printf '%078d\\n' $i; i=$((i + 1)); done; }"

    private func onSmallDisk(_ body: (String) throws -> Void) throws {
        try onFreshThread {
            try Namespace.unshare([.mount])
            try Mount.mount(nil, on: "/", flags: [.recursive, .private])
            let folder = try TemporaryDirectory("disk")
            try Mount.mount("tmpfs", on: folder.path, type: "tmpfs", options: "size=128k")
            defer { try? Mount.unmount(folder.path, detach: true) }
            try body(folder.path)
        }
    }

    private struct Log {
        /// Of the container's lines.
        var numbers: [Int] = []
        /// How many bytes the notes of gaps count.
        var lost: [Int] = []

        init(_ path: String) throws {
            for line in try FileSystem.readText(path).split(separator: "\n") {
                let text = line.dropFirst(31)
                if text.hasPrefix("stdout F 0"), text.count == FullDiskTests.entry - 32 {
                    numbers.append(try #require(Int(text.dropFirst(9)), "torn: \(line)"))
                } else {
                    let words = text.split(separator: " ")
                    try #require(words.starts(with: ["stderr", "F", "swiftlet-monitor:"]), "torn: \(line)")
                    #expect(text.hasSuffix(" bytes of this log are lost: No space left on device"))
                    lost.append(try #require(Int(words[3])))
                }
            }
        }

        /// Nothing twice, nothing out of order, and what is missing of the first `count` is counted.
        func checkGaps(of count: Int) {
            #expect(numbers == numbers.sorted() && Set(numbers).count == numbers.count)
            #expect(lost.reduce(0, +) == (count - numbers.count) * FullDiskTests.entry)
        }
    }

    private func fill(_ disk: String) throws -> String {
        let ballast = "\(disk)/ballast"
        let file = try Descriptor.open(ballast, O_WRONLY | O_CREAT, mode: 0o600)
        let bytes = [UInt8](repeating: 0, count: 4096)
        while true {
            do throws(SystemError) { try file.writeAll(bytes) } catch {
                guard error.errno == ENOSPC else { throw error }
                return ballast
            }
        }
    }

    @Test func `what is lost is counted where it is missing, and no line is torn`() throws {
        try onSmallDisk { disk in
            let monitor = try MonitorProcess(
                "\(FullDiskTests.lines); read -r go; lines 1 1500; read -r go; lines 1501 1501; read -r go; lines 1502 1700",
                log: "k8s-file:\(disk)/log",
                flags: ["--full-attach", "-i"]
            )
            _ = try monitor.answer()
            let ballast = "\(disk)/ballast"
            try FileSystem.write(ballast, [UInt8](repeating: 0, count: 32 * 1024), flags: O_CREAT)
            let client = try AttachedClient(monitor.folder("bundle"))
            try client.send("go\n")
            // All of it is read although there is no room: the container is not stopped.
            try client.read(until: "1500\n")
            try client.send("go\n")
            try client.read(until: "1501\n")
            // What came before that has been written, or not.
            try FileSystem.removeFile(ballast)
            try client.send("go\n")
            #expect(try monitor.wait() == .exited(0))
            let log = try Log("\(disk)/log")
            #expect(!log.lost.isEmpty && log.numbers.last == 1700)
            log.checkGaps(of: 1700)
        }
    }

    @Test func `the gap is told when there is room again, although the container says nothing more`() throws {
        try onSmallDisk { disk in
            let ballast = try fill(disk)
            let monitor = try MonitorProcess(
                "\(FullDiskTests.lines); read -r go; lines 1 1; read -r go; lines 2 2; read -r go; lines 3 3",
                log: "k8s-file:\(disk)/log",
                flags: ["--full-attach", "-i"]
            )
            _ = try monitor.answer()
            let client = try AttachedClient(monitor.folder("bundle"))
            try client.send("go\n")
            try client.read(until: "01\n")
            try client.send("go\n")
            try client.read(until: "02\n")
            // The first is lost for certain, the second perhaps.
            try FileSystem.removeFile(ballast)
            try waitForEntry(" bytes of this log are lost: No space left on device", in: "\(disk)/log")
            try client.send("go\n")
            #expect(try monitor.wait() == .exited(0))
            let log = try Log("\(disk)/log")
            #expect(log.numbers.last == 3 && log.lost.count == 1)
            log.checkGaps(of: 3)
        }
    }

    @Test func `a container that is blocked goes on when there is room, and loses nothing`() throws {
        try onSmallDisk { disk in
            let ballast = try fill(disk)
            // More than its pipe holds.
            let monitor = try MonitorProcess(
                "\(FullDiskTests.lines); lines 1 1000",
                log: "k8s-file:\(disk)/log",
                flags: ["--log-full-disk", "block:3600"]
            )
            _ = try monitor.answer()
            // That nothing happens can only be waited for.
            usleep(500_000)
            #expect(!FileSystem.exists(monitor.folder("exits/c1")))
            #expect(try FileSystem.readText("\(disk)/log") == "")
            try FileSystem.removeFile(ballast)
            #expect(try monitor.wait() == .exited(0))
            let log = try Log("\(disk)/log")
            #expect(log.numbers == Array(1...1000) && log.lost.isEmpty)
        }
    }

    @Test func `no container is blocked for good`() throws {
        try onSmallDisk { disk in
            _ = try fill(disk)
            let monitor = try MonitorProcess(
                "\(FullDiskTests.lines); lines 1 3000",
                log: "k8s-file:\(disk)/log",
                flags: ["--log-full-disk", "block:1"]
            )
            #expect(try monitor.wait() == .exited(0))
            #expect(try FileSystem.readText("\(disk)/log") == "")
        }
    }
}
