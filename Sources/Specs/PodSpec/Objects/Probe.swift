import JSONCoding

/// A question that is put to a container again and again.
public struct Probe: Codable, Sendable, Hashable {
    public var exec: ExecAction?
    public var httpGet: HTTPGetAction?
    public var tcpSocket: TCPSocketAction?
    public var grpc: GRPCAction?
    public var initialDelaySeconds: Int32?
    public var periodSeconds: Int32?
    public var timeoutSeconds: Int32?
    public var successThreshold: Int32?
    public var failureThreshold: Int32?
    public var terminationGracePeriodSeconds: Int64?

    /// Creates a probe without an action, with the API server's defaults where it is read.
    public init() {}
}

/// A command in the container.
public struct ExecAction: Codable, Sendable, Hashable {
    @EmptyByDefault public var command: [String]

    /// Creates an action.
    public init(command: [String]) { self.command = command }
}

/// An HTTP request.
public struct HTTPGetAction: Codable, Sendable, Hashable {
    /// A header line.
    public struct Header: Codable, Sendable, Hashable {
        public var name: String
        public var value: String

        /// Creates a line.
        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    public var path: String?
    public var port: PortReference
    public var host: String?
    public var scheme: String?
    @EmptyByDefault public var httpHeaders: [Header]

    /// Creates a request for `/`.
    public init(port: PortReference) { self.port = port }
}

/// A TCP connection.
public struct TCPSocketAction: Codable, Sendable, Hashable {
    public var port: PortReference
    public var host: String?

    /// Creates an action.
    public init(port: PortReference) { self.port = port }
}

/// A call of gRPC's health service.
public struct GRPCAction: Codable, Sendable, Hashable {
    public var port: Int32
    public var service: String?

    /// Creates a call for the server as a whole.
    public init(port: Int32) { self.port = port }
}

/// A port by number, or by the name that the container's `ports` give it.
public enum PortReference: Codable, Sendable, Hashable {
    case number(UInt16)
    case name(String)

    public init(from decoder: any Decoder) throws {
        let node = try JSONNode(from: decoder)
        if let name = node.stringValue {
            self = .name(name)
        } else {
            self = .number(try JSON.decode(UInt16.self, from: node))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .number(let number): try container.encode(number)
        case .name(let name): try container.encode(name)
        }
    }
}

/// What happens after a container's start and before its end, and the signal that asks it to end.
public struct Lifecycle: Codable, Sendable, Hashable {
    /// One action.
    public struct Handler: Codable, Sendable, Hashable {
        /// Waits.
        public struct Sleep: Codable, Sendable, Hashable {
            public var seconds: Int64
        }

        public var exec: ExecAction?
        public var httpGet: HTTPGetAction?
        public var tcpSocket: TCPSocketAction?
        public var sleep: Sleep?
    }

    public var postStart: Handler?
    public var preStop: Handler?
    public var stopSignal: String?
}
