import AgentAPI
import AgentServer
import Linux
import Synchronization
import Testing

/// The tokens of streams, with a clock of the test's own.
@Suite struct StreamTokenTests {
    private let root = Peer(credentials: .init(pid: 1, uid: 0, gid: 0), role: .admin)

    @Test func opensOnce() throws {
        let tokens = StreamTokens()
        let ticket = try tokens.issue(IdleSession(), to: root)
        #expect(ticket.path == "/stream/\(ticket.token)")
        #expect(ticket.protocols == ["v5.channel.k8s.io", "v4.channel.k8s.io"])
        #expect(ticket.token.utf8.count == 43)
        _ = try tokens.redeem(ticket.token, by: root)
        #expect(throws: Fault.self) { try tokens.redeem(ticket.token, by: root) }
    }

    @Test func isVoidAfterItsTime() throws {
        let clock = Clock()
        let tokens = StreamTokens(lifetime: .seconds(30), now: { clock.now })
        let late = try tokens.issue(IdleSession(), to: root)
        let early = try tokens.issue(IdleSession(), to: root)
        clock.advance(by: .milliseconds(29_999))
        #expect(tokens.kind(of: early.token, for: root) != nil)
        _ = try tokens.redeem(early.token, by: root)
        clock.advance(by: .milliseconds(1))
        #expect(tokens.kind(of: late.token, for: root) == nil)
        #expect(reason { try tokens.redeem(late.token, by: root) } == "StreamNotFound")
    }

    /// Another user, or the same on the read-only socket; either makes it void.
    @Test(arguments: [(UInt32(1000), Role.admin), (0, .read)])
    func isBoundToItsOwner(uid: UInt32, role: Role) throws {
        let tokens = StreamTokens()
        let other = Peer(credentials: .init(pid: 1, uid: uid, gid: 0), role: role)
        let ticket = try tokens.issue(IdleSession(), to: root)
        #expect(tokens.kind(of: ticket.token, for: other) == nil)
        #expect(reason { try tokens.redeem(ticket.token, by: other) } == "StreamForbidden")
        #expect(reason { try tokens.redeem(ticket.token, by: root) } == "StreamNotFound")
    }

    @Test func anotherProcessOfTheUserMayOpenIt() throws {
        let tokens = StreamTokens()
        let ticket = try tokens.issue(IdleSession(), to: root)
        _ = try tokens.redeem(ticket.token, by: Peer(credentials: .init(pid: 2, uid: 0, gid: 5), role: .admin))
    }

    @Test func onlySoManyWait() throws {
        let clock = Clock()
        let tokens = StreamTokens(limit: 3, now: { clock.now })
        for _ in 0..<3 { _ = try tokens.issue(IdleSession(), to: root) }
        #expect(reason { _ = try tokens.issue(IdleSession(), to: root) } == "TooManyStreams")
        clock.advance(by: .seconds(30))
        _ = try tokens.issue(IdleSession(), to: root)
    }

    @Test func noTwoAreAlike() throws {
        let tokens = StreamTokens(limit: 1000)
        let all = try Set((0..<1000).map { _ in try tokens.issue(IdleSession(), to: root).token })
        #expect(all.count == 1000)
    }

    private func reason(_ body: () throws -> Any) -> String? {
        do {
            _ = try body()
            return nil
        } catch {
            return (error as? Fault)?.reason
        }
    }
}

private struct IdleSession: StreamSession {
    var kind: StreamKind { .process(greeting: 1) }
    func run(_ client: StreamClient) async {}
}

private final class Clock: Sendable {
    private let moment = Mutex(Monotonic.now)

    var now: Monotonic { moment.withLock { $0 } }

    func advance(by duration: Duration) {
        moment.withLock { $0 = $0.advanced(by: duration) }
    }
}
