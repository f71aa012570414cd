import AgentAPI
import AgentServer
import NIOCore
import Testing

@Suite struct StreamFrameCoderTests {
    @Test func framesComeBackHoweverTheyArrive() throws {
        var coder = StreamFrameCoder()
        let frames = [
            StreamFrame(0, []), StreamFrame(1, Array("hello".utf8)), .closing(0),
            StreamFrame(200, [UInt8](repeating: 9, count: 70_000)),
        ]
        var wire = ByteBuffer()
        for frame in frames { try coder.encode(data: frame, out: &wire) }
        var read: [StreamFrame] = []
        var buffer = ByteBuffer()
        while let piece = wire.readSlice(length: min(wire.readableBytes, 7)), piece.readableBytes > 0 {
            var piece = piece
            buffer.writeBuffer(&piece)
            while let frame = try coder.decode(buffer: &buffer) { read.append(frame) }
        }
        #expect(read == frames)
        #expect(read[2].closedChannel == 0)
    }

    @Test(arguments: [[1, 1, 0, 0, 0, 0], [1, 0, 0, 16, 0, 1], [1, 0, 255, 255, 255, 255]] as [[UInt8]])
    func whatIsNoFrame(head: [UInt8]) {
        var coder = StreamFrameCoder()
        var buffer = ByteBuffer(bytes: head)
        #expect(throws: StreamFrameCoder.BrokenFrame.self) { try coder.decode(buffer: &buffer) }
    }
}
