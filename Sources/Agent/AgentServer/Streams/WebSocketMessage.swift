/// A message of RFC 6455, put together.
package struct WebSocketMessage: Sendable, Equatable {
    package enum Kind: Sendable {
        case text, binary
    }

    package var kind: Kind
    package var bytes: [UInt8]

    package init(kind: Kind, bytes: [UInt8]) {
        self.kind = kind
        self.bytes = bytes
    }
}

/// What a client of a WebSocket did that RFC 6455 forbids, with the code that the closing frame gives it.
package struct WebSocketViolation: Error, Equatable {
    /// Section 7.4.1.
    package enum Code: UInt16 {
        case protocolError = 1002
        case unacceptableData = 1003
        case invalidText = 1007
        case tooLong = 1009
    }

    package var code: Code
    /// Goes into the closing frame: at most 123 bytes.
    package var reason: String

    package init(_ code: Code, _ reason: String) {
        self.code = code
        self.reason = reason
    }
}
