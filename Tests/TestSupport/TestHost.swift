import Glibc
import Linux
import Synchronization

/// A host of a test's own: mount, network, pid and cgroup namespaces with an empty /run, loopback that is up, and cgroup
/// hierarchies whose roots are the test's.
///
/// The folders of the machine are seen in it (its mounts are private copies). It ends with `close()`, with the last
/// reference, or with the test process, however that ends: then all that runs in it is killed, its network and its
/// mounts go, and its cgroups are removed.
public final class TestHost: Sendable {
    /// The process that is pid 1 in there.
    public let holder: pid_t
    /// Its cgroup below the roots of the machine's hierarchies.
    public let cgroup: String
    /// A folder of the machine for what the host keeps; removed with it.
    public let folder: String

    private let keeper: ProcessHandle
    /// The host ends when this end of a pipe is closed; -1 afterwards.
    private let lifeline: Mutex<Int32>
    private let processes = Mutex<[HostProcess]>([])
    /// A thread inside the host: what it spawns runs there.
    private let inside = BlockingThread.start(named: "host")
    /// Waits for that thread, and resumes tasks in its stead.
    private let outside = DedicatedThread(name: "host-waiter")

    public init(_ name: String = "test") async throws {
        cgroup = "swiftlet-\(name)-\(getpid())-\(UInt16.random(in: 0 ... .max))"
        var template = Array("/tmp/swiftlet-\(name)-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemError.last("mkdtemp", name) }
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        // Users other than root look into some of what is made here.
        _ = chmod(folder, 0o755)
        let lifeline = try Pipe.ends()
        self.lifeline = Mutex(lifeline.write)
        defer { _ = Glibc.close(lifeline.read) }
        let answer = try Descriptor.pipe()
        keeper = try Command("/bin/sh", "-c", TestHost.keeperScript, "sh", cgroup, TestHost.holderScript, folder).spawn(
            [
                0: lifeline.read, 1: answer.write.rawValue, 2: 2,
            ])
        try answer.write.close()
        // The holder says a line when its host is furnished; nothing comes when it failed.
        var byte: UInt8 = 0
        guard Glibc.read(answer.read.rawValue, &byte, 1) == 1 else {
            _ = try keeper.wait()
            throw SystemError(call: "unshare", errno: EPERM, subject: "the private host could not be made")
        }
        // keeper → unshare → holder
        let unshare = try TestHost.onlyChild(of: keeper.pid)
        let holder = try TestHost.onlyChild(of: unshare)
        self.holder = holder
        try await perform {
            try Namespace.unshare([.mount])
            for kind in [NamespaceKind.network, .pid, .mount] {
                let namespace = try Descriptor.open("/proc/\(holder)/ns/\(kind.procName)", O_RDONLY)
                try Namespace.enter(namespace, kind: kind)
            }
        }
    }

    deinit {
        close()
        inside.end()
    }

    /// Ends the host and everything in it, and waits until that is done.
    public func close() {
        let end = lifeline.withLock { lifeline in
            defer { lifeline = -1 }
            return lifeline
        }
        guard end >= 0 else { return }
        _ = Glibc.close(end)
        do {
            // The host's pid 1 ends only when all of its processes are reaped, those that are our children by us.
            for process in processes.withLock({ $0 }) { try process.wait() }
            _ = try keeper.wait()
        } catch {
            Command.printError("host \(cgroup): \(error)")
        }
    }

    /// Runs a program in the host to its end.
    public func run(_ command: Command) async throws -> Command.Outcome {
        var command = command
        command.arguments = TestHost.entering(command.arguments)
        return try await perform { [command] in try command.run() }
    }

    /// Starts a program in the host that goes on running. What it writes goes to a file.
    public func start(_ command: Command, output: String) async throws -> HostProcess {
        var command = command
        command.arguments = TestHost.entering(command.arguments)
        let process = try await perform { [command] in
            let log = try Descriptor.open(output, O_WRONLY | O_CREAT | O_APPEND, mode: 0o644)
            return HostProcess(try command.spawn([1: log.rawValue, 2: log.rawValue]), log: output)
        }
        processes.withLock { $0.append(process) }
        return process
    }

    /// Runs a closure on a thread inside the host, where paths are those of the host. (/proc/self is not: the thread's
    /// process is outside.)
    public func perform<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await outside.run { [inside] in try inside.run(body) }
    }

