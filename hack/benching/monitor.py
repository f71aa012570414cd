"""`hack/bench monitor`: swiftlet-monitor beside Debian's conmon: a container that writes much, 50 that write nothing, and the way
from the monitor's start to the container's first instruction."""

import json
import os
import shutil
import statistics
import subprocess
import time

from .pods import say
from .processes import cpu_ns, memory_kb
from .runtime import make_bundle
from .sides import output

LINE = b"x" * 99 + b"\n"
PART = 64 << 20
PARTS = 16
ROUNDS = 3
IDLE = 50
SPAWNS = 40
PATIENCE = 120


class Side:
    """A monitor, and how its containers are started."""

    def __init__(self, name, program, runtime, work):
        self.name, self.program, self.runtime = name, program, runtime
        self.folder = os.path.join(work, "monitor-" + name)
        self.data = os.path.join(work, "data")
        os.makedirs(self.folder)
        self.count = 0

    def bundle(self, script):
        self.count += 1
        folder = os.path.join(self.folder, str(self.count))
        name = f"m{self.count}-{self.name}"
        make_bundle(folder, name, ["/bin/busybox", "sh", "-c", script])
        os.mkdir(os.path.join(folder, "rootfs", "data"))
        path = os.path.join(folder, "config.json")
        with open(path, encoding="utf-8") as file:
            config = json.load(file)
        config["mounts"].append({"destination": "/data", "type": "bind", "source": self.data, "options": ["rbind"]})
        with open(path, "w", encoding="utf-8") as file:
            json.dump(config, file)
        return name, folder

    def start(self, script):
        """Starts a container; gives its name and the monitor's process."""
        name, folder = self.bundle(script)
        read, write = os.pipe()
        os.set_inheritable(write, True)
        log = os.path.join(folder, "log")
        command = [self.program, "--api-version", "1", "-c", name, "-u", name, "-n", name, "-b", folder, "-p", os.path.join(folder, "pid"),
                   "-l", "k8s-file:" + log, "--exit-dir", folder, "--full-attach", "--sync"]
        root = os.path.join(self.folder, "state")
        if self.runtime:
            command += ["-r", self.runtime, "--runtime-arg", "--root=" + root]
        else:
            command += ["--start", "--runtime-arg", "--root=" + root, "--persist-dir", os.path.join(folder, "run")]
        child = subprocess.Popen(command, env={**os.environ, "_OCI_SYNCPIPE": str(write)}, pass_fds=[write],
                                 stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as pipe:
            answer = json.loads(pipe.readline())
        if answer["data"] < 0:
            raise RuntimeError(f"{self.name}: {answer}")
        if self.runtime:
            output(self.runtime, "--root", root, "start", name)
        # In the foreground the monitor is the process that was started.
        return {"name": name, "folder": folder, "log": log, "pid": answer["data"], "monitor": child.pid, "child": child, "root": root}

    def end(self, container):
        os.kill(container["pid"], 9)
        container["child"].wait(PATIENCE)
        if self.runtime:
            output(self.runtime, "--root", container["root"], "delete", "-f", container["name"])
        shutil.rmtree(container["folder"])


def throughput(side):
    """Megabytes of output a second, and seconds of the monitor's processor a gigabyte."""
    container = side.start(f"read -r x </data/go-{side.name}; i=0; "
                           f"while [ $i -lt {PARTS} ]; do cat /data/lines; i=$((i+1)); done; exec sleep 100000")
    before = cpu_ns([container["monitor"]])
    began = time.time_ns()
    with open(f"{side.data}/go-{side.name}", "w", encoding="utf-8") as fifo:
        fifo.write("go\n")
    size, stable = 0, 0
    deadline = time.monotonic() + PATIENCE
    while stable < 5:
        time.sleep(0.1)
        status = os.stat(container["log"])
        stable = stable + 1 if status.st_size == size and size > PART * PARTS else 0
        size = status.st_size
        if time.monotonic() > deadline:
            raise TimeoutError(f"{side.name}: the log has {size} bytes only")
    cpu = (cpu_ns([container["monitor"]]) - before) / 1e9
    took = (status.st_mtime_ns - began) / 1e9
    grown = memory_kb(container["monitor"], "Private_Dirty") / 1024
    side.end(container)
    gigabytes = PART * PARTS / 1e9
    return gigabytes * 1e3 / took, cpu / gigabytes, grown


def idle(side):
    """Megabytes of one monitor's own, and kilobytes of each of many."""
    containers = [side.start("exec sleep 100000") for _ in range(IDLE)]
    # Buffers are given back a moment after the last event.
    time.sleep(1)
    monitors = [container["monitor"] for container in containers]
    private = statistics.median(memory_kb(pid, "Private_Clean", "Private_Dirty") for pid in monitors) / 1024
    pss = sum(memory_kb(pid, "Pss") for pid in monitors) / IDLE
    for container in containers:
        side.end(container)
    return private, pss


def spawn(side):
    """Milliseconds from the monitor's start to the container's first instruction: it opens a pipe that is waited at."""
    fifo = os.path.join(side.data, "first-" + side.name)
    if not os.path.exists(fifo):
        os.mkfifo(fifo)
    waiter = subprocess.Popen(["/bin/sh", "-c", f'read -r x <"{fifo}"; exec cat /proc/uptime >/dev/null'])
    began = time.perf_counter_ns()
    container = side.start(f"echo now >/data/first-{side.name}; exec sleep 100000")
    waiter.wait(PATIENCE)
    took = (time.perf_counter_ns() - began) / 1e6
    side.end(container)
    return took


def bench_monitor(work, binaries):
    # crun refuses a machine with both versions of cgroups: nobody sees version 2 then.
    if os.path.ismount("/sys/fs/cgroup/unified"):
        output("umount", "/sys/fs/cgroup/unified")
    output("mount", "-t", "tmpfs", "-o", "size=6g", "tmpfs", work)
    data = os.path.join(work, "data")
    os.mkdir(data)
    with open(os.path.join(data, "lines"), "wb") as file:
        file.write(LINE * (PART // len(LINE)))
    sides = [Side("ours", os.path.join(binaries, "swiftlet-monitor"), None, work),
             Side("peer", shutil.which("conmon"), shutil.which("crun"), work)]
    for side in sides:
        os.mkfifo(os.path.join(data, "go-" + side.name))
    rows = {side.name: [] for side in sides}
    for number in range(ROUNDS):
        say(f"a gigabyte of lines, {number + 1} of {ROUNDS}")
        for side in sides:
            rows[side.name].append(throughput(side))
    say(f"{IDLE} idle containers each")
    quiet = {side.name: idle(side) for side in sides}
    say(f"{SPAWNS} starts each")
    starts = {side.name: [] for side in sides}
    for number in range(SPAWNS):
        for side in sides[number % 2:] + sides[:number % 2]:
            starts[side.name].append(spawn(side))
    median = {name: [statistics.median(column) for column in zip(*found)] for name, found in rows.items()}
    return {
        "log-throughput-vs-conmon": (median["ours"][0], median["peer"][0]),
        "log-cpu-vs-conmon": (median["ours"][1], median["peer"][1]),
        "log-private-mb": (median["ours"][2], median["peer"][2]),
        "monitor-private-mb": (quiet["ours"][0], quiet["peer"][0]),
        "monitor-pss-vs-conmon": (quiet["ours"][1], quiet["peer"][1]),
        "spawn-vs-conmon-crun": (statistics.median(starts["ours"]), statistics.median(starts["peer"])),
    }


def report_monitor(figures):
    for name, (ours, peer) in figures.items():
        print(f"{name}\t{ours:.3f}\t{peer:.3f}\t{ours / peer:.3f}", flush=True)
