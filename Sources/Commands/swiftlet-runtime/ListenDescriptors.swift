import ContainerRuntime
import Glibc

extension LaunchOptions {
    /// Passes the sockets on that a service manager gave to us (sd_listen_fds(3)), in front of those of `--preserve-fds`.
    mutating func passListenDescriptors() {
        guard let text = getenv("LISTEN_FDS"), let count = Int(String(cString: text)), count > 0, count < 1 << 16 else { return }
        // `LISTEN_PID` is our caller's, as often as not, who meant the container all the same.
        listenDescriptors = count
        preservedDescriptors += count
    }
}
