import CLinux
import Glibc
import Linux

/// Tells when a group's processes are killed for lack of memory.
public struct OOMWatch: ~Copyable {
    /// Readable after a change: an eventfd on version 1, an inotify on version 2.
    public let descriptor: Descriptor
    private let cgroup: Cgroup
    private var count: UInt64

    /// Nil for a group without the memory controller.
    public init?(_ cgroup: Cgroup) throws(SystemError) {
        guard let (path, isUnified) = cgroup.oomControl else { return nil }
        self.cgroup = cgroup
        count = cgroup.oomKillCount() ?? 0
        if isUnified {
            let inotify = Descriptor(owning: try retrying("inotify_init1") { inotify_init1(O_NONBLOCK | O_CLOEXEC) })
            let number = inotify.rawValue
            _ = try retrying("inotify_add_watch", path) { inotify_add_watch(number, path, Inotify.Mask.modify.rawValue) }
            descriptor = inotify
            return
        }
        // EFD_CLOEXEC and EFD_NONBLOCK are O_CLOEXEC and O_NONBLOCK.
        let event = Descriptor(owning: try retrying("eventfd") { eventfd(0, O_CLOEXEC | O_NONBLOCK) })
        let control = try Descriptor.open(path, O_RDONLY)
        let folder = FileSystem.split(path).directory
        try FileSystem.writeKernelFile("\(folder)/cgroup.event_control", "\(event.rawValue) \(control.rawValue)")
        descriptor = event
    }

    /// How many were killed since the last time.
    public mutating func newKills() -> UInt64 {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while read(descriptor.rawValue, &buffer, buffer.count) > 0 {}
        let now = cgroup.oomKillCount() ?? count
        defer { count = now }
        return now > count ? now - count : 0
    }
}
