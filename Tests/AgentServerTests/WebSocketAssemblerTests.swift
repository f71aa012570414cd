import AgentServer
import NIOCore
import NIOWebSocket
import Testing

/// RFC 6455 without I/O.
@Suite struct WebSocketAssemblerTests {
    private let mask: WebSocketMaskingKey = [1, 2, 3, 4]

    private func frame(
        _ opcode: WebSocketOpcode,
        _ bytes: [UInt8],
        isLast: Bool = true,
        masked: Bool = true
    ) -> WebSocketFrame {
        var data = ByteBuffer(bytes: bytes)
        if masked { data.webSocketMask(mask) }
        return WebSocketFrame(fin: isLast, opcode: opcode, maskKey: masked ? mask : nil, data: data)
    }

    private func violation(
        _ frames: WebSocketFrame...,
        limit: Int = 100
    ) -> WebSocketViolation.Code? {
        var assembler = WebSocketAssembler(limit: limit)
        do throws(WebSocketViolation) {
            for frame in frames { _ = try assembler.take(frame) }
            return nil
        } catch {
            return error.code
        }
    }

    @Test func fragmentsAndControlFramesBetweenThem() throws {
        var assembler = WebSocketAssembler(limit: 100)
        #expect(try assembler.take(frame(.text, [0xC3], isLast: false)) == .none)
        #expect(try assembler.take(frame(.ping, [7])) == .ping([7]))
        #expect(try assembler.take(frame(.pong, [7])) == .none)
        // The two halves of "ä".
        let whole = try assembler.take(frame(.continuation, [0xA4]))
        #expect(whole == .message(WebSocketMessage(kind: .text, bytes: [0xC3, 0xA4])))
        #expect(try assembler.take(frame(.binary, [])) == .message(WebSocketMessage(kind: .binary, bytes: [])))
        #expect(try assembler.take(frame(.connectionClose, [3, 232])) == .close(1000))
        #expect(try assembler.take(frame(.connectionClose, [])) == .close(nil))
    }

    @Test func whatClientsMustNotDo() {
        #expect(violation(frame(.binary, [1], masked: false)) == .protocolError)
        #expect(violation(frame(.continuation, [1])) == .protocolError)
        #expect(violation(frame(.text, [65], isLast: false), frame(.text, [65])) == .protocolError)
        #expect(violation(frame(.ping, [1], isLast: false)) == .protocolError)
        #expect(violation(frame(.ping, [UInt8](repeating: 0, count: 126)), limit: 1000) == .protocolError)
        for opcode: UInt8 in [3, 7, 11, 15] {
            guard let opcode = WebSocketOpcode(encodedWebSocketOpcode: opcode) else { continue }
            #expect(violation(frame(opcode, [])) == .protocolError)
        }
        var reserved = frame(.binary, [1])
        reserved.rsv2 = true
        #expect(violation(reserved) == .protocolError)
        #expect(violation(frame(.text, [0xFF])) == .invalidText)
        // The first half of a character alone.
        #expect(violation(frame(.text, [0xC3])) == .invalidText)
        #expect(violation(frame(.connectionClose, [3])) == .protocolError)
        for code: UInt16 in [0, 999, 1004, 1005, 1006, 1015, 2999, 5000] {
            #expect(violation(frame(.connectionClose, [UInt8(code >> 8), UInt8(code & 255)])) == .protocolError)
        }
        #expect(violation(frame(.connectionClose, [3, 232, 0xFF])) == .invalidText)
    }

    @Test func nothingGrowsPastTheLimit() {
        #expect(violation(frame(.binary, [UInt8](repeating: 0, count: 101))) == .tooLong)
        let half = [UInt8](repeating: 0, count: 60)
        #expect(violation(frame(.binary, half, isLast: false), frame(.continuation, half)) == .tooLong)
        var assembler = WebSocketAssembler(limit: 100)
        #expect(throws: WebSocketViolation(.tooLong, "a message has 100 bytes at most")) {
            _ = try assembler.take(frame(.binary, [], isLast: false))
            for _ in 0...WebSocketAssembler.fragmentLimit { _ = try assembler.take(frame(.continuation, [], isLast: false)) }
        }
    }

    /// Whatever comes, it is an event or a violation, and never more bytes than the limit.
    @Test func anyFramesAtAll() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            var assembler = WebSocketAssembler(limit: 64)
            for _ in 0..<20 {
                guard let opcode = WebSocketOpcode(encodedWebSocketOpcode: UInt8.random(in: 0..<16)) else { continue }
                let bytes = (0..<Int.random(in: 0..<40)).map { _ in UInt8.random(in: 0 ... .max, using: &generator) }
                let next = frame(opcode, bytes, isLast: .random(), masked: Int.random(in: 0..<20) > 0)
                guard let event = try? assembler.take(next) else { break }
                if case .message(let message) = event { #expect(message.bytes.count <= 64) }
            }
        }
    }
}
