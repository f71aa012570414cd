/// One entry of an archive, all its headers read.
public struct TarEntry: Sendable, Hashable {
    /// What the entry makes.
    public enum Kind: Sendable, Hashable {
        case file
        case directory
        case symbolicLink
        case hardLink
        case characterDevice
        case blockDevice
        case fifo
    }

    /// A piece of a sparse file that is there; between the pieces are holes.
    public struct Segment: Sendable, Hashable {
        public var offset: Int64
        public var length: Int64

        public init(offset: Int64, length: Int64) {
            self.offset = offset
            self.length = length
        }
    }

    public struct Owner: Sendable, Hashable {
        public var user: UInt32
        public var group: UInt32

        public init(user: UInt32, group: UInt32) {
            self.user = user
            self.group = group
        }
    }

    public struct Device: Sendable, Hashable {
        public var major: UInt32
        public var minor: UInt32

        public init(major: UInt32, minor: UInt32) {
            self.major = major
            self.minor = minor
        }
    }

    public struct Time: Sendable, Hashable {
        public var seconds: Int64
        public var nanoseconds: Int64

        public init(seconds: Int64, nanoseconds: Int64) {
            self.seconds = seconds
            self.nanoseconds = nanoseconds
        }
    }

    public struct Attribute: Sendable, Hashable {
        public var name: String
        public var value: [UInt8]

        public init(name: String, value: [UInt8]) {
            self.name = name
            self.value = value
        }
    }

    public var kind: Kind
    /// The name as it stands in the archive.
    public var name: [UInt8]
    /// The target of a link as it stands in the archive.
    public var linkName: [UInt8]
    /// Permission bits with set-uid, set-gid and sticky.
    public var permissions: UInt32
    public var owner: Owner
    public var modified: Time
    public var device: Device
    public var attributes: [Attribute]
    /// Bytes of the file when it is written, holes included.
    public var size: Int64
    /// The pieces of a sparse file; nil for an ordinary one.
    public var segments: [Segment]?

    /// The name for messages.
    public var text: String { String(decoding: name, as: UTF8.self) }
}
