import Linux
import Testing

@Suite struct InotifyTests {
    @Test func tellsWhatHappens() throws {
        try withTemporaryDirectory { folder in
            let inotify = try Inotify()
            let watch = try inotify.watch(folder, [.closeWrite, .movedTo, .movedFrom, .delete])
            try FileSystem.write("\(folder)/a", [1])
            try FileSystem.rename("\(folder)/a", "\(folder)/b")
            try FileSystem.removeFile("\(folder)/b")
            let events = try inotify.read()
            #expect(events.map(\.name) == ["a", "a", "b", "b"])
            #expect(events.map(\.mask) == [.closeWrite, .movedFrom, .movedTo, .delete])
            #expect(events.allSatisfy { $0.watch == watch })
            #expect(try inotify.read().isEmpty)
        }
    }
}
