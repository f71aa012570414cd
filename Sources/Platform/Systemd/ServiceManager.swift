import CSystemd
import Glibc
import Linux

/// The service manager that started this process, if one did: what it wants to hear, and what it keeps for us.
///
/// All of it is optional. Where no manager listens (`NOTIFY_SOCKET` is not set) telling it something does nothing and
/// gives false.
public enum ServiceManager {
    /// A line of sd_notify(3).
    public enum Message: Sendable, Hashable {
        /// Start-up, or a reload, has finished.
        case ready
        /// A reload begins; the moment is of the monotonic clock, as systemd 253 wants it.
        case reloading(Monotonic)
        case stopping
        /// A sentence for people: `systemctl status` shows it. Line breaks in it become spaces.
        case status(String)
        /// We are alive. To be sent from the loop that does the work, never from a timer alone.
        case watchdog
        /// The next start shall have this much more time.
        case extendTimeout(Duration)
    }

    /// Tells the manager; messages of one call arrive together. True where a manager was told.
    @discardableResult
    public static func notify(_ messages: Message...) throws(SystemError) -> Bool {
        try notify(messages)
    }

    @discardableResult
    public static func notify(_ messages: [Message]) throws(SystemError) -> Bool {
        try send(messages.map(\.text).joined(separator: "\n"), descriptors: [])
    }

    /// Gives descriptors to the manager to keep for our next start, under a name: `inheritedDescriptors` has them then.
    ///
    /// The manager keeps copies of its own, as many as `FileDescriptorStoreMax=` allows: the rest it drops without a word.
    ///
    /// - Parameter drops: whether it drops one at its hang-up or error, where it can watch it.
    @discardableResult
    public static func store(_ descriptors: [Int32], name: String, drops: Bool = true) throws(SystemError) -> Bool {
        try send("FDSTORE=1\nFDNAME=\(name)" + (drops ? "" : "\nFDPOLL=0"), descriptors: descriptors)
    }

    /// A name that the manager takes for what it keeps: printable ASCII without a colon, at most 255 bytes. Two names that
    /// differ still do.
    public static func storeName(_ text: String) -> String {
        var name = ""
        for byte in text.utf8 {
            let isPlain = byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: ":") && byte != UInt8(ascii: "%")
            let hex = String(byte, radix: 16)
            name += isPlain ? String(UnicodeScalar(byte)) : (byte < 16 ? "%0" : "%") + hex
        }
        guard name.utf8.count > 255 else { return name }
        // FNV-1a, for what is cut off.
        let hash = text.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return String(name.prefix(238)) + "%" + String(hash, radix: 16)
    }

    /// Whether a manager listens.
    public static var isListening: Bool { getenv("NOTIFY_SOCKET") != nil }

    /// Lets the manager drop what it keeps under a name.
    @discardableResult
    public static func removeStored(name: String) throws(SystemError) -> Bool {
        try send("FDSTOREREMOVE=1\nFDNAME=\(name)", descriptors: [])
    }

    /// How often the manager wants to hear `.watchdog` at the latest; nil where it does not. Half of it is a good pace.
    public static func watchdogInterval() throws(SystemError) -> Duration? {
        var microseconds: UInt64 = 0
        let result = sd_watchdog_enabled(0, &microseconds)
        if result < 0 { throw SystemError(call: "sd_watchdog_enabled", errno: -result, subject: "WATCHDOG_USEC") }
        return result > 0 ? .microseconds(Int64(clamping: microseconds)) : nil
    }

    /// A descriptor that the manager passed to us, with the name that it has there.
    public struct InheritedDescriptor: Sendable, Hashable {
        public var number: Int32
        /// `FileDescriptorName=` of the socket unit, or what `store` was given.
        public var name: String
    }

    /// The sockets of socket activation and what the descriptor store kept, close-on-exec. The caller owns them. The
    /// environment keeps them noted unless `forget` is set: programs that we start would take them for theirs.
    public static func inheritedDescriptors(forget: Bool = true) throws(SystemError) -> [InheritedDescriptor] {
        var names: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
        let count = sd_listen_fds_with_names(forget ? 1 : 0, &names)
        if count < 0 { throw SystemError(call: "sd_listen_fds_with_names", errno: -count, subject: "LISTEN_FDS") }
        defer {
            for index in 0..<Int(count) { free(names?[index]) }
            free(names)
        }
        // SD_LISTEN_FDS_START is 3.
        return (0..<count).map { index in
            InheritedDescriptor(
                number: 3 + index,
                name: names?[Int(index)].map { String(cString: $0) } ?? "unknown"
            )
        }
    }

    /// The service that this process belongs to; nil where it belongs to none, as a program in somebody's session.
    public static var ownUnit: String? {
        var name: UnsafeMutablePointer<CChar>?
        guard sd_pid_get_unit(0, &name) >= 0, let name else { return nil }
        defer { free(name) }
        let unit = String(cString: name)
        return unit.hasSuffix(".service") ? unit : nil
    }

    /// Whether systemd is the machine's init.
    public static var isSystemBooted: Bool { sd_booted() > 0 }

    private static func send(_ text: String, descriptors: [Int32]) throws(SystemError) -> Bool {
        let result = sd_pid_notify_with_fds(0, 0, text, descriptors, UInt32(descriptors.count))
        if result < 0 { throw SystemError(call: "sd_notify", errno: -result, subject: "NOTIFY_SOCKET") }
        return result > 0
    }
}

extension ServiceManager.Message {
    fileprivate var text: String {
        switch self {
        case .ready: return "READY=1"
        case .reloading(let moment): return "RELOADING=1\nMONOTONIC_USEC=\(moment.nanoseconds / 1000)"
        case .stopping: return "STOPPING=1"
        case .status(let sentence):
            let line = String(String.UnicodeScalarView(sentence.unicodeScalars.map { $0.value < 0x20 ? " " : $0 }))
            return "STATUS=\(line)"
        case .watchdog: return "WATCHDOG=1"
        case .extendTimeout(let duration):
            let (seconds, attoseconds) = duration.components
            return "EXTEND_TIMEOUT_USEC=\(seconds * 1_000_000 + attoseconds / 1_000_000_000_000)"
        }
    }
}
