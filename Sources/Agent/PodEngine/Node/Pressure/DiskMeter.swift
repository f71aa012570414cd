import Glibc
import Linux

/// Measures what folders of pods take up. Walks on a thread of its own, one at a time, and never for longer than so many entries:
/// what it tells is at most what there is, and enough to know that a limit has been crossed.
package final class DiskMeter: Sendable {
    /// As many files as a walk looks at. Looking at one costs a few microseconds.
    package static let entryLimit = 500_000

    private let thread = DedicatedThread(name: "disk-meter")

    /// What is below a folder, with the folder itself; nothing where there is none.
    func measure(_ folder: String) async -> DiskConsumption {
        let result = try? await thread.run { Self.walk(folder, limit: Self.entryLimit) }
        return result ?? DiskConsumption()
    }

    /// Nothing is followed and no other file system entered (`TreeWalk`): whoever writes there cannot have anything else
    /// counted. A file with several names counts once.
    package static func walk(_ folder: String, limit: Int) -> DiskConsumption {
        struct Identity: Hashable {
            var device: UInt64
            var inode: UInt64
        }
        var found = DiskConsumption()
        var shared: Set<Identity> = []
        var left = limit
        func count(_ status: FileStatus) {
            if status.kind != .directory, status.linkCount > 1 {
                guard shared.insert(Identity(device: status.device, inode: status.inode)).inserted else { return }
            }
            found = found + DiskConsumption(bytes: status.allocated, inodes: 1)
        }
        do throws(SystemError) {
            let root = try Descriptor.open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
            count(try root.status())
            try TreeWalk.visit(root) { (_, status) throws(SystemError) in
                left -= 1
                // The walk has no other way to end early.
                if left < 0 { throw SystemError(call: "walk", errno: E2BIG, subject: folder) }
                count(status)
            }
        } catch {
            // A folder that has gone, or was moved while it was looked into: what has been seen counts, and the next look follows.
        }
        return found
    }
}
