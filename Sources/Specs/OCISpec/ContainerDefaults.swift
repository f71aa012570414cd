/// What a container gets when nobody asks for anything else: the values that containerd gives to its containers.
///
/// Programs in images are written against these; a container that gets more is less isolated than its users believe,
/// one that gets less breaks images that work elsewhere.
public enum ContainerDefaults {
    /// The capabilities of a container that is not privileged.
    public static var capabilities: [String] {
        [
            "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FSETID", "CAP_FOWNER", "CAP_MKNOD", "CAP_NET_RAW", "CAP_SETGID",
            "CAP_SETUID", "CAP_SETFCAP", "CAP_SETPCAP", "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT", "CAP_KILL",
            "CAP_AUDIT_WRITE",
        ]
    }

    /// Paths that are hidden from a container that is not privileged.
    public static var maskedPaths: [String] {
        [
            "/proc/acpi", "/proc/asound", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats",
            "/proc/sched_debug", "/proc/scsi", "/proc/timer_list", "/proc/timer_stats", "/sys/devices/virtual/powercap",
            "/sys/firmware",
        ]
    }

    /// Paths that a container that is not privileged can only read.
    public static var readonlyPaths: [String] {
        ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]
    }

    /// The mounts of every container, in order. A pod's shared `/dev/shm` replaces the one of this list.
    public static var mounts: [RuntimeSpec.Mount] {
        [
            RuntimeSpec.Mount(
                destination: "/proc",
                type: "proc",
                source: "proc",
                options: ["nosuid", "noexec", "nodev"]
            ),
            RuntimeSpec.Mount(
                destination: "/dev",
                type: "tmpfs",
                source: "tmpfs",
                options: ["nosuid", "strictatime", "mode=755", "size=65536k"]
            ),
            RuntimeSpec.Mount(
                destination: "/dev/pts",
                type: "devpts",
                source: "devpts",
                options: ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"]
            ),
            RuntimeSpec.Mount(
                destination: "/dev/shm",
                type: "tmpfs",
                source: "shm",
                options: ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"]
            ),
            RuntimeSpec.Mount(
                destination: "/dev/mqueue",
                type: "mqueue",
                source: "mqueue",
                options: ["nosuid", "noexec", "nodev"]
            ),
            RuntimeSpec.Mount(
                destination: "/sys",
                type: "sysfs",
                source: "sysfs",
                options: ["nosuid", "noexec", "nodev", "ro"]
            ),
            RuntimeSpec.Mount(
                destination: "/sys/fs/cgroup",
                type: "cgroup",
                source: "cgroup",
                options: ["nosuid", "noexec", "nodev", "relatime", "ro"]
            ),
        ]
    }

    /// Access to devices: none, besides those that the runtime itself gives to every container (null, zero, full,
    /// random, urandom, tty, ptys).
    public static var deviceRules: [RuntimeSpec.Linux.Resources.DeviceRule] {
        [RuntimeSpec.Linux.Resources.DeviceRule(allow: false, access: "rwm")]
    }

    /// The environment of a container whose image sets none.
    public static let path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
}
