import CLinux
import ContainerRuntime
import Glibc
import Linux

/// Passes bytes between our own terminal and the one of a container in the foreground.
final class TerminalProxy {
    /// The end for the runtime, which sends the master through it.
    let far: Int32
    private let near: Int32
    private var master: Int32 = -1
    private var saved: termios?
    private var inputEnded = false

    init() throws(SystemError) {
        let pair = try Descriptor.socketPair(type: Int32(SOCK_STREAM.rawValue))
        near = pair.first.release()
        far = pair.second.release()
    }

    /// Takes the master, and our terminal out of the way. The process runs by now: if it has a terminal, the master has
    /// been sent; says whether it has.
    func begin() throws(SystemError) -> Bool {
        defer {
            close(near)
            close(far)
        }
        do throws(SystemError) {
            _ = clinux_fcntl_int(near, F_SETFL, O_NONBLOCK)
            master = try retrying("recvmsg", "terminal") { clinux_receive_descriptor(near) }
        } catch  where error.errno == EAGAIN {
            return false
        }
        var settings = termios()
        if tcgetattr(0, &settings) == 0 {
            saved = settings
            cfmakeraw(&settings)
            tcsetattr(0, TCSANOW, &settings)
        }
        resize()
        return true
    }

    func end() {
        if var saved { tcsetattr(0, TCSANOW, &saved) }
        if master != -1 { close(master) }
    }

    /// Gives the container's terminal the size of ours.
    func resize() {
        var size = winsize()
        // TIOCGWINSZ, TIOCSWINSZ
        if clinux_ioctl_pointer(0, 0x5413, &size) == 0 { _ = clinux_ioctl_pointer(master, 0x5414, &size) }
    }

    var interests: [pollfd] {
        [
            pollfd(fd: master, events: Int16(POLLIN), revents: 0),
            pollfd(fd: inputEnded ? -1 : 0, events: Int16(POLLIN), revents: 0),
        ]
    }

    func copy(_ ready: [pollfd]) {
        if ready[0].revents != 0 { _ = move(from: master, to: 1) }
        if ready[1].revents != 0, !move(from: 0, to: master) { inputEnded = true }
    }

    /// What the process wrote before it ended.
    func drain() {
        _ = clinux_fcntl_int(master, F_SETFL, O_NONBLOCK)
        while move(from: master, to: 1) {}
    }

    private func move(from source: Int32, to target: Int32) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 8192)
        let count = Glibc.read(source, &buffer, buffer.count)
        if count <= 0 { return false }
        var sent = 0
        while sent < count {
            let written = buffer[sent..<count].withUnsafeBytes { Glibc.write(target, $0.baseAddress, $0.count) }
            if written <= 0 { return false }
            sent += written
        }
        return true
    }
}
