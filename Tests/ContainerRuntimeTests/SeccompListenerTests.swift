import CLinux
import Glibc
import JSONCoding
import Linux
import OCISpec
import TestSupport
import Testing

/// Filters that ask somebody: the listener reaches the socket of the configuration with the state of the process.
@Suite(.needsPrivateHost) struct SeccompListenerTests {
    private let fixture: ContainerFixture

    init() throws { fixture = try ContainerFixture() }

    /// A listening socket, and what the first who comes sends.
    private struct Receiver: ~Copyable {
        let socket: Descriptor

        init(_ path: String) throws {
            let number = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            socket = Descriptor(owning: number)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
            let bound = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
            guard bound == 0, listen(number, 4) == 0 else { throw SystemError.last("bind", path) }
        }

        /// The message; its descriptor goes to the caller.
        func receive(_ listener: inout Int32) throws -> JSONNode {
            var interest = pollfd(fd: socket.rawValue, events: Int16(POLLIN), revents: 0)
            try #require(poll(&interest, 1, 20_000) == 1)
            let connection = Descriptor(owning: clinux_accept(socket.rawValue))
            var buffer = [UInt8](repeating: 0, count: 65536)
            let count = clinux_receive(connection.rawValue, &buffer, UInt(buffer.count), &listener)
            try #require(count > 0 && listener != -1)
            return try JSON.parse(Array(buffer[..<Int(count)]))
        }
    }

    private func spec(_ path: String, _ script: String) -> RuntimeSpec {
        var spec = fixture.spec(script)
        spec.linux?.seccomp = .init(defaultAction: .allow)
        spec.linux?.seccomp?.listenerPath = path
        spec.linux?.seccomp?.listenerMetadata = "meta"
        spec.linux?.seccomp?.syscalls = [.init(names: ["mkdirat", "mkdir"], action: .notify)]
        return spec
    }

    @Test(arguments: [true, false]) func theListenerArrives(noNewPrivileges: Bool) throws {
        let path = fixture.directory("listener")
        let receiver = try Receiver(path)
        // With nobody to answer the call fails; the program is told so, and has not waited for ever.
        var spec = spec(path, "mkdir /made; echo $?; exec sleep 1000")
        spec.process?.noNewPrivileges = noNewPrivileges
        try fixture.start(spec)
        var listener: Int32 = -1
        let message = try receiver.receive(&listener)
        #expect(message["ociVersion"] == "0.2.0")
        #expect(message["fds"]?.arrayValue == ["seccompFd"])
        #expect(message["metadata"] == "meta")
        #expect(message["state"]?["id"]?.stringValue == fixture.id)
        #expect(message["state"]?["status"] == "creating")
        #expect(message["pid"] == (try fixture.state()["pid"]))
        // The program's call is there to be answered.
        var interest = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
        #expect(poll(&interest, 1, 20_000) == 1)
        #expect(!FileSystem.exists(fixture.rootfs + "/made"))
        close(listener)
        try fixture.runtime("delete", "--force", fixture.id).checked()
    }

    @Test func aProcessThatIsAddedHasItsOwn() throws {
        let path = fixture.directory("listener")
        let receiver = try Receiver(path)
        try fixture.start(spec(path, "exec sleep 1000"))
        var listeners: [Int32] = [-1, -1]
        defer { listeners.forEach { _ = close($0) } }
        _ = try receiver.receive(&listeners[0])
        // The process keeps the streams that it is given.
        try Command(
            "/bin/sh", "-c", "exec \"$@\" >/dev/null 2>&1 </dev/null", "sh", TestBinaries.runtime, "--root", fixture.root, "exec",
            "--detach", fixture.id, "sleep", "1000"
        ).run().checked()
        let message = try receiver.receive(&listeners[1])
        #expect(message["state"]?["status"] == "running")
        #expect(message["pid"] != (try fixture.state()["pid"]))
    }

    @Test func withoutAReceiverThereIsNoContainer() throws {
        let outcome = try fixture.run(spec(fixture.directory("nobody"), "true"))
        #expect(outcome.errorText.contains("send the seccomp listener"), "\(outcome)")
        #expect(try fixture.isGone())
        var without = spec("", "true")
        without.linux?.seccomp?.listenerPath = nil
        #expect(try fixture.run(without).errorText.contains("need a listenerPath"))
        var deaf = spec(fixture.directory("nobody"), "true")
        deaf.linux?.seccomp?.syscalls = [.init(names: ["sendmsg"], action: .notify)]
        #expect(try fixture.run(deaf).errorText.contains("sendmsg, by which"))
    }
}
