import JSONRPC

/// Where the server listens and what it puts up with.
public struct ServerConfiguration: Sendable, Hashable {
    /// What one client, and all of them, may take.
    public struct Limits: Sendable, Hashable {
        /// Bytes of one message.
        public var messageBytes = LineFramer.defaultLimit
        /// Levels of nesting and entries of a batch.
        public var codec = RPCCodec.Limits()
        /// Calls of one connection under way at once; further ones wait in the socket.
        public var callsInFlight = 128
        /// Connections of one socket; further ones are closed at once.
        public var connections = 512
        /// How long a new connection may say nothing.
        public var firstByte = Duration.seconds(10)
        /// How long a connection with nothing under way may stay.
        public var idle = Duration.seconds(600)
        /// How long calls may go on after `shutdown`.
        public var drain = Duration.seconds(5)

        public init() {}
    }

    /// The main socket: `/run/swiftlet/swiftlet.sock`.
    public var socketPath: String
    /// The socket for those who only read; beside the main one where it is not given.
    public var readOnlySocketPath: String
    /// The group that the main socket is given to. Its members are admins.
    public var group: UInt32?
    /// The group that the read-only socket is given to.
    public var readOnlyGroup: UInt32?
    public var limits = Limits()

    /// `swiftlet.sock` and `swiftlet-ro.sock` in one folder.
    public init(directory: String) {
        self.init(
            socketPath: "\(directory)/swiftlet.sock",
            readOnlySocketPath: "\(directory)/swiftlet-ro.sock"
        )
    }

    public init(socketPath: String, readOnlySocketPath: String) {
        self.socketPath = socketPath
        self.readOnlySocketPath = readOnlySocketPath
    }
}
