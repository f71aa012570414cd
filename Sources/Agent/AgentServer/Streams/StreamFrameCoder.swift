import AgentAPI
import NIOCore

/// Frames on a connection that was upgraded to `swiftlet-stream`: channel, zero, length in four bytes, bytes.
package struct StreamFrameCoder: NIOSingleStepByteToMessageDecoder, MessageToByteEncoder {
    package typealias InboundOut = StreamFrame
    package typealias OutboundIn = StreamFrame

    /// A frame that cannot be read: the place in the stream is lost.
    package struct BrokenFrame: Error, Equatable {}

    private static let headLength = 6

    package init() {}

    package mutating func decode(buffer: inout ByteBuffer) throws -> StreamFrame? {
        let start = buffer.readerIndex
        guard let channel = buffer.getInteger(at: start, as: UInt8.self),
            let flags = buffer.getInteger(at: start + 1, as: UInt8.self),
            let length = buffer.getInteger(at: start + 2, as: UInt32.self)
        else { return nil }
        guard flags == 0, length <= StreamFrame.limit else { throw BrokenFrame() }
        guard let bytes = buffer.getBytes(at: start + Self.headLength, length: Int(length)) else { return nil }
        buffer.moveReaderIndex(forwardBy: Self.headLength + bytes.count)
        return StreamFrame(channel, bytes)
    }

    package mutating func decodeLast(buffer: inout ByteBuffer, seenEOF: Bool) throws -> StreamFrame? {
        try decode(buffer: &buffer)
    }

    package func encode(data: StreamFrame, out: inout ByteBuffer) throws {
        out.reserveCapacity(minimumWritableBytes: Self.headLength + data.bytes.count)
        out.writeInteger(data.channel)
        out.writeInteger(UInt8(0))
        out.writeInteger(UInt32(data.bytes.count))
        out.writeBytes(data.bytes)
    }
}
