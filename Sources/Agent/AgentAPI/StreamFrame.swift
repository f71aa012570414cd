/// What travels on a stream in either direction.
public struct StreamFrame: Sendable, Equatable {
    /// The meaning of channels where a stream is that of a process; port-forward numbers its own.
    public enum Channel {
        public static let input: UInt8 = 0
        public static let output: UInt8 = 1
        public static let error: UInt8 = 2
        public static let status: UInt8 = 3
        public static let resize: UInt8 = 4
        /// Its one byte names the channel on which the sender says no more.
        public static let close: UInt8 = 255
    }

    public var channel: UInt8
    public var bytes: [UInt8]

    public init(_ channel: UInt8, _ bytes: [UInt8]) {
        self.channel = channel
        self.bytes = bytes
    }

    /// Says that nothing more comes on a channel.
    public static func closing(_ channel: UInt8) -> StreamFrame { StreamFrame(Channel.close, [channel]) }

    /// The channel that it closes; nil where it is no closing frame.
    public var closedChannel: UInt8? { channel == Channel.close && bytes.count == 1 ? bytes[0] : nil }

    /// The most bytes of one frame, either way. What is longer ends the stream.
    public static let limit = 1 << 20
}
