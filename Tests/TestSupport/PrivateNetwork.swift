import Glibc
import Linux
import Synchronization

/// Runs a closure in new network and mount namespaces, with loopback up: on a thread of its own that ends with it, so
/// the namespaces go too unless the closure has pinned them. Blocks the caller meanwhile.
///
/// In there, /proc/net is that of the process: what belongs to the thread is under /proc/thread-self.
public func inPrivateNetwork<Result>(_ body: () throws -> Result) throws -> Result {
    try onFreshThread {
        try Namespace.unshare([.mount, .network])
        try Mount.mount(nil, on: "/", flags: [.recursive, .private])
        try Command("/bin/ip", "link", "set", "lo", "up").run().checked()
        return try body()
    }
}

/// Runs a closure on a new thread and waits for its end: for what changes the calling thread for good.
public func onFreshThread<Result>(_ body: () throws -> Result) throws -> Result {
    try FreshThread.runBlocking(named: "test", body)
}

extension Pipe {
    /// Both ends as numbers, for ends that are closed by different threads.
    static func ends() throws(SystemError) -> (read: Int32, write: Int32) {
        let pipe = try Descriptor.pipe()
        return (pipe.read.release(), pipe.write.release())
    }
}
