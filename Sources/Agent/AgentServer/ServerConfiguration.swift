import JSONRPC

/// Where the server listens and what it puts up with.
public struct ServerConfiguration: Sendable {
    /// What one client, and all of them, may take.
    public struct Limits: Sendable, Hashable {
        /// Bytes of one message.
        public var messageBytes = LineFramer.defaultLimit
        /// Levels of nesting and entries of a batch.
        public var codec = RPCCodec.Limits()
        /// Calls of one connection under way at once; further ones wait in the socket.
        public var callsInFlight = 128
        /// Connections of one socket or port; further ones are closed at once.
        public var connections = 512
        /// Connections of one user, or of one certificate's name; further ones are closed at once.
        public var connectionsPerUser = 256
        /// How long a new connection may say nothing, and a TLS handshake may take.
        public var firstByte = Duration.seconds(10)
        /// How long a message may take from its first byte to its last.
        public var message = Duration.seconds(30)
        /// How long a client may leave answers unread.
        public var stalled = Duration.seconds(300)
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
    /// A TCP port besides; nil: nothing listens on TCP.
    public var tcp: TCPListening?
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
