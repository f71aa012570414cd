/// Writes tar archives for tests, good ones and such as no tar program would write.
public struct TarBuilder {
    /// The archive so far, without the two blocks of zeros at the end.
    public private(set) var bytes: [UInt8] = []

    public init() {}

    /// What of a header differs from a plain file of root's.
    public struct Options: Sendable {
        public var type: Character = "0"
        public var mode = 0o644
        public var user = 0
        public var group = 0
        public var modified = 1_700_000_000
        public var link: [UInt8] = []
        public var device = (major: 0, minor: 0)
        /// What the size field says, where that is not the number of bytes that follow.
        public var size: Int?
        /// `ustar\000`, or another dialect's magic.
        public var magic: [UInt8] = Array("ustar\0".utf8) + Array("00".utf8)

        public init() {}
    }

    /// Adds an entry.
    public mutating func add(_ name: [UInt8], _ data: [UInt8] = [], _ change: (inout Options) -> Void = { _ in }) {
        var options = Options()
        change(&options)
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ value: some Sequence<UInt8>, at start: Int) {
            for (index, byte) in value.enumerated() { block[start + index] = byte }
        }
        func octal(_ number: Int, at start: Int, _ width: Int) {
            let digits = String(number, radix: 8)
            put(String(repeating: "0", count: max(0, width - 1 - digits.utf8.count)).utf8, at: start)
            put(digits.utf8, at: start + max(0, width - 1 - digits.utf8.count))
        }
        put(name.prefix(100), at: 0)
        octal(options.mode, at: 100, 8)
        octal(options.user, at: 108, 8)
        octal(options.group, at: 116, 8)
        octal(options.size ?? data.count, at: 124, 12)
        octal(options.modified, at: 136, 12)
        block[156] = options.type.asciiValue ?? 0
        put(options.link.prefix(100), at: 157)
        put(options.magic, at: 257)
        octal(options.device.major, at: 329, 8)
        octal(options.device.minor, at: 337, 8)
        addBlock(&block, data)
    }

    /// Adds an entry with a name that is text.
    public mutating func add(_ name: String, _ data: String = "", _ change: (inout Options) -> Void = { _ in }) {
        add(Array(name.utf8), Array(data.utf8), change)
    }

    /// Adds a folder.
    public mutating func folder(_ name: String, mode: Int = 0o755, _ change: (inout Options) -> Void = { _ in }) {
        add(name) { options in
            options.type = "5"
            options.mode = mode
            change(&options)
        }
    }

    /// Adds a symlink.
    public mutating func symlink(_ name: String, to target: String) {
        add(name) { options in
            options.type = "2"
            options.link = Array(target.utf8)
        }
    }

    /// Adds a hard link.
    public mutating func hardLink(_ name: String, to target: String) {
        add(name) { options in
            options.type = "1"
            options.link = Array(target.utf8)
        }
    }

    /// Adds a pax header for the entry that follows.
    public mutating func pax(_ records: [(String, [UInt8])]) {
        var data: [UInt8] = []
        for (key, value) in records {
            let rest = Array(" \(key)=".utf8) + value + [10]
            var length = rest.count + 1
            while String(length).utf8.count + rest.count != length { length += 1 }
            data += Array(String(length).utf8) + rest
        }
        add(Array("PaxHeaders/x".utf8), data) { $0.type = "x" }
    }

    /// Sets the checksum of a finished header block and adds it with its data.
    public mutating func addBlock(_ block: inout [UInt8], _ data: [UInt8]) {
        for index in 148..<156 { block[index] = 0x20 }
        let sum = block.reduce(0) { $0 + Int($1) }
        let digits = String(sum, radix: 8)
        let text = String(repeating: "0", count: 6 - digits.utf8.count) + digits
        for (index, byte) in (Array(text.utf8) + [0, 0x20]).enumerated() { block[148 + index] = byte }
        bytes += block + data
        bytes += [UInt8](repeating: 0, count: (512 - data.count % 512) % 512)
    }

    /// The finished archive.
    public var archive: [UInt8] { bytes + [UInt8](repeating: 0, count: 1024) }
}
