import Glibc
import Linux
import Testing

@Suite struct DescriptorTests {
    @Test func closesItselfOnce() throws {
        // A number that no other test can get meanwhile: open(2) gives the lowest one.
        let number: Int32 = 4000
        do {
            let null = try Descriptor.open("/dev/null", O_RDONLY)
            let high = Descriptor(owning: fcntl(null.rawValue, F_DUPFD_CLOEXEC, number))
            #expect(high.rawValue == number)
            #expect(fcntl(null.rawValue, F_GETFD) == FD_CLOEXEC)
        }
        #expect(fcntl(number, F_GETFD) == -1)
    }

    @Test func readsToTheEndAndRefusesMore() throws {
        let pipe = try Descriptor.pipe()
        let text = [UInt8](repeating: 7, count: 9000)
        try pipe.write.writeAll(text)
        let read = try pipe.read.duplicate()
        // A limit below what is there.
        #expect(throws: SystemError(call: "read", errno: EFBIG, subject: "fd \(read.rawValue)")) {
            try read.readToEnd(limit: 100)
        }
    }

    @Test func rootCannotBeLeft() throws {
        try withTemporaryDirectory { folder in
            try FileSystem.makeDirectories("\(folder)/root/etc")
            try FileSystem.write("\(folder)/outside", Array("outside".utf8))
            try FileSystem.write("\(folder)/root/outside", Array("inside".utf8))
            try FileSystem.makeSymbolicLink(at: "\(folder)/root/etc/dots", to: "../../../outside")
            try FileSystem.makeSymbolicLink(at: "\(folder)/root/etc/absolute", to: "/outside")
            try FileSystem.makeSymbolicLink(at: "\(folder)/root/etc/magic", to: "/proc/self/root/etc/passwd")
            let root = try Descriptor.open("\(folder)/root", O_RDONLY | O_DIRECTORY)
            for path in ["etc/dots", "etc/absolute", "../outside", "/outside"] {
                let file = try Descriptor.open(inRoot: root.rawValue, path, O_RDONLY)
                #expect(try file.readToEnd() == Array("inside".utf8), "\(path)")
            }
            #expect(throws: SystemError(call: "openat2", errno: ENOENT, subject: "etc/magic")) {
                _ = try Descriptor.open(inRoot: root.rawValue, "etc/magic", O_RDONLY)
            }
        }
    }
}

func withTemporaryDirectory<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = "/tmp/swiftlet-linux-tests-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    try FileSystem.makeDirectories(folder)
    let result = Swift.Result { try body(folder) }
    try FileSystem.removeTree(folder)
    return try result.get()
}
