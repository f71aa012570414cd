import Linux

/// A file that is written in place, replaced, or mounted over: its folder is watched for the first two.
final class FileChangeSource: EventSource {
    private let inotify: Inotify
    private let path: String
    private let name: String
    private let handle: () -> Void

    init(_ loop: EventLoop, path: String, _ handle: @escaping () -> Void) throws(SystemError) {
        inotify = try Inotify()
        self.path = path
        name = FileSystem.split(path).name
        self.handle = handle
        let mask: Inotify.Mask = [.closeWrite, .movedTo, .create]
        _ = try inotify.watch(FileSystem.split(path).directory, mask)
        // A symbolic link, or another file mounted there, is written in a folder of its own.
        watchFile()
        _ = try loop.add(self, descriptor: inotify.descriptor.rawValue)
    }

    private func watchFile() {
        do throws(SystemError) { _ = try inotify.watch(path, [.closeWrite]) } catch {
            // It is not there now; the watch on the folder tells when it is.
        }
    }

    func becameReady(_: Epoll.Interest) {
        do throws(SystemError) {
            // Events of the file itself have no name.
            guard try inotify.read().contains(where: { $0.name == name || $0.name.isEmpty }) else { return }
            watchFile()
            handle()
        } catch {
            SystemLog.shared.write(.warning, "\(error)")
        }
    }

    func deadlinePassed() {}
}
