import CLinux
import Glibc
import Linux

/// Tells when a control group of version 1 comes to use more memory than so much (cgroup-v1/memory.rst, "9. Memory thresholds").
/// Version 2 has nothing of the kind: `memory.events` counts what happens at limits, and there is none on the machine as a whole.
package final class MemoryThreshold: Sendable {
    private let event: Descriptor
    private let usage: Descriptor

    /// - Parameters:
    ///   - group: the group's folder in the hierarchy of the memory controller; its mount point for the machine as a whole.
    ///   - growths: bytes beyond what is used now; each is a threshold.
    package init(of group: String, beyond growths: [Int64]) throws(SystemError) {
        event = Descriptor(owning: try retrying("eventfd") { eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK)) })
        let path = "\(group)/memory.usage_in_bytes"
        usage = try Descriptor.open(path, O_RDONLY)
        let text = try FileSystem.readText(path)
        guard let used = Int64(text) else { throw SystemError(call: "read", errno: EINVAL, subject: "\(path): \"\(text)\"") }
        for growth in growths {
            let (limit, overflow) = used.addingReportingOverflow(growth)
            if overflow { continue }
            try FileSystem.writeKernelFile("\(group)/cgroup.event_control", "\(event.rawValue) \(usage.rawValue) \(limit)")
        }
    }

    /// Returns when a threshold is crossed, in either direction. One caller at a time. Throws `CancellationError` on cancellation.
    package func wait() async throws {
        try await EventThread.shared.waitUntilReadable(event.rawValue)
        var count: eventfd_t = 0
        eventfd_read(event.rawValue, &count)
    }
}
