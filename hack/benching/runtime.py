"""`hack/bench runtime`: swiftlet-runtime against Debian's crun and runc, and against what the kernel itself takes."""

import json
import os
import shutil
import statistics
import subprocess
import time

from .pods import say
from .sides import REPOSITORY, output

BUSYBOX = "/bin/busybox"
CAPABILITIES = ["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FSETID", "CAP_FOWNER", "CAP_MKNOD", "CAP_NET_RAW", "CAP_SETGID",
                "CAP_SETUID", "CAP_SETFCAP", "CAP_SETPCAP", "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT", "CAP_KILL",
                "CAP_AUDIT_WRITE"]
NULL = os.open("/dev/null", os.O_RDWR)
WARM = 3


class Runtime:
    def __init__(self, name, program, work):
        self.name, self.program = name, program
        self.root = os.path.join(work, "state-" + name)
        self.bundles = {kind: make_bundle(os.path.join(work, f"{name}-{kind}"), name, command)
                        for kind, command in (("true", ["/bin/true"]), ("sleep", ["/bin/sleep", "1000"]))}

    def call(self, *arguments):
        """How long a command takes, in milliseconds."""
        return timed([self.program, "--root", self.root, *arguments])

    def run(self):
        return self.call("run", "--bundle", self.bundles["true"], "b-" + self.name)

    def steps(self):
        """A container's life: what create, start, exec and delete take."""
        name = "b-" + self.name
        created = self.call("create", "--bundle", self.bundles["sleep"], name)
        started = self.call("start", name)
        added = self.call("exec", name, "/bin/true")
        # Killed and gone first, so that only the deletion is measured.
        state = json.loads(output(self.program, "--root", self.root, "state", name))
        pidfd = os.pidfd_open(state["pid"])
        output(self.program, "--root", self.root, "kill", name, "KILL")
        wait_for(pidfd)
        deleted = self.call("delete", name)
        return {"create": created, "start": started, "exec": added, "delete": deleted}


def wait_for(pidfd):
    import select
    poll = select.poll()
    poll.register(pidfd, select.POLLIN)
    if not poll.poll(20_000):
        raise TimeoutError("a container that was killed has not ended")
    os.close(pidfd)


def timed(command):
    actions = [(os.POSIX_SPAWN_DUP2, NULL, number) for number in (0, 1, 2)]
    began = time.perf_counter_ns()
    pid = os.posix_spawn(command[0], command, os.environ, file_actions=actions)
    _, status = os.waitpid(pid, 0)
    took = (time.perf_counter_ns() - began) / 1e6
    if status != 0:
        raise RuntimeError(f"{' '.join(command)}: status {status}")
    return took


def profile():
    """podman's default filter, which is that of the others too; the runtimes read it from the configuration alone."""
    for path in ("/usr/share/containers/seccomp.json", "/etc/containers/seccomp.json"):
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                given = json.load(file)
            break
    else:
        raise RuntimeError("there is no seccomp.json of golang-github-containers-common")
    rules = []
    for rule in given["syscalls"]:
        wanted, unwanted = rule.get("includes") or {}, rule.get("excludes") or {}
        if wanted.get("arches") and "amd64" not in wanted["arches"]:
            continue
        if wanted.get("caps") and not set(wanted["caps"]) <= set(CAPABILITIES):
            continue
        if "amd64" in (unwanted.get("arches") or []) or set(unwanted.get("caps") or []) & set(CAPABILITIES):
            continue
        kept = {"names": rule["names"], "action": rule["action"]}
        if rule.get("args"):
            kept["args"] = [{key: value for key, value in argument.items() if key in ("index", "value", "valueTwo", "op")}
                            for argument in rule["args"]]
        if rule.get("errnoRet") is not None:
            kept["errnoRet"] = rule["errnoRet"]
        rules.append(kept)
    found = {"defaultAction": given["defaultAction"], "syscalls": rules,
             "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"]}
    if given.get("defaultErrnoRet") is not None:
        found["defaultErrnoRet"] = given["defaultErrnoRet"]
    return found


