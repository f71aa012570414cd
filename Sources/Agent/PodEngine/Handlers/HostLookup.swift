import Glibc
import Linux
import Synchronization

/// Turns the host of an action into an address. Digits cost nothing; a name is looked up on a thread of its own, one a name
/// at a time, for name servers may take longer than any probe.
final class HostLookup: Sendable {
    /// Why a name has no address.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// A lookup that is under way, and what came of it.
    private final class Lookup: Sendable {
        let done = Latch()
        let result = Mutex<Result<String, Failure>?>(nil)
    }

    private let underWay = Mutex<[String: Lookup]>([:])

    /// The first address of a host, with a port.
    func address(of host: String, port: UInt16, until deadline: Monotonic?) async throws -> SocketAddress {
        if let address = SocketAddress(host, port: port) { return address }
        let lookup = lookup(host)
        await wait(for: lookup, until: deadline)
        guard let result = lookup.result.withLock({ $0 }) else {
            throw Failure(description: "lookup \(host): no answer in time")
        }
        guard let address = SocketAddress(try result.get(), port: port) else {
            throw Failure(description: "lookup \(host): no usable address")
        }
        return address
    }

    private func lookup(_ host: String) -> Lookup {
        underWay.withLock { underWay in
            if let lookup = underWay[host] { return lookup }
            let lookup = Lookup()
            underWay[host] = lookup
            startThread(named: "host-lookup") { [self] in
                let result = Self.resolve(host)
                lookup.result.withLock { $0 = result }
                self.underWay.withLock { $0[host] = nil }
                lookup.done.open()
            }
            return lookup
        }
    }

    private func wait(for lookup: Lookup, until deadline: Monotonic?) async {
        guard let deadline else { return await lookup.done.wait() }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await lookup.done.wait() }
            // Only a cancellation ends it early: the answer came first.
            group.addTask { try? await EventThread.shared.sleep(until: deadline) }
            await group.next()
            group.cancelAll()
        }
    }

    /// getaddrinfo(3); the first address in digits.
    private static func resolve(_ host: String) -> Result<String, Failure> {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var first: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, nil, &hints, &first)
        guard code == 0 else { return .failure(Failure(description: "lookup \(host): \(String(cString: gai_strerror(code)))")) }
        defer { freeaddrinfo(first) }
        guard let entry = first?.pointee else { return .failure(Failure(description: "lookup \(host): no address")) }
        var buffer = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let size = socklen_t(buffer.count)
        guard getnameinfo(entry.ai_addr, entry.ai_addrlen, &buffer, size, nil, 0, NI_NUMERICHOST) == 0 else {
            return .failure(Failure(description: "lookup \(host): no usable address"))
        }
        return .success(String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
    }
}
