import AgentAPI
import Linux
import Synchronization

/// The streams that were prepared and not opened yet, each behind a token that is good for one use.
public final class StreamTokens: Sendable {
    private struct Entry {
        var session: any StreamSession
        var owner: Owner
        var expires: Monotonic
    }

    /// Whose a token is. The pid may change: a command may hand the token to a child.
    private struct Owner: Hashable {
        var owner: Peer.Owner
        var role: Role

        init(_ peer: Peer) {
            owner = peer.owner
            role = peer.role
        }
    }

    /// The path of streams, before the token.
    static let path = StreamTicket.pathPrefix

    private let entries = Mutex<[String: Entry]>([:])
    private let limit: Int
    private let lifetime: Duration
    private let now: @Sendable () -> Monotonic

    /// - Parameters:
    ///   - limit: how many may wait at once.
    ///   - lifetime: how long each may.
    package init(
        limit: Int = 1024,
        lifetime: Duration = .seconds(30),
        now: @escaping @Sendable () -> Monotonic = { .now }
    ) {
        self.limit = limit
        self.lifetime = lifetime
        self.now = now
    }

    /// Keeps a session for who asked for it. `resourceExhausted` where too many wait.
    package func issue(_ session: any StreamSession, to peer: Peer) throws(Fault) -> StreamTicket {
        let token = Self.random()
        let moment = now()
        let entry = Entry(session: session, owner: Owner(peer), expires: moment.advanced(by: lifetime))
        let isKept = entries.withLock { entries in
            // Here and nowhere else: without new ones nothing grows, and no timer is needed.
            for (old, entry) in entries where entry.expires <= moment { entries[old] = nil }
            guard entries.count < limit else { return false }
            entries[token] = entry
            return true
        }
        guard isKept else {
            throw Fault(
                .resourceExhausted,
                "\(limit) streams wait to be opened",
                reason: "TooManyStreams",
                hint: "open them, or wait \(lifetime.components.seconds) s until they are void"
            )
        }
        return StreamTicket(
            token: token,
            path: Self.path + token,
            protocols: session.kind.protocols,
            expires: Timestamp.now.advanced(by: lifetime).rfc3339Seconds
        )
    }

    /// What a token would open, without using it.
    package func kind(of token: String, for peer: Peer) -> StreamKind? {
        let moment = now()
        return entries.withLock { entries in
            guard let entry = entries[token], entry.expires > moment, entry.owner == Owner(peer) else { return nil }
            return entry.session.kind
        }
    }

    /// Uses a token up. `forbidden` to whoever is not its owner, and then it is void as well; `notFound` where it was
    /// used, is void or never was.
    package func redeem(_ token: String, by peer: Peer) throws(Fault) -> any StreamSession {
        let entry = entries.withLock { $0.removeValue(forKey: token) }
        guard let entry, entry.expires > now() else {
            throw Fault(
                .notFound,
                "no stream waits for this token",
                reason: "StreamNotFound",
                hint: "a token is good for one use within \(lifetime.components.seconds) s"
            )
        }
        guard entry.owner == Owner(peer) else {
            throw Fault(.forbidden, "the token is somebody else's, and void now", reason: "StreamForbidden")
        }
        return entry.session
    }

    /// 32 bytes of the kernel's generator, in base64url.
    private static func random() -> String {
        var generator = SystemRandomNumberGenerator()
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        // 43 digits of 6 bits each: 258 bits.
        let digits = (0..<43).map { _ in alphabet[Int(generator.next(upperBound: UInt64(64)))] }
        return String(decoding: digits, as: UTF8.self)
    }
}
