import Glibc

/// One line of /proc/<pid>/mountinfo (proc(5)).
public struct MountEntry: Sendable, Hashable {
    public var id: Int
    public var parentID: Int
    /// The path within the file system that forms the root of this mount.
    public var root: String
    public var mountPoint: String
    public var options: String
    /// The optional fields: `shared:N`, `master:N`…
    public var propagation: [String]
    public var type: String
    public var source: String
    public var superOptions: String
}

extension MountEntry {
    /// The lower folders of an overlay as it was mounted, the top one first; none of another file system. The kernel shows one
    /// option for all of them, or one for each (`lowerdir+`) where they were given so. Folders that have a `,` in their names
    /// are not told apart, nor those with a `:` in the one option.
    public var overlayLayers: [String] {
        guard type == "overlay" else { return [] }
        return superOptions.split(separator: ",").flatMap { Mount.overlayLayers(of: $0) }.map { MountTable.unescape($0) }
    }
}

extension Mount {
    /// The lower folders that an option of an overlay names, the top one first; none where it is another option.
    public static func overlayLayers(of option: some StringProtocol) -> [Substring] {
        if option.hasPrefix("lowerdir=") { return Substring(option).dropFirst("lowerdir=".count).split(separator: ":") }
        if option.hasPrefix("lowerdir+=") { return [Substring(option).dropFirst("lowerdir+=".count)] }
        return []
    }
}

/// One line of mountinfo that is not taken apart yet: a host with many containers has thousands, of which few are asked about.
public struct MountLine: Sendable {
    private let bytes: ArraySlice<UInt8>

    fileprivate init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

    /// Whether it is mounted on a folder, which is not `/`, or somewhere below it. The path is compared as it is: one that the
    /// kernel would not give so (`..`, `//`) has nothing.
    public func isMounted(onOrBelow folder: String) -> Bool {
        let point = mountPointBytes
        guard !point.contains(UInt8(ascii: "\\")) else { return isBelow(folder, mountPoint.utf8) }
        return isBelow(folder, point)
    }

    private func isBelow(_ folder: String, _ point: some Collection<UInt8>) -> Bool {
        guard point.starts(with: folder.utf8) else { return false }
        let next = point.dropFirst(folder.utf8.count).first
        return next == nil || next == UInt8(ascii: "/")
    }

    /// Where it is mounted, as a process sees it.
    public var mountPoint: String { MountTable.unescape(Substring(decoding: mountPointBytes, as: UTF8.self)) }

    /// The file system's type, such as `tmpfs` or `fuse.sshfs`.
    public var type: String {
        // The optional fields end with a lone hyphen; there may be none of them.
        var field = startOfField(6)
        while let start = field {
            let isEnd = bytes[start] == UInt8(ascii: "-")
            field = bytes[start...].firstIndex(of: 0x20).map { $0 + 1 }.flatMap { $0 < bytes.endIndex ? $0 : nil }
            if isEnd, let next = field { return String(decoding: bytes[next...].prefix { $0 != 0x20 }, as: UTF8.self) }
        }
        return ""
    }

    /// The whole of it; nil where it is not of the form.
    public var entry: MountEntry? {
        let fields = Substring(decoding: bytes, as: UTF8.self).split(separator: " ")
        guard let dash = fields.firstIndex(of: "-"), dash >= 6, fields.count >= dash + 4, let id = Int(fields[0]),
            let parent = Int(fields[1])
        else { return nil }
        return MountEntry(
            id: id,
            parentID: parent,
            root: MountTable.unescape(fields[3]),
            mountPoint: MountTable.unescape(fields[4]),
            options: String(fields[5]),
            propagation: fields[6..<dash].map(String.init),
            type: String(fields[dash + 1]),
            source: MountTable.unescape(fields[dash + 2]),
            superOptions: String(fields[dash + 3])
        )
    }

    private var mountPointBytes: ArraySlice<UInt8> {
        guard let start = startOfField(4) else { return [] }
        return bytes[start...].prefix { $0 != 0x20 }
    }

    private func startOfField(_ number: Int) -> Int? {
        var start = bytes.startIndex
        for _ in 0..<number {
            guard let space = bytes[start...].firstIndex(of: 0x20) else { return nil }
            start = space + 1
        }
        return start < bytes.endIndex ? start : nil
    }
}

/// The mounts that a process sees.
public enum MountTable {
    /// Those that are asked for, the oldest first. Lines that are not of the form are passed over.
    public static func read(
        _ path: String = "/proc/self/mountinfo",
        where isWanted: (MountLine) -> Bool = { _ in true }
    ) throws(SystemError) -> [MountEntry] {
        var entries: [MountEntry] = []
        try scan(path) { line in
            if isWanted(line), let entry = line.entry { entries.append(entry) }
            return true
        }
        return entries
    }

    /// Goes through the lines, the oldest mount's first, until there are no more or `visit` says that it has seen enough: the kernel
    /// makes the text a page at a time, and what is not read costs nothing.
    public static func scan(
        _ path: String = "/proc/self/mountinfo",
        _ visit: (MountLine) -> Bool
    ) throws(SystemError) {
        let file = try Descriptor.open(path, O_RDONLY)
        var buffer = [UInt8](repeating: 0, count: 1 << 14)
        var held = 0
        while true {
            if held == buffer.count { buffer += [UInt8](repeating: 0, count: buffer.count) }
            let count = try read(file, path, &buffer, from: held)
            guard count > 0 else { break }
            held += count
            var start = 0
            while let end = buffer[start..<held].firstIndex(of: 0x0A) {
                guard visit(MountLine(buffer[start..<end])) else { return }
                start = end + 1
            }
            buffer.replaceSubrange(0..<(held - start), with: Array(buffer[start..<held]))
            held -= start
        }
    }

    private static func read(
        _ file: borrowing Descriptor,
        _ path: String,
        _ buffer: inout [UInt8],
        from offset: Int
    ) throws(SystemError) -> Int {
        let number = file.rawValue
        return try retrying("read", path) {
            buffer.withUnsafeMutableBytes { Glibc.read(number, $0.baseAddress.map { $0 + offset }, $0.count - offset) }
        }
    }

    /// Parses mountinfo; lines that are not of its form are passed over.
    public static func parse(_ text: String) -> [MountEntry] {
        Array(text.utf8).split(separator: 0x0A).compactMap { MountLine($0).entry }
    }

    /// Space, tab, newline and backslash stand in mountinfo as three octal digits behind a backslash.
    fileprivate static func unescape(_ field: Substring) -> String {
        guard field.contains("\\") else { return String(field) }
        var bytes: [UInt8] = []
        var rest = Array(field.utf8)[...]
        while let byte = rest.first {
            if byte == UInt8(ascii: "\\"), rest.count >= 4,
                let code = UInt8(String(decoding: rest.dropFirst().prefix(3), as: UTF8.self), radix: 8)
            {
                bytes.append(code)
                rest = rest.dropFirst(4)
            } else {
                bytes.append(byte)
                rest = rest.dropFirst()
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
