"""`hack/soak interrupts`: system calls of the monitor end early, as signals and small buffers have them do.

The container writes numbered lines; of the monitor's calls that move bytes or wait, the seed has some fail with EINTR or EAGAIN before
they did anything, and some write or read a part only. What must hold: the log has every line, once, and the exit code is told.
"""

import errno
import json
import os
import random

from benching.runtime import make_bundle
from tracing import POKEUSER, SYSCALL, Tracer, ptrace, syscall_entry

from .injector import NAMES, NEVER, ORIG_RAX, RAX
from .logs import check

# offsetof(struct user, regs.rdx) on x86-64: the third argument.
RDX = 12 * 8
LINES = 3000
# EAGAIN only where the kernel may say so: descriptors that do not block.
INTERRUPTED = {"read": (errno.EINTR, errno.EAGAIN), "write": (errno.EINTR,), "epoll_wait": (errno.EINTR,), "epoll_pwait": (errno.EINTR,),
               "waitid": (errno.EINTR,), "openat": (errno.EINTR,)}
SHORTENED = ("read", "write")


class Interrupter(Tracer):
    resume = SYSCALL

    def __init__(self, program, chance):
        super().__init__()
        self.file, self.chance = os.stat(program).st_ino, chance
        self.failing, self.count = {}, {"interrupted": 0, "shortened": 0}
        # The second half logs: before it there is nothing to lose.
        self.watching = set()

    def executed(self, pid):
        if os.stat(f"/proc/{pid}/exe").st_ino != self.file:
            return False
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            if b"\0--watch\0" in file.read():
                self.watching.add(pid)
        return True

    def called(self, pid):
        number = syscall_entry(pid)
        if number is None:
            code = self.failing.pop(pid, None)
            if code is not None:
                ptrace(POKEUSER, pid, RAX, -code & NEVER)
            return
        name = NAMES.get(number)
        if pid not in self.watching or name not in INTERRUPTED:
            return
        kind = self.chance.random()
        if kind < 0.2 and may_be_interrupted(pid, name):
            self.failing[pid] = self.chance.choice(INTERRUPTED[name])
            self.count["interrupted"] += 1
            ptrace(POKEUSER, pid, ORIG_RAX, NEVER)
        elif kind < 0.4 and name in SHORTENED and (length := length_of(pid)):
            self.count["shortened"] += 1
            ptrace(POKEUSER, pid, RDX, min(length, self.chance.choice([1, 7, 100, 4096])))


def may_be_interrupted(pid, name):
    """Files of /proc and /sys are there at once: the kernel never says EINTR or EAGAIN of them, and a program's start does not ask."""
    if name not in ("read", "openat"):
        return True
    with open(f"/proc/{pid}/syscall", encoding="utf-8") as file:
        fields = file.read().split()
    if name == "read":
        target = os.readlink(f"/proc/{pid}/fd/{int(fields[1], 16)}")
    else:
        with open(f"/proc/{pid}/mem", "rb") as memory:
            memory.seek(int(fields[2], 16))
            target = memory.read(256).split(b"\0")[0].decode(errors="replace")
    return not target.startswith(("/proc/", "/sys/", "/dev/urandom"))


def length_of(pid):
    """How many bytes a call is about, where it is about the container's output or its log. Pipes and files may give and take less;
    what is read as a whole, as signals are, may not."""
    with open(f"/proc/{pid}/syscall", encoding="utf-8") as file:
        fields = file.read().split()
    target = os.readlink(f"/proc/{pid}/fd/{int(fields[1], 16)}")
    return int(fields[3], 16) if target.startswith("pipe:") or target.endswith("/log") else 0


def soak_interrupts(work, binaries, rounds, seed, say):
    """Gives the number of rounds in which something was lost."""
    monitor, runtime = (os.path.join(binaries, f"swiftlet-{name}") for name in ("monitor", "runtime"))
    broken, count = 0, {}
    say(f"{rounds} rounds, seed {seed}")
    for number in range(rounds):
        chance = random.Random(f"{seed}-{number}")
        name, folder = f"interrupted{number}", os.path.join(work, str(number))
        script = f"i=0; while [ $i -lt {LINES} ]; do i=$((i + 1)); echo \"$i {name}\"; echo \"$i {name}\" >&2; done; exit 7"
        make_bundle(folder, name, ["/bin/busybox", "sh", "-c", script])
        tracer = Interrupter(monitor, chance)
        null = os.open("/dev/null", os.O_RDWR)
        status = tracer.run(
            [monitor, "--api-version", "1", "-c", name, "-u", name, "-n", name, "-b", folder, "-p", f"{folder}/pid", "-r", runtime,
             "--runtime-arg", f"--root={work}/state", "-l", f"k8s-file:{folder}/log", "--exit-dir", f"{folder}/exits",
             "--persist-dir", f"{folder}/persist", "--sync", "--start"], [null, null, 2])
        os.close(null)
        with open(f"{folder}/log", "rb") as file:
            found = list(check(file.read(), LINES))
        path = f"{folder}/exits/{name}"
        code = open(path, encoding="utf-8").read() if os.path.exists(path) else None
        if code != "7" or status != 0:
            found.append(f"exit code {code}, the monitor's {status}")
        for fault in found:
            print(f"round {number}: {fault}", flush=True)
        broken += bool(found)
        for kind, times in tracer.count.items():
            count[kind] = count.get(kind, 0) + times
    say(json.dumps(count))
    return broken
