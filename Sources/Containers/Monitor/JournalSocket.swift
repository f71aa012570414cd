import CLinux
import Glibc
import Linux

/// The monitor's end of systemd-journald's socket: a datagram for each entry, and never a wait.
struct JournalSocket: ~Copyable {
    enum Outcome: Hashable {
        case sent
        /// The journal has not taken enough of what it was sent before.
        case full
        /// There is no journal, or it does not take this: an error number.
        case failed(Int32)
    }

    /// One entry: fields of its own, the end of the last of which is `message`, and the fields that all entries have,
    /// which begin with the newline behind it.
    struct Entry {
        var head: UnsafeRawBufferPointer
        var message: UnsafeRawBufferPointer
        var tail: UnsafeRawBufferPointer
    }

    static let path = "/run/systemd/journal/socket"

    private let path: String
    private var connection: Descriptor?
    /// Counts connections: a descriptor's number may come again.
    private(set) var generation = 0

    /// Connects with the first entry.
    init(path: String) {
        self.path = path
    }

    /// The descriptor to wait for, until it is writable; nil where there is no connection.
    var number: Int32? {
        switch connection {
        case .some(let descriptor): descriptor.rawValue
        case .none: nil
        }
    }

    /// Sends one entry. A journal that was started anew has another socket: then it connects once more.
    mutating func send(_ entry: Entry) -> Outcome {
        var hasConnected = false
        while true {
            if number == nil {
                do throws(SystemError) {
                    connection = try UnixSocket.connectDatagram(path)
                } catch {
                    return .failed(error.errno)
                }
                generation += 1
                hasConnected = true
            }
            let outcome = sendOnce(entry)
            switch outcome {
            case .failed(ECONNREFUSED), .failed(ENOTCONN), .failed(ECONNRESET):
                connection = nil
                if hasConnected { return outcome }
            default: return outcome
            }
        }
    }

    private borrowing func sendOnce(_ entry: Entry) -> Outcome {
        guard let number else { return .failed(ENOTCONN) }
        let code = withUnsafeTemporaryAllocation(of: iovec.self, capacity: 3) { vectors in
            for (index, part) in [entry.head, entry.message, entry.tail].enumerated() {
                let start = UnsafeMutableRawPointer(mutating: part.baseAddress)
                vectors.initializeElement(at: index, to: iovec(iov_base: start, iov_len: part.count))
            }
            var message = msghdr()
            message.msg_iov = vectors.baseAddress
            message.msg_iovlen = vectors.count
            return sendmsg(number, &message, Int32(MSG_NOSIGNAL | MSG_DONTWAIT)) < 0 ? errno : 0
        }
        switch code {
        case 0: return .sent
        case EAGAIN: return .full
        case EINTR: return sendOnce(entry)
        // Too large for a datagram, or for the memory that the socket may take: as a file.
        case EMSGSIZE, ENOBUFS: return sendFile(entry, to: number)
        default: return .failed(code)
        }
    }

    /// Sends an entry as a file in memory. journald maps it, and takes it only where nobody can change it any more.
    private borrowing func sendFile(_ entry: Entry, to number: Int32) -> Outcome {
        do throws(SystemError) {
            let file = try Descriptor.sealableMemoryFile(named: "journal-entry")
            try file.writeAll(entry.head)
            try file.writeAll(entry.message)
            try file.writeAll(entry.tail)
            try file.sealMemoryFile()
            let fileNumber = file.rawValue
            try retrying("sendmsg") { clinux_send_descriptor(number, fileNumber, nil, 0) }
            return .sent
        } catch {
            return error.errno == EAGAIN ? .full : .failed(error.errno)
        }
    }
}
