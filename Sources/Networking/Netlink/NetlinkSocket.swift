import CNetlink
import Glibc
import Linux

/// A netlink socket in the network namespace in which the calling thread was when it was opened.
///
/// It stays in that namespace whatever thread uses it, but one at a time: an exchange is a request and all its answers.
/// The kernel answers within the sending call, so nothing here waits.
public struct NetlinkSocket: ~Copyable {
    /// The netlink families that are spoken here.
    public enum Family: Sendable {
        /// Links, addresses, routes.
        case route
        /// nf_tables and connection tracking.
        case netfilter

        var number: Int32 { self == .route ? NETLINK_ROUTE : NETLINK_NETFILTER }
        var name: String { self == .route ? "route" : "netfilter" }
    }

    private let socket: OpaquePointer
    private let descriptor: Int32

    /// Opens a socket.
    public init(_ family: Family) throws(NetlinkError) {
        guard let socket = nl_socket_alloc() else {
            throw NetlinkError(operation: "nl_socket_alloc", subject: family.name, errno: ENOMEM)
        }
        let result = nl_connect(socket, family.number)
        guard result == 0 else {
            nl_socket_free(socket)
            throw NetlinkError(operation: "nl_connect", subject: family.name, libraryCode: result)
        }
        self.socket = socket
        descriptor = nl_socket_get_fd(socket)
        // Explanations with errors, and acknowledgements without a copy of the request: Linux 4.12 has both.
        setOption(SOL_NETLINK_LEVEL, NETLINK_EXT_ACK, 1)
        setOption(SOL_NETLINK_LEVEL, NETLINK_CAP_ACK, 1)
        // Room for a whole table in one message; the FORCE forms pass the machine's limits and need CAP_NET_ADMIN outside of
        // user namespaces. Without it there is as much as the machine allows, which is more than libnl asks for.
        setOption(SOL_SOCKET, SO_SNDBUF, 4 << 20)
        setOption(SOL_SOCKET, SO_RCVBUF, 4 << 20)
        setOption(SOL_SOCKET, SO_SNDBUFFORCE, 4 << 20)
        setOption(SOL_SOCKET, SO_RCVBUFFORCE, 4 << 20)
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        _ = setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit {
        nl_socket_free(socket)
    }

    /// An option that only makes things better: a kernel without it is no error.
    private func setOption(_ level: Int32, _ option: Int32, _ value: Int32) {
        var value = value
        _ = setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Sends requests in one write and waits for the acknowledgement of each.
    ///
    /// The kernel goes on after one that fails; the first error is thrown when all have been answered.
    public borrowing func perform(_ requests: [NetlinkRequest]) throws(NetlinkError) {
        guard let last = requests.last else { return }
        var bytes: [UInt8] = []
        var sequences: [UInt32: Int] = [:]
        for (index, request) in requests.enumerated() {
            var request = request
            let sequence = nl_socket_use_seq(socket)
            request.stamp(sequence: sequence, flags: NLM_F_REQUEST | NLM_F_ACK)
            sequences[sequence] = index
            bytes += request.bytes
        }
        try send(bytes, last)
        var failure: NetlinkError?
        while !sequences.isEmpty {
            for message in try receive(last) {
                guard let index = sequences[message.sequence], message.isAcknowledgement else { continue }
                sequences[message.sequence] = nil
                if failure == nil { failure = message.error(for: requests[index]) }
            }
        }
        if let failure { throw failure }
    }

    /// Sends one request and waits for its acknowledgement.
    public borrowing func perform(_ request: NetlinkRequest) throws(NetlinkError) {
        try perform([request])
    }

    /// Sends a question that has one answer, or one answer in several messages.
    public borrowing func query(_ request: NetlinkRequest) throws(NetlinkError) -> [NetlinkReply] {
        try exchange(request, flags: NLM_F_REQUEST | NLM_F_ACK).replies
    }

    /// Asks for all objects of a kind. A list that changed while the kernel wrote it is asked for again.
    public borrowing func dump(_ request: NetlinkRequest) throws(NetlinkError) -> [NetlinkReply] {
        for _ in 0..<16 {
            // NLM_F_DUMP is no single bit, which the import does not take.
            let answer = try exchange(request, flags: NLM_F_REQUEST | NLM_F_ROOT | NLM_F_MATCH)
            if !answer.interrupted { return answer.replies }
        }
        throw NetlinkError(
            operation: request.operation,
            subject: request.subject,
            errno: EINTR,
            explanation: "the list kept changing while it was read"
        )
    }

    private borrowing func exchange(
        _ request: NetlinkRequest,
        flags: Int32
    ) throws(NetlinkError) -> (replies: [NetlinkReply], interrupted: Bool) {
        var stamped = request
        let sequence = nl_socket_use_seq(socket)
        stamped.stamp(sequence: sequence, flags: flags)
        try send(stamped.bytes, request)
        var replies: [NetlinkReply] = []
        var interrupted = false
        while true {
            for message in try receive(request) where message.sequence == sequence {
                interrupted = interrupted || message.flags & UInt16(NLM_F_DUMP_INTR) != 0
                if message.isAcknowledgement {
                    if let error = message.error(for: request) { throw error }
                    return (replies, interrupted)
                }
                replies.append(NetlinkReply(message))
            }
        }
    }

    /// Sends the messages of an nf_tables transaction, of which the last asks for its acknowledgement.
    ///
    /// The kernel applies all or nothing. It answers each message that fails, and the opening one where the whole fails. Gives
    /// back the objects whose messages asked for it (NLM_F_ECHO), with the names and handles that they have got.
    @discardableResult
    package borrowing func transact(_ requests: [NetlinkRequest]) throws(NetlinkError) -> [NetlinkReply] {
        guard let first = requests.first, requests.count > 2 else { return [] }
        var bytes: [UInt8] = []
        var sequences: [UInt32: Int] = [:]
        for (index, request) in requests.enumerated() {
            var request = request
            let sequence = nl_socket_use_seq(socket)
            let isLast = index == requests.count - 2
            request.stamp(sequence: sequence, flags: NLM_F_REQUEST | (isLast ? NLM_F_ACK : 0))
            sequences[sequence] = index
            bytes += request.bytes
        }
        try send(bytes, first)
        var failure: NetlinkError?
        var echoes: [NetlinkReply] = []
        while true {
            for message in try receive(first) {
                guard let index = sequences[message.sequence] else { continue }
                guard message.isAcknowledgement else {
                    echoes.append(NetlinkReply(message))
                    continue
                }
                if failure == nil { failure = message.error(for: requests[index]) }
                guard index == 0 || index == requests.count - 2 else { continue }
                if let failure { throw failure }
                return echoes
            }
        }
    }

    /// Has the kernel send what it tells all who listen to a group. Such a socket serves for nothing else.
    package borrowing func join(_ group: UInt32) throws(NetlinkError) {
        let result = nl_socket_add_membership(socket, Int32(group))
        guard result == 0 else {
            throw NetlinkError(operation: "nl_socket_add_membership", subject: "group \(group)", libraryCode: result)
        }
        // However long it takes.
        var limit = timeval()
        _ = setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    /// Waits for the next of what the kernel tells a group; nil where some of it was lost because the socket was full.
    package borrowing func nextEvents() throws(NetlinkError) -> [NetlinkReply]? { try events(flags: 0) }

    /// The next of what the kernel has told a group already, none where that is nothing; nil where some of it was lost because
    /// the socket was full.
    package borrowing func pendingEvents() throws(NetlinkError) -> [NetlinkReply]? {
        do throws(NetlinkError) { return try events(flags: Int32(MSG_DONTWAIT)) } catch where error.errno == EAGAIN {
            return []
        }
    }

    private borrowing func events(flags: Int32) throws(NetlinkError) -> [NetlinkReply]? {
        let subject = NetlinkMessageBuilder(type: 0).request("recv", "events")
        do throws(NetlinkError) {
            return try receive(subject, flags: flags).map(NetlinkReply.init)
        } catch where error.errno == ENOBUFS {
            return nil
        }
    }

    /// The number by which the kernel knows this socket in its network namespace.
    package var port: UInt32 { nl_socket_get_local_port(socket) }

    /// To be waited for; open as long as the socket.
    package var rawDescriptor: Int32 { descriptor }

    private borrowing func send(_ bytes: [UInt8], _ request: NetlinkRequest) throws(NetlinkError) {
        while true {
            var bytes = bytes
            let result = nl_sendto(socket, &bytes, bytes.count)
            if result >= 0 { return }
            let code = errno
            if code == EINTR { continue }
            throw NetlinkError(operation: request.operation, subject: request.subject, errno: code)
        }
    }

    private borrowing func receive(_ request: NetlinkRequest, flags: Int32 = 0) throws(NetlinkError) -> [RawMessage] {
        // The kernel writes at most 32 KiB of a list at once (NLMSG_GOODSIZE grows up to that).
        let capacity = 65_536
        let received: Result<[RawMessage], NetlinkError> =
            withUnsafeTemporaryAllocation(byteCount: capacity, alignment: 8) { buffer in
                while true {
                    let length = recv(descriptor, buffer.baseAddress, capacity, flags | Int32(MSG_TRUNC))
                    if length > capacity {
                        return .failure(
                            NetlinkError(
                                operation: request.operation,
                                subject: request.subject,
                                errno: EMSGSIZE
                            )
                        )
                    }
                    if length >= 0 {
                        return .success(RawMessage.all(in: UnsafeRawBufferPointer(rebasing: buffer[..<length])))
                    }
                    let code = errno
                    if code == EINTR { continue }
                    return .failure(
                        NetlinkError(operation: request.operation, subject: request.subject, errno: code)
                    )
                }
            }
        return try received.get()
    }
}

extension NetlinkReply {
    fileprivate init(_ message: RawMessage) {
        self.init(type: message.type, port: message.port, payload: message.payload)
    }
}

/// A message as it was received.
private struct RawMessage {
    let type: UInt16
    let flags: UInt16
    let sequence: UInt32
    let port: UInt32
    let payload: [UInt8]

    static func all(in buffer: UnsafeRawBufferPointer) -> [RawMessage] {
        var messages: [RawMessage] = []
        var offset = 0
        while offset + 16 <= buffer.count {
            let length = Int(buffer.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
            guard length >= 16, offset + length <= buffer.count else { break }
            messages.append(
                RawMessage(
                    type: buffer.loadUnaligned(fromByteOffset: offset + 4, as: UInt16.self),
                    flags: buffer.loadUnaligned(fromByteOffset: offset + 6, as: UInt16.self),
                    sequence: buffer.loadUnaligned(fromByteOffset: offset + 8, as: UInt32.self),
                    port: buffer.loadUnaligned(fromByteOffset: offset + 12, as: UInt32.self),
                    payload: Array(buffer[(offset + 16)..<(offset + length)])
                )
            )
            offset += (length + 3) & ~3
        }
        return messages
    }

    /// True for the message that ends an exchange: an acknowledgement, an error or the end of a list.
    var isAcknowledgement: Bool { type == UInt16(NLMSG_ERROR) || type == UInt16(NLMSG_DONE) }

    /// The error in an acknowledgement, nil where there is none.
    func error(for request: NetlinkRequest) -> NetlinkError? {
        guard payload.count >= 4 else { return nil }
        let code = payload.withUnsafeBytes { $0.loadUnaligned(as: Int32.self) }
        guard code < 0 else { return nil }
        var explanation: String?
        if type == UInt16(NLMSG_ERROR), flags & UInt16(NLM_F_ACK_TLVS) != 0, payload.count >= 20 {
            let echoed = payload.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 4, as: UInt32.self) }
            // Behind the error stands the request's header, with NLM_F_CAPPED nothing more of it.
            let offset = flags & UInt16(NLM_F_CAPPED) != 0 ? 20 : 4 + Int(echoed + 3) & ~3
            explanation = NetlinkAttributes(payload.dropFirst(offset)).first(NLMSGERR_ATTR_MSG.rawValue)?.text
        }
        return NetlinkError(
            operation: request.operation,
            subject: request.subject,
            errno: -code,
            explanation: explanation
        )
    }
}
