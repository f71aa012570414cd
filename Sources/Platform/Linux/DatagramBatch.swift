import CLinux
import Glibc

/// Room for many datagrams, made once, and used again and again: recvmmsg(2) and sendmmsg(2). For one thread.
public final class DatagramBatch {
    /// How many datagrams fit.
    public let capacity: Int
    /// How many bytes of a datagram are kept; a longer one is cut.
    public let datagramSize: Int
    public private(set) var count = 0

    private let entries: UnsafeMutablePointer<clinux_datagram>
    private let peers: UnsafeMutableRawPointer
    private let bytes: UnsafeMutableRawPointer

    /// - Parameter capacity: at most 64.
    public init(capacity: Int, datagramSize: Int) {
        precondition((1...Int(CLINUX_DATAGRAM_BATCH)).contains(capacity))
        self.capacity = capacity
        self.datagramSize = datagramSize
        let peerSize = Int(CLINUX_PEER_SIZE)
        entries = .allocate(capacity: capacity)
        peers = .allocate(byteCount: capacity * peerSize, alignment: 8)
        bytes = .allocate(byteCount: capacity * datagramSize, alignment: 8)
        for index in 0..<capacity {
            entries[index] = clinux_datagram(
                bytes: bytes + index * datagramSize,
                length: 0,
                peer: peers + index * peerSize,
                peer_length: 0
            )
        }
    }

    deinit {
        entries.deallocate()
        peers.deallocate()
        bytes.deallocate()
    }

    /// Takes what waits in the socket, as much as fits, in place of what was here. `count` says how many came; 0 is none.
    ///
    /// An ICMP error that a socket without peer reports is passed over: it is of another datagram.
    public func receive(from socket: borrowing Descriptor) throws(SystemError) {
        count = 0
        for index in 0..<capacity {
            entries[index].length = UInt32(datagramSize)
            entries[index].peer_length = UInt32(CLINUX_PEER_SIZE)
        }
        let number = socket.rawValue
        let received = clinux_receive_datagrams(number, entries, UInt32(capacity))
        if received >= 0 {
            count = Int(received)
            return
        }
        let code = errno
        switch code {
        case EAGAIN, EINTR, ECONNREFUSED, EHOSTUNREACH, ENETUNREACH: return
        default: throw SystemError(call: "recvmmsg", errno: code, subject: "fd \(number)")
        }
    }

    /// The bytes of a datagram.
    public subscript(index: Int) -> UnsafeRawBufferPointer {
        precondition(index < count)
        return UnsafeRawBufferPointer(start: entries[index].bytes, count: Int(entries[index].length))
    }

    /// The address of a datagram's peer, four or sixteen bytes in network order. An IPv4 address that came through an IPv6
    /// socket is one of four bytes.
    public func withPeerAddress<Result>(_ index: Int, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        let entry = entries[index]
        guard let peer = entry.peer else { preconditionFailure("a datagram has a peer") }
        if peer.load(as: sa_family_t.self) == sa_family_t(AF_INET) {
            return body(UnsafeRawBufferPointer(start: peer + 4, count: 4))
        }
        return body(UnsafeRawBufferPointer(start: peer + 8, count: 16))
    }

    /// Appends a datagram to the peer of another batch's: `write` gets the room, and gives the length; 0 is no datagram.
    ///
    /// False where the batch is full.
    public func append(
        toPeerOf index: Int,
        in other: DatagramBatch,
        _ write: (UnsafeMutableRawBufferPointer) -> Int
    ) -> Bool {
        guard count < capacity else { return false }
        let length = write(UnsafeMutableRawBufferPointer(start: entries[count].bytes, count: datagramSize))
        guard length > 0 else { return true }
        entries[count].length = UInt32(length)
        entries[count].peer_length = other.entries[index].peer_length
        entries[count].peer?.copyMemory(from: other.entries[index].peer, byteCount: Int(other.entries[index].peer_length))
        count += 1
        return true
    }

    /// Sends all, and is empty then. What the kernel does not take is dropped, as the network does.
    public func send(through socket: borrowing Descriptor) {
        let number = socket.rawValue
        var first = 0
        while first < count {
            let sent = clinux_send_datagrams(number, entries + first, UInt32(count - first))
            if sent > 0 {
                first += Int(sent)
            } else if errno != EINTR {
                // The first of them cannot go (its peer is unreachable, or the buffer is full); the others may.
                first += 1
            }
        }
        count = 0
    }

    /// A peer that outlives the batch: for an answer that comes later.
    public struct Peer: Sendable, Hashable {
        fileprivate var address: [UInt8]
    }

    public func peer(_ index: Int) -> Peer {
        let entry = entries[index]
        return Peer(address: Array(UnsafeRawBufferPointer(start: entry.peer, count: Int(entry.peer_length))))
    }

    /// sendto(2) to a peer. What the kernel does not take is dropped.
    public static func send(_ bytes: [UInt8], to peer: Peer, through socket: borrowing Descriptor) {
        let number = socket.rawValue
        bytes.withUnsafeBytes { bytes in
            peer.address.withUnsafeBytes { address in
                guard let start = address.baseAddress else { return }
                _ = sendto(
                    number,
                    bytes.baseAddress,
                    bytes.count,
                    Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT),
                    start.assumingMemoryBound(to: sockaddr.self),
                    socklen_t(address.count)
                )
            }
        }
    }
}
