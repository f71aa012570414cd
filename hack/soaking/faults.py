"""`hack/soak faults`: every system call of a container's life fails once.

A life is create, start, exec, kill and delete, all under one tracer. What must hold for each call of the runtime's processes,
those that become the container included:

- A command fails with a message and an exit status of the runtime's own, or it does what it was asked.
- What create has failed to make is not there: no process, mount, cgroup, folder.
- What exec, kill or delete has failed to do can be done again; `delete --force` leaves nothing.
- Then a life without a fault goes well.

Memory that cannot be had ends a Swift program where it stands, and without what the Swift run time asks for at its start there
is no program: what is left then, `delete --force` removes.
"""

import json
import os
import random
import signal
import time

from benching.host import hierarchies
from benching.runtime import make_bundle

from .injector import Injector

# Of the C library and the Swift run time: without them there is nobody to say anything.
ABRUPT = {"mmap", "munmap", "mremap", "brk", "mprotect", "madvise", "arch_prctl", "set_tid_address", "set_robust_list", "rseq",
          "futex", "rt_sigaction", "rt_sigprocmask", "getrandom", "exit_group"}
# Whoever passes over one of these has made a container that is open.
NEVER_IGNORED = {"capset", "clone3", "execveat", "fsconfig", "fstatfs", "fsmount", "fsopen", "mount", "mount_setattr", "move_mount", "pivot_root",
                 "seccomp", "setgroups", "sethostname", "setresgid", "setresuid", "umount2", "unshare"}
NAME = "fault"


class Failure(Exception):
    pass


class World:
    """What there is besides the machine's own: to be the same before and after."""

    def __init__(self, work):
        self.work, self.root = work, os.path.join(work, "state")

    def leftovers(self):
        found = [f"process {pid}: {text}" for pid, text in self.processes()]
        found += [f"state: {name}" for name in sorted(os.listdir(self.root)) if name != ".seccomp"] if os.path.isdir(self.root) else []
        for hierarchy in hierarchies():
            found += [f"cgroup {folder}" for folder, _, _ in os.walk(hierarchy) if "runtime-bench-" in folder]
        with open("/proc/self/mountinfo", encoding="utf-8") as file:
            found += [f"mount {line.split()[4]}" for line in file if self.work in line]
        return found

    @staticmethod
    def processes():
        own = os.getpid()
        for entry in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{entry}/stat", encoding="utf-8") as file:
                    state = file.read().rpartition(")")[2].split()[0]
                with open(f"/proc/{entry}/cmdline", "rb") as file:
                    text = file.read().replace(b"\0", b" ").decode(errors="replace")
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(entry) != own and state not in "ZX":
                yield int(entry), text


class Life:
    """One container's, perhaps with a fault in it."""

    def __init__(self, program, world, bundle, point=None):
        self.program, self.world, self.bundle = program, world, bundle
        self.tracer = Injector(program, point)
        self.ends = {}

    def command(self, *arguments):
        """Runs a command; gives its exit status and what it said."""
        null, messages = os.open("/dev/null", os.O_RDWR), os.memfd_create("messages")
        try:
            status = self.tracer.run([self.program, "--root", self.world.root, *arguments], [null, null, messages])
            os.lseek(messages, 0, os.SEEK_SET)
            return status, os.read(messages, 1 << 16).decode(errors="replace")
        finally:
            os.close(null)
            os.close(messages)

    def settle(self):
        """Until everybody who was ended has ended."""
        deadline = time.monotonic() + 20
        while self.tracer.step(os.WNOHANG) or any(True for _ in self.world.processes()):
            if time.monotonic() > deadline:
                return
            os.sched_yield()

    @property
    def is_abrupt(self):
        return self.tracer.injected in ABRUPT or self.tracer.is_early

    def create(self):
        return self.command("create", "--bundle", self.bundle, NAME)

    def steps(self):
        """The commands of a life after its creation, each with how it is tried again."""
        yield "start", lambda: self.command("start", NAME)
        yield "exec", lambda: self.command("exec", NAME, "/bin/true")
        yield "kill", lambda: self.command("kill", NAME, "KILL")
        yield "delete", lambda: self.command("delete", "--force", NAME)


def check_message(step, status, said):
    if status < 0 or status > 127:
        raise Failure(f"{step} ended by itself with {status}: {said!r}")
    if not said.startswith("swiftlet-runtime: ") or said.count("\n") < 1:
        raise Failure(f"{step} failed without a word of its own: {said!r}")


def live(program, world, bundle, point):
    """Lives with a fault. Gives the call that failed, and whether a command failed by it."""
    life = Life(program, world, bundle, point)
    noticed = False
    status, said = life.create()
    if status != 0:
        noticed = True
        if life.is_abrupt:
            life.command("delete", "--force", NAME)
        else:
            check_message("create", status, said)
        life.settle()
    else:
        for step, attempt in life.steps():
            if step == "exec" and noticed:
                # There may be nobody to join.
                continue
            status, said = attempt()
            if status == 0:
                continue
            noticed = True
            if not life.is_abrupt:
                check_message(step, status, said)
            if step == "start":
                # It runs, or waits as before, or has ended: in any case it can be removed.
                continue
            status, said = attempt()
            if status != 0 and not (step == "kill" and "not running" in said):
                raise Failure(f"{step} fails also without a fault: {status} {said!r}")
        life.settle()
    left = world.leftovers()
    if left:
        raise Failure("left behind: " + "; ".join(left))
    injected = life.tracer.injected
    if injected in NEVER_IGNORED and not noticed and not life.tracer.is_early:
        raise Failure("passed over")
    return injected, noticed, life.tracer.calls


def clean(program, world):
    """After a failure: nothing may spoil what comes."""
    for pid, _ in list(world.processes()):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    Life(program, world, "").command("delete", "--force", NAME)


def soak_faults(work, program, sample, seed, say):
    """Gives the number of faults that broke something."""
    os.makedirs(os.path.join(work, "state"), exist_ok=True)
    world = World(work)
    bundle = make_bundle(os.path.join(work, "bundle"), NAME, ["/bin/sleep", "1000"])
    # The first compiles the filter.
    for _ in range(2):
        injected, noticed, calls = live(program, world, bundle, None)
        if noticed:
            raise Failure("a life without a fault does not go well")
    points = [(process, call) for process, made in enumerate(calls) for call in range(len(made))]
    chosen = points
    if sample and sample < len(points):
        chosen = sorted(random.Random(seed).sample(points, sample))
    say(f"{len(chosen)} of {len(points)} system calls of {len(calls)} processes, seed {seed}")
    broken, passed_over = 0, {}
    for point in chosen:
        try:
            injected, noticed, _ = live(program, world, bundle, point)
            if injected and not noticed:
                passed_over[injected] = passed_over.get(injected, 0) + 1
        except Failure as failure:
            broken += 1
            process, call = point
            print(f"process {process}, call {call} ({calls[process][call]}): {failure}", flush=True)
            clean(program, world)
    say("passed over: " + json.dumps(dict(sorted(passed_over.items()))))
    return broken