def make_bundle(folder, name, command):
    root = os.path.join(folder, "rootfs")
    for part in ("bin", "dev", "proc", "sys"):
        os.makedirs(os.path.join(root, part))
    shutil.copy2(BUSYBOX, os.path.join(root, "bin", "busybox"))
    for link in ("true", "sleep"):
        os.symlink("busybox", os.path.join(root, "bin", link))
    safe = ["nosuid", "noexec", "nodev"]
    config = {
        "ociVersion": "1.0.2",
        "process": {"args": command, "cwd": "/", "env": ["PATH=/bin"], "user": {"uid": 0, "gid": 0}, "noNewPrivileges": True,
                    "capabilities": {kind: CAPABILITIES for kind in ("bounding", "effective", "permitted")}},
        "root": {"path": "rootfs"},
        "hostname": "box",
        "mounts": [
            {"destination": "/proc", "type": "proc", "source": "proc", "options": safe},
            {"destination": "/dev", "type": "tmpfs", "source": "tmpfs",
             "options": ["nosuid", "strictatime", "mode=755", "size=65536k"]},
            {"destination": "/dev/pts", "type": "devpts", "source": "devpts",
             "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"]},
            {"destination": "/dev/shm", "type": "tmpfs", "source": "shm", "options": safe + ["mode=1777", "size=65536k"]},
            {"destination": "/dev/mqueue", "type": "mqueue", "source": "mqueue", "options": safe},
            {"destination": "/sys", "type": "sysfs", "source": "sysfs", "options": safe + ["ro"]},
        ],
        "linux": {
            "namespaces": [{"type": kind} for kind in ("pid", "network", "ipc", "uts", "mount", "cgroup")],
            "cgroupsPath": f"/runtime-bench-{name}",
            "resources": {"devices": [{"allow": False, "access": "rwm"}], "memory": {"limit": 64 << 20},
                          "pids": {"limit": 64}, "cpu": {"shares": 512}},
            "maskedPaths": ["/proc/kcore", "/proc/keys", "/proc/timer_list", "/sys/firmware"],
            "readonlyPaths": ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
            "seccomp": profile(),
        },
    }
    with open(os.path.join(folder, "config.json"), "w", encoding="utf-8") as file:
        json.dump(config, file)
    return folder


def bench_runtime(work, binaries, runs):
    # crun refuses a machine with both versions of cgroups: nobody sees version 2 then.
    if os.path.ismount("/sys/fs/cgroup/unified"):
        output("umount", "/sys/fs/cgroup/unified")
    kernel = os.path.join(work, "kernel")
    output("gcc", "-O2", "-o", kernel, os.path.join(REPOSITORY, "hack", "benching", "kernel.c"))
    sides = [Runtime("swiftlet", os.path.join(binaries, "swiftlet-runtime"), work),
             Runtime("crun", shutil.which("crun"), work), Runtime("runc", shutil.which("runc"), work)]
    times = {(side.name, step): [] for side in sides for step in ("run", "create", "start", "exec", "delete")}
    times["kernel", "run"] = []
    root = os.path.join(sides[0].bundles["true"], "rootfs")
    # Its filter, compiled: it is kept after the first run.
    sides[0].run()
    cache = os.path.join(sides[0].root, ".seccomp")
    [compiled] = [os.path.join(cache, name) for name in os.listdir(cache)]
    say(f"{runs} rounds of run, create, start, exec and delete")
    for count in range(-WARM, runs):
        found = {("kernel", "run"): timed([kernel, "share", root, "runtime-bench-kernel", compiled, "/bin/true"])}
        # Nobody is always the first.
        for side in sides[count % 3:] + sides[:count % 3]:
            found[side.name, "run"] = side.run()
            for step, took in side.steps().items():
                found[side.name, step] = took
        if count >= 0:
            for key, took in found.items():
                times[key].append(took)
    peaks = {}
    for side in sides:
        command = [kernel, "rss", side.program, "--root", side.root, "run", "--bundle", side.bundles["true"], "b-rss"]
        peaks[side.name] = max(int(output(*command)) for _ in range(5)) / 1024
    return {key: statistics.median(values) for key, values in times.items()}, peaks


def report_runtime(times, peaks):
    def line(name, ours, peer):
        print(f"{name}\t{ours:.2f}\t{peer:.2f}\t{ours / peer:.2f}", flush=True)

    line("run-vs-crun", times["swiftlet", "run"], times["crun", "run"])
    line("run-vs-runc", times["swiftlet", "run"], times["runc", "run"])
    for step in ("create", "start", "delete", "exec"):
        line(f"{step}-vs-crun", times["swiftlet", step], times["crun", step])
    line("rss-mb", peaks["swiftlet"], peaks["crun"])
    line("run-vs-kernel", times["swiftlet", "run"], times["kernel", "run"])
