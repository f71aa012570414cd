import AgentAPI
import AgentServer
import Archive
import Glibc
import Linux
import PodEngine

/// A tar archive into a container's folder or out of it, without a program in the container.
///
/// The archive goes through a pipe between the connection and a thread that may block.
struct CopySession: StreamSession {
    enum Direction: Sendable {
        /// Files get the container's user as owner, and only where that may write.
        case inwards(FileOwner)
        case outwards
    }

    let direction: Direction
    let path: String
    /// Opens the container's root. Called once, when the client is there.
    let root: @Sendable () throws(ContainerFailure) -> Descriptor

    var kind: StreamKind { .process(greeting: StreamFrame.Channel.output) }

    func run(_ client: StreamClient) async {
        do {
            let pipe = try Descriptor.pipe()
            let (read, write) = (pipe.read.release(), pipe.write.release())
            switch direction {
            case .inwards(let owner): try await copyIn(client, owner, from: read, through: write)
            case .outwards: try await copyOut(client, into: write, through: read)
            }
            await StreamStatus.success.tell(client)
        } catch {
            await StreamStatus.failed("\(error)").tell(client)
        }
    }

    private func copyIn(_ client: StreamClient, _ owner: FileOwner, from read: Int32, through write: Int32) async throws {
        let (root, path) = (root, path)
        let unpacking = Self.onThread {
            let source = Descriptor(owning: read)
            try owner.assume()
            try TreeUnpacker(root: try root(), path: path).unpack(TarReader(ArchiveChunks.input(source.rawValue)))
            // What follows the end of an archive is padding: a writer must not meet a closed pipe over it.
            while try !source.readToEnd(limit: 1 << 20).isEmpty {}
        }
        var writer: ByteWriter? = try ByteWriter(Descriptor(owning: write))
        var isComplete = false
        while let frame = await client.receive() {
            if frame.closedChannel == StreamFrame.Channel.input {
                isComplete = true
                break
            }
            guard frame.channel == StreamFrame.Channel.input else { continue }
            // A thread that has failed has closed the pipe, and says why.
            do { try await writer?.write(frame.bytes) } catch { break }
        }
        writer = nil
        try await unpacking.value
        if !isComplete { throw CancellationError() }
    }

    private func copyOut(_ client: StreamClient, into write: Int32, through read: Int32) async throws {
        let (root, path) = (root, path)
        let packing = Self.onThread {
            let sink = Descriptor(owning: write)
            try TreeArchiver { bytes throws in try sink.writeAll(bytes) }.archive(path, in: try root())
        }
        var reader: ByteReader? = try ByteReader(Descriptor(owning: read))
        do {
            while let bytes = try await reader?.read(atMost: 64 << 10), !bytes.isEmpty {
                try await client.send(bytes, on: StreamFrame.Channel.output)
            }
        } catch {
            // The thread finds the pipe closed.
            reader = nil
            _ = await packing.result
            throw error
        }
        try await packing.value
    }

    /// A thread of its own: it blocks, and its identity towards files ends with it.
    private static func onThread(_ body: @escaping @Sendable () throws -> Void) -> Task<Void, any Error> {
        Task { try await FreshThread.run(named: "copy", body) }
    }
}
