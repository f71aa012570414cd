import Cgroups
import Glibc
import Linux

/// Has systemd make a scope, and keeps it while the container is made.
///
/// A scope begins with a process and ends with its last one. This program is static and cannot link libsystemd, so systemd's
/// own tool asks for the scope: it becomes `keep`, which waits in a group of its own below the scope until the container's
/// first process is there.
public struct ScopeKeeper: ~Copyable {
    private static let tool = "/usr/bin/systemd-run"
    /// Below the scope: out of the way of the controllers that are handed down to the container.
    private static let group = "launch"

    /// The verb of our programs that runs `keep`.
    public static let command = "keep-scope"
    private static let ready = Array("ready\n".utf8)

    private let process: ProcessHandle
    private let lifeline: Descriptor
    private let folder: String

    /// Returns when the scope is there.
    ///
    /// - Parameter layout: must be of version 2 alone.
    static func start(_ scope: ScopeName, in layout: CgroupLayout) throws(RuntimeError) -> ScopeKeeper {
        guard layout.mode == .v2, let hierarchy = layout.hierarchies.first else {
            throw RuntimeError(.unsupported, "systemd's cgroup driver needs cgroup v2; this machine has \(layout.mode)")
        }
        guard FileSystem.exists(tool), FileSystem.exists("/run/systemd/system") else {
            throw RuntimeError(.unsupported, "systemd's cgroup driver needs systemd as the machine's init, and \(tool)")
        }
        return try step("ask systemd for the scope \(scope.unit)") { () throws(SystemError) in
            try start(scope, folder: hierarchy.mountPoint + scope.path)
        }
    }

    private static func start(_ scope: ScopeName, folder: String) throws(SystemError) -> ScopeKeeper {
        let lifeline = try Descriptor.pipe()
        let answer = try Descriptor.pipe()
        let messages = try Descriptor.memoryFile(named: "systemd-run")
        let process = try ChildProcess(
            executable: tool,
            arguments: [
                "--scope", "--quiet", "--collect", "--unit=\(scope.unit)", "--slice=\(scope.slice)",
                "--property=Delegate=yes", "--property=TasksMax=infinity", "--",
                // The program may lie on a mount that nobody else sees.
                "/proc/\(getpid())/exe", command,
            ]
        ).spawn([0: lifeline.read.rawValue, 1: answer.write.rawValue, 2: messages.rawValue])
        try answer.write.close()
        let line = try answer.read.readToEnd(limit: 4096)
        guard line == ready else {
            _ = try process.wait()
            lseek(messages.rawValue, 0, SEEK_SET)
            let text = String(decoding: try messages.readToEnd(limit: 1 << 16), as: UTF8.self)
            let last = text.split(separator: "\n").last.map(String.init) ?? "no answer"
            throw SystemError(call: "systemd-run", errno: EPROTO, subject: last)
        }
        return ScopeKeeper(process: process, lifeline: try lifeline.write.duplicate(), folder: "\(folder)/\(group)")
    }

    private init(process: consuming ProcessHandle, lifeline: consuming Descriptor, folder: String) {
        self.process = process
        self.lifeline = lifeline
        self.folder = folder
    }

    /// The container's process is there, or will never be: the scope is left to itself.
    consuming func end() {
        _ = close(lifeline.release())
        // A container that is made and not started has a copy of the lifeline for as long as it waits, so that its end alone
        // would not do. It is our child until it is reaped here; how it ends is of no interest.
        try? process.signal(SIGKILL)
        _ = try? process.wait()
        rmdir(folder)
    }

    /// What the scope's first process does. Gives its exit status.
    public static func keep() -> Int32 {
        do {
            let layout = try CgroupLayout.detect().trackingOnly
            let own = layout.hierarchies.first { $0.isUnified }?.ownPath ?? "/"
            let cgroup = try Cgroup(path: "\(own)/\(group)", in: layout)
            try cgroup.createForTracking()
            try cgroup.join()
        } catch {
            let line = Array("\(error)\n".utf8)
            _ = write(STDERR_FILENO, line, line.count)
            return 1
        }
        _ = write(STDOUT_FILENO, ready, ready.count)
        close(STDOUT_FILENO)
        var byte: UInt8 = 0
        while read(STDIN_FILENO, &byte, 1) == -1 && errno == EINTR {}
        return 0
    }
}
