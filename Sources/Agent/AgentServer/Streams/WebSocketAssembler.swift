import NIOCore
import NIOWebSocket

/// Decides what a client's frames mean: RFC 6455 without I/O.
///
/// NIO's decoder has found their borders and looked at the length of control frames; all else is checked here.
package struct WebSocketAssembler {
    package enum Event: Equatable {
        case message(WebSocketMessage)
        /// To be answered with the same bytes.
        case ping([UInt8])
        /// The client closes; the code is nil where it gave none.
        case close(UInt16?)
        /// Nothing to do: a fragment, a pong.
        case none
    }

    private var begun: WebSocketMessage?
    private var fragments = 0
    private let limit: Int

    /// A message may come in so many pieces; more are an attempt to keep us busy.
    package static let fragmentLimit = 4096

    /// - Parameter limit: the most bytes of a message.
    package init(limit: Int) {
        self.limit = limit
    }

    package mutating func take(_ frame: WebSocketFrame) throws(WebSocketViolation) -> Event {
        // Section 5.1: so that no page can make a client write bytes of its choice on the wire.
        guard frame.maskKey != nil else { throw WebSocketViolation(.protocolError, "a client's frames are masked") }
        guard !frame.rsv1 && !frame.rsv2 && !frame.rsv3 else {
            throw WebSocketViolation(.protocolError, "no extension was agreed on")
        }
        let bytes = Array(frame.unmaskedData.readableBytesView)
        switch frame.opcode {
        case .text: return try begin(.text, bytes, isLast: frame.fin)
        case .binary: return try begin(.binary, bytes, isLast: frame.fin)
        case .continuation: return try goOn(bytes, isLast: frame.fin)
        case .ping: return try control(frame, .ping(bytes))
        case .pong: return try control(frame, .none)
        case .connectionClose: return try control(frame, .close(try Self.closeCode(bytes)))
        default: throw WebSocketViolation(.protocolError, "unknown opcode")
        }
    }

    private func control(_ frame: WebSocketFrame, _ event: Event) throws(WebSocketViolation) -> Event {
        guard frame.fin, frame.length <= 125 else {
            throw WebSocketViolation(.protocolError, "a control frame is whole and has 125 bytes at most")
        }
        return event
    }

    private mutating func begin(
        _ kind: WebSocketMessage.Kind,
        _ bytes: [UInt8],
        isLast: Bool
    ) throws(WebSocketViolation) -> Event {
        guard begun == nil else { throw WebSocketViolation(.protocolError, "the message before is not complete") }
        fragments = 0
        begun = WebSocketMessage(kind: kind, bytes: [])
        return try goOn(bytes, isLast: isLast)
    }

    private mutating func goOn(_ bytes: [UInt8], isLast: Bool) throws(WebSocketViolation) -> Event {
        guard var message = begun else { throw WebSocketViolation(.protocolError, "there is nothing to continue") }
        fragments += 1
        guard message.bytes.count + bytes.count <= limit, fragments <= Self.fragmentLimit else {
            throw WebSocketViolation(.tooLong, "a message has \(limit) bytes at most")
        }
        begun = nil
        message.bytes += bytes
        guard isLast else {
            begun = message
            return .none
        }
        if message.kind == .text, String(validating: message.bytes, as: UTF8.self) == nil {
            throw WebSocketViolation(.invalidText, "the text is no UTF-8")
        }
        return .message(message)
    }

    /// Section 5.5.1: nothing, or a code and a text; section 7.4: which codes may be sent.
    private static func closeCode(_ bytes: [UInt8]) throws(WebSocketViolation) -> UInt16? {
        if bytes.isEmpty { return nil }
        guard bytes.count >= 2 else { throw WebSocketViolation(.protocolError, "half a closing code") }
        let code = UInt16(bytes[0]) << 8 | UInt16(bytes[1])
        switch code {
        case 1000...1003, 1007...1014, 3000...4999: break
        default: throw WebSocketViolation(.protocolError, "no closing code")
        }
        guard String(validating: bytes.dropFirst(2), as: UTF8.self) != nil else {
            throw WebSocketViolation(.invalidText, "the reason is no UTF-8")
        }
        return code
    }
}
