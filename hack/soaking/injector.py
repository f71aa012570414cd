"""System calls that fail: one of them, by the process that makes it and how many it has made before."""

import errno
import os

from tracing import POKEUSER, SYSCALL, Tracer, ptrace, syscall_entry

# offsetof(struct user, regs.…) on x86-64
ORIG_RAX, RAX = 15 * 8, 10 * 8
NEVER = 2**64 - 1


def names():
    """The system calls' names by number."""
    found = {}
    with open("/usr/include/x86_64-linux-gnu/asm/unistd_64.h", encoding="utf-8") as file:
        for line in file:
            words = line.split()
            if len(words) == 3 and words[1].startswith("__NR_"):
                found[int(words[2])] = words[1].removeprefix("__NR_")
    return found


NAMES = names()
# What the kernel would say; EIO for the others.
ERRORS = {"openat": errno.EMFILE, "open": errno.EMFILE, "openat2": errno.EMFILE, "socket": errno.EMFILE,
          "socketpair": errno.EMFILE, "mkdir": errno.ENOSPC, "mkdirat": errno.ENOSPC, "write": errno.ENOSPC,
          "clone3": errno.EAGAIN, "execve": errno.ENOMEM, "execveat": errno.ENOMEM, "mmap": errno.ENOMEM, "brk": errno.ENOMEM,
          "mount": errno.EPERM, "move_mount": errno.EPERM, "fsopen": errno.EPERM, "fsmount": errno.EPERM, "unshare": errno.EPERM,
          "setns": errno.EPERM, "open_tree": errno.EPERM, "mount_setattr": errno.EPERM, "prctl": errno.EPERM,
          "capset": errno.EPERM, "setresuid": errno.EPERM, "setresgid": errno.EPERM, "seccomp": errno.EACCES}


class Injector(Tracer):
    """Counts the system calls of a program and of its copies, and lets one fail."""

    resume = SYSCALL

    def __init__(self, program, point=None):
        """`point`: the number of the process, in the order of their making, and that of its call, from 0."""
        super().__init__()
        self.file, self.point = os.stat(program).st_ino, point
        self.numbers, self.calls, self.failing = {}, [], set()
        # Processes that have not come to the program's own code: the C library and the Swift run time are at work.
        self.starting = set()
        self.injected, self.is_early = None, False

    def started(self, pid):
        self.numbers[pid] = len(self.calls)
        self.calls.append([])

    def executed(self, pid):
        self.starting.add(pid)
        # The container's own program is not ours.
        return os.stat(f"/proc/{pid}/exe").st_ino == self.file

    def called(self, pid):
        number = syscall_entry(pid)
        if number is None:
            if pid in self.failing:
                self.failing.discard(pid)
                ptrace(POKEUSER, pid, RAX, -ERRORS.get(self.injected, errno.EIO) & NEVER)
            return
        # That SIGPIPE is ignored is the first that the program itself asks for.
        if NAMES.get(number) == "rt_sigaction":
            self.starting.discard(pid)
        calls = self.calls[self.numbers[pid]]
        if self.point == (self.numbers[pid], len(calls)):
            self.injected, self.is_early = NAMES.get(number, str(number)), pid in self.starting
            self.failing.add(pid)
            # Linux closes a descriptor also where close(2) fails.
            if self.injected != "close":
                ptrace(POKEUSER, pid, ORIG_RAX, NEVER)
        calls.append(NAMES.get(number, str(number)))