    private static func onlyChild(of pid: pid_t) throws -> pid_t {
        let children = try FileSystem.readText("/proc/\(pid)/task/\(pid)/children").split(separator: " ")
        guard children.count == 1, let child = pid_t(children[0]) else {
            throw SystemError(call: "children", errno: ESRCH, subject: "pid \(pid): \(children)")
        }
        return child
    }
}

extension TestHost {
    /// Moves itself into the host's cgroup, then into its cgroup namespace, then becomes the program. In this order: where
    /// namespaces are delegated (`nsdelegate`, as systemd mounts v2) none may move a process into itself from outside.
    fileprivate static func entering(_ arguments: [String]) -> [String] {
        let script = """
            for file in /sys/fs/cgroup/host/cgroup.procs /sys/fs/cgroup/*/host/cgroup.procs; do
                [ ! -e "$file" ] || echo 0 >"$file"
            done
            exec nsenter --cgroup=/proc/1/ns/cgroup -- "$@"
            """
        return ["/bin/sh", "-c", script, "sh"] + arguments
    }

    /// Outside: makes the cgroups, becomes the parent of the host, and removes the cgroups and the folder when
    /// that has ended. $1 is the cgroup, $2 the holder's script, $3 the folder.
    fileprivate static let keeperScript = """
        set -eu
        hierarchies=$(awk '$3 == "cgroup" || $3 == "cgroup2" { print $2 }' /proc/self/mounts)
        remove() {
            for hierarchy in $hierarchies; do
                [ ! -e "$hierarchy/$1" ] || find "$hierarchy/$1" -depth -type d -exec rmdir {} +
            done
        }
        trap 'remove "$1"; rm -rf "$3"' EXIT
        for hierarchy in $hierarchies; do
            # v2: what the machine's own root does not hand down, nobody below it has.
            for controller in cpu cpuset io memory pids; do
                ! grep -qsw "$controller" "$hierarchy/cgroup.controllers" ||
                    echo "+$controller" >"$hierarchy/cgroup.subtree_control"
            done
            for group in "$hierarchy/$1" "$hierarchy/$1/host"; do
                mkdir "$group"
                # Empty cpusets refuse processes (v1).
                for file in cpuset.cpus cpuset.mems; do
                    [ ! -e "$hierarchy/$file" ] || cat "$hierarchy/$file" >"$group/$file"
                done
            done
        done
        (
            for hierarchy in $hierarchies; do
                echo 0 >"$hierarchy/$1/cgroup.procs"
            done
            # The group that a process is in becomes the root of its namespace. Then it leaves it: v2 hands controllers
            # down only from a cgroup without processes.
            exec unshare --cgroup sh -ec '
                script=$1 cgroup=$2
                shift 2
                for hierarchy in "$@"; do
                    echo 0 >"$hierarchy/$cgroup/host/cgroup.procs"
                done
                exec unshare --mount --net --pid --fork --kill-child --mount-proc --propagation private \\
                    sh -c "$script" sh "$cgroup" "$@"
            ' sh "$2" "$1" $hierarchies
        )
        """

    /// Inside, as pid 1: makes the cgroups of the test the roots of the hierarchies and waits for the lifeline to end.
    /// $1 is the cgroup, the others the hierarchies.
    fileprivate static let holderScript = """
        set -eu
        cgroup=$1
        shift
        mount -t tmpfs -o mode=755 tmpfs /run
        mkdir /run/cgroup
        for hierarchy in "$@"; do
            mount --bind "$hierarchy/$cgroup" /run/cgroup
            umount "$hierarchy"
            mount --move /run/cgroup "$hierarchy"
        done
        rmdir /run/cgroup
        # Where skopeo and podman of the machine keep what they know.
        [ ! -e /var/lib/containers ] || mount -t tmpfs tmpfs /var/lib/containers
        ip link set lo up
        # Whatever loses its parent in here is reaped by this shell while it waits.
        exec 3<&0
        echo ready
        cat <&3 >/dev/null &
        exec 3<&-
        wait $!
        """
}
