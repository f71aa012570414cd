/// An archive that is broken, or that asks for what it must not have.
public struct ArchiveError: Error, Sendable, Hashable {
    /// What is wrong.
    public enum Reason: Sendable, Hashable {
        /// The compressed data is broken.
        case corrupt(String)
        /// The archive ends in the middle of something.
        case truncated
        /// A header that is none: checksum, number, record.
        case badHeader(String)
        /// A name that climbs above the root of the layer.
        case leavesRoot
        /// A name that no file can have.
        case badName(String)
        /// A parent of the entry is there and is no folder, or a symlink to nothing inside the layer.
        case badParent
        /// A hard link to a file that the layer does not have.
        case missingLinkTarget(String)
        /// A hard link to something that cannot be linked, such as a folder.
        case badLinkTarget(String)
        /// A type of entry that layers do not have.
        case unsupportedType(UInt8)
        /// More than the limits allow.
        case limitExceeded(String)
    }

    /// What is wrong.
    public var reason: Reason
    /// The name of the entry, where one was read.
    public var entry: String?

    public init(_ reason: Reason, entry: String? = nil) {
        self.reason = reason
        self.entry = entry
    }
}

extension ArchiveError: CustomStringConvertible {
    public var description: String {
        let problem =
            switch reason {
            case .corrupt(let text): "the compressed data is corrupt: \(text)"
            case .truncated: "the archive is truncated"
            case .badHeader(let text): "bad tar header: \(text)"
            case .leavesRoot: "the name leads out of the layer"
            case .badName(let text): "bad name: \(text)"
            case .badParent: "its parent is no folder inside the layer"
            case .missingLinkTarget(let target): "hard link to \"\(target)\", which the layer does not have"
            case .badLinkTarget(let target): "hard link to \"\(target)\", which is no file inside the layer"
            case .unsupportedType(let type): "unsupported tar entry type \(type)"
            case .limitExceeded(let text): "limit exceeded: \(text)"
            }
        return entry.map { "layer entry \"\($0)\": \(problem)" } ?? problem
    }
}
