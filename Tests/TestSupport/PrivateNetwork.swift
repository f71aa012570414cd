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
    try withoutActuallyEscaping(body) { body in
        let transfer = ThreadTransfer<Result>()
        transfer.body = body
        let done = try Pipe.ends()
        startThread(named: "test") {
            transfer.result = transfer.body.map { body in Swift.Result { try body() } }
            transfer.body = nil
            _ = Glibc.close(done.write)
        }
        var byte: UInt8 = 0
        // The end of the pipe is the end of the closure.
        while Glibc.read(done.read, &byte, 1) == -1 && errno == EINTR {}
        _ = Glibc.close(done.read)
        guard let result = transfer.result else { preconditionFailure("the thread ended without a result") }
        return try result.get()
    }
}

/// Carries a closure to a thread and its result back. The thread has ended with the closure before the caller goes on, so
/// nothing is shared at a time, though that cannot be said to the compiler.
private final class ThreadTransfer<Result>: @unchecked Sendable {
    var body: (() throws -> Result)?
    var result: Swift.Result<Result, any Error>?
}

extension Pipe {
    /// Both ends as numbers, for ends that are closed by different threads.
    static func ends() throws(SystemError) -> (read: Int32, write: Int32) {
        let pipe = try Descriptor.pipe()
        return (pipe.read.release(), pipe.write.release())
    }
}
