/// The name of a systemd slice, which is at the same time its place: `a-b.slice` is in `a.slice` (systemd.slice(5)).
public struct SliceName: Sendable, Hashable, CustomStringConvertible {
    /// `a-b.slice`.
    public let description: String

    /// - Parameter text: with its suffix. `-.slice`, the root, is refused as everything that systemd would not take.
    public init(_ text: String) throws(CgroupError) {
        guard text.hasSuffix(Self.suffix), text.utf8.count <= 255 else {
            throw .invalid("\"\(text)\" is no name of a systemd slice: it must end in .slice")
        }
        let stem = text.dropLast(Self.suffix.count)
        let parts = stem.split(separator: "-", omittingEmptySubsequences: false)
        guard !parts.contains(where: \.isEmpty) else {
            throw .invalid("\"\(text)\" is no name of a systemd slice: a part between its dashes is empty")
        }
        guard stem.utf8.allSatisfy(Self.isAllowed) else {
            throw .invalid("\"\(text)\" is no name of a systemd slice: it may hold letters, digits and -_.:\\")
        }
        description = text
    }

    /// A slice inside of this one.
    ///
    /// - Parameter name: dashes in it would be more levels; they become underscores.
    public func child(_ name: String) throws(CgroupError) -> SliceName {
        let flat = String(name.map { $0 == "-" ? "_" : $0 })
        return try SliceName("\(description.dropLast(Self.suffix.count))-\(flat)\(Self.suffix)")
    }

    /// Its cgroup: `/a.slice/a-b.slice`.
    public var path: String {
        var path = ""
        var stem = ""
        for part in description.dropLast(Self.suffix.count).split(separator: "-") {
            stem += stem.isEmpty ? String(part) : "-\(part)"
            path += "/\(stem)\(Self.suffix)"
        }
        return path
    }

    private static let suffix = ".slice"

    /// The characters of unit names (systemd.unit(5)).
    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
            UInt8(ascii: ":"), UInt8(ascii: "\\"):
            true
        default: false
        }
    }
}
