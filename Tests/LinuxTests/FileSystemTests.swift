import Glibc
import Linux
import Testing

@Suite struct FileSystemTests {
    @Test func replacesAFileAsAWhole() throws {
        try withTemporaryDirectory { folder in
            let path = "\(folder)/state.json"
            try FileSystem.writeAtomically(path, Array("one".utf8), durable: true)
            try FileSystem.writeAtomically(path, Array("two".utf8), mode: 0o600, durable: false)
            #expect(try FileSystem.readText(path) == "two")
            #expect(try FileSystem.status(path).permissions == 0o600)
            #expect(try FileSystem.list(folder) == ["state.json"])
        }
    }

    @Test func failedReplacementLeavesTheOldFile() throws {
        try withTemporaryDirectory { folder in
            // A folder in the file's place: the rename fails after the temp file was written.
            try FileSystem.makeDirectories("\(folder)/target/full")
            #expect(throws: SystemError.self) {
                try FileSystem.writeAtomically("\(folder)/target", [1], durable: false)
            }
            #expect(try FileSystem.list(folder) == ["target"])
        }
    }

    @Test func removesWhatAKilledProcessDidNotFinish() throws {
        try withTemporaryDirectory { folder in
            // No process has the number 0x3fffffff: it is above the kernel's limit.
            let names = [".a.json.1073741823.5.tmp", ".a.json.\(getpid()).5.tmp", ".tmp", ".x.tmp", "a.json"]
            for name in names { try FileSystem.write("\(folder)/\(name)", [1]) }
            try FileSystem.removeUnfinished(in: folder)
            #expect(Set(try FileSystem.list(folder)) == Set(names.dropFirst()))
            try FileSystem.removeUnfinished(in: "\(folder)/absent")
        }
    }

    @Test func removesTreesWithoutFollowingLinks() throws {
        try withTemporaryDirectory { folder in
            try FileSystem.makeDirectories("\(folder)/keep/inner")
            try FileSystem.makeDirectories("\(folder)/tree/a/b/c")
            try FileSystem.makeSymbolicLink(at: "\(folder)/tree/a/link", to: "\(folder)/keep")
            try FileSystem.removeTree("\(folder)/tree")
            #expect(try FileSystem.list(folder) == ["keep"])
            #expect(try FileSystem.list("\(folder)/keep") == ["inner"])
            try FileSystem.removeTree("\(folder)/never-was")
            try FileSystem.removeTree("\(folder)/never/was")
        }
    }

    @Test func makesFoldersAndSaysWhatIsInTheWay() throws {
        try withTemporaryDirectory { folder in
            try FileSystem.makeDirectories("\(folder)/a/b/c")
            try FileSystem.makeDirectories("\(folder)/a/b/c")
            try FileSystem.write("\(folder)/file", [])
            #expect(throws: SystemError(call: "mkdir", errno: EEXIST, subject: "\(folder)/file")) {
                try FileSystem.makeDirectories("\(folder)/file")
            }
        }
    }

    @Test func refusesMoreThanTheLimit() throws {
        try withTemporaryDirectory { folder in
            try FileSystem.write("\(folder)/big", [UInt8](repeating: 0, count: 5000))
            #expect(throws: SystemError(call: "read", errno: EFBIG, subject: "\(folder)/big")) {
                _ = try FileSystem.read("\(folder)/big", limit: 4999)
            }
            #expect(try FileSystem.read("\(folder)/big", limit: 5000).count == 5000)
        }
    }

    @Test(arguments: [("/a/b", "/a", "b"), ("/a", "/", "a"), ("a", ".", "a"), ("a/b/c", "a/b", "c")])
    func splits(path: String, directory: String, name: String) {
        let parts = FileSystem.split(path)
        #expect(parts.directory == directory)
        #expect(parts.name == name)
    }
}
