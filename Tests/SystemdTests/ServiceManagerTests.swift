import CLinux
import Glibc
import Linux
import Systemd
import Testing

/// `NOTIFY_SOCKET` belongs to the whole process: one test at a time.
@Suite(.serialized)
struct ServiceManagerTests {
    @Test func withoutAManagerNobodyIsTold() throws {
        unsetenv("NOTIFY_SOCKET")
        #expect(try ServiceManager.notify(.ready) == false)
        #expect(try ServiceManager.watchdogInterval() == nil)
    }

    @Test func messagesOfOneCallArriveTogether() throws {
        let manager = try FakeManager()
        #expect(try ServiceManager.notify(.ready, .status("serving\n3 pods")))
        #expect(try manager.receive().text == "READY=1\nSTATUS=serving 3 pods")
        #expect(try ServiceManager.notify(.reloading(Monotonic(nanoseconds: 5_000_999))))
        #expect(try manager.receive().text == "RELOADING=1\nMONOTONIC_USEC=5000")
        #expect(try ServiceManager.notify(.watchdog, .extendTimeout(.milliseconds(1500)), .stopping))
        #expect(try manager.receive().text == "WATCHDOG=1\nEXTEND_TIMEOUT_USEC=1500000\nSTOPPING=1")
    }

    @Test func descriptorsTravelToTheStore() throws {
        let manager = try FakeManager()
        let pipe = try Descriptor.pipe()
        #expect(try ServiceManager.store([pipe.read.rawValue], name: "pidfd-7"))
        let message = try manager.receive()
        #expect(message.text == "FDSTORE=1\nFDNAME=pidfd-7")
        #expect(message.descriptors == 1)
        #expect(try ServiceManager.store([pipe.read.rawValue], name: "pidfd-7", drops: false))
        #expect(try manager.receive().text == "FDSTORE=1\nFDNAME=pidfd-7\nFDPOLL=0")
        #expect(try ServiceManager.removeStored(name: "pidfd-7"))
        #expect(try manager.receive().text == "FDSTOREREMOVE=1\nFDNAME=pidfd-7")
    }

    @Test func namesOfTheStoreAreMadeItsOwn() {
        #expect(ServiceManager.storeName("monitor-a_b_0") == "monitor-a_b_0")
        #expect(ServiceManager.storeName("a:b%c d\n") == "a%3ab%25c%20d%0a")
        let long = String(repeating: "x", count: 300)
        #expect(ServiceManager.storeName(long).utf8.count == 255)
        #expect(ServiceManager.storeName(long + "1") != ServiceManager.storeName(long + "2"))
    }

    @Test func aManagerThatIsGoneIsAnError() throws {
        setenv("NOTIFY_SOCKET", "@swiftlet-test-nobody-\(getpid())", 1)
        defer { unsetenv("NOTIFY_SOCKET") }
        #expect(throws: SystemError(call: "sd_notify", errno: ECONNREFUSED, subject: "NOTIFY_SOCKET")) {
            try ServiceManager.notify(.ready)
        }
    }

    @Test func theWatchdogsIntervalIsRead() throws {
        setenv("WATCHDOG_USEC", "60000000", 1)
        setenv("WATCHDOG_PID", "\(getpid())", 1)
        defer {
            unsetenv("WATCHDOG_USEC")
            unsetenv("WATCHDOG_PID")
        }
        #expect(try ServiceManager.watchdogInterval() == .seconds(60))
        setenv("WATCHDOG_USEC", "soon", 1)
        #expect(throws: SystemError.self) { try ServiceManager.watchdogInterval() }
    }

    @Test func descriptorsMeantForAnotherProcessAreNotOurs() throws {
        setenv("LISTEN_FDS", "1", 1)
        setenv("LISTEN_PID", "1", 1)
        #expect(try ServiceManager.inheritedDescriptors() == [])
        #expect(getenv("LISTEN_FDS") == nil)
    }
}

/// A service manager's end of `NOTIFY_SOCKET`: a datagram socket with an abstract name.
private struct FakeManager: ~Copyable {
    private let socket: Descriptor

    init() throws {
        let name = "swiftlet-test-notify-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        let socket = Descriptor(owning: Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0))
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: [0] + Array(name.utf8)) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + 1 + name.utf8.count)
        let number = socket.rawValue
        try retrying("bind", name) {
            withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(number, $0, length) }
            }
        }
        setenv("NOTIFY_SOCKET", "@\(name)", 1)
        self.socket = socket
    }

    deinit {
        unsetenv("NOTIFY_SOCKET")
    }

    /// The next message that was sent; its descriptors are counted and closed.
    func receive() throws -> (text: String, descriptors: Int) {
        var text = [UInt8](repeating: 0, count: 4096)
        var control = [UInt8](repeating: 0, count: 256)
        var message = msghdr()
        let number = socket.rawValue
        let (length, controlLength) = try text.withUnsafeMutableBytes { bytes in
            try control.withUnsafeMutableBytes { space in
                var part = iovec(iov_base: bytes.baseAddress, iov_len: bytes.count)
                return try withUnsafeMutablePointer(to: &part) { part in
                    message.msg_iov = part
                    message.msg_iovlen = 1
                    message.msg_control = space.baseAddress
                    message.msg_controllen = space.count
                    let length = try retrying("recvmsg") { recvmsg(number, &message, Int32(MSG_CMSG_CLOEXEC)) }
                    return (length, message.msg_controllen)
                }
            }
        }
        // struct cmsghdr: length (8 bytes), level, type (4 each); 1 and 1 are SOL_SOCKET and SCM_RIGHTS.
        var offset = 0
        var count = 0
        try control.withUnsafeBytes { bytes in
            while offset + 16 <= controlLength {
                let size = bytes.loadUnaligned(fromByteOffset: offset, as: Int.self)
                try #require(size >= 16)
                if bytes.loadUnaligned(fromByteOffset: offset + 12, as: Int32.self) == 1 {
                    for place in stride(from: offset + 16, to: offset + size, by: 4) {
                        close(bytes.loadUnaligned(fromByteOffset: place, as: Int32.self))
                        count += 1
                    }
                }
                offset += (size + 7) / 8 * 8
            }
        }
        return (String(decoding: text[..<length], as: UTF8.self), count)
    }
}
