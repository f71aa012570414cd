"""Programs watched with ptrace(2), all that they make included: what `hack/link-order` and `hack/soak faults` are built on."""

import ctypes
import os
import signal
import struct

LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
LIBC.ptrace.restype = ctypes.c_long
TRACEME, POKEUSER, CONT, DETACH, GETREGS, SETREGS, SYSCALL, SETOPTIONS, GET_SYSCALL_INFO = (
    0, 6, 7, 17, 12, 13, 24, 0x4200, 0x420E)
# TRACESYSGOOD | TRACEFORK | TRACEVFORK | TRACECLONE | TRACEEXEC | EXITKILL
OPTIONS = 1 | 2 | 4 | 8 | 16 | 0x100000
EXEC = 4
SYSCALL_STOP = signal.SIGTRAP | 0x80
WALL = 0x40000000


def ptrace(request, pid, address=0, data=0):
    result = LIBC.ptrace(request, pid, address, data)
    if result == -1 and ctypes.get_errno() != 0:
        raise OSError(ctypes.get_errno(), f"ptrace({request})")
    return result


class Tracer:
    """Runs commands; what happens to them and to their descendants is told to the methods that a subclass has."""

    # What a process is continued with: CONT, or SYSCALL to be told of system calls.
    resume = CONT

    def __init__(self):
        self.alive = set()
        # Stops of a child may be seen before the event that says who made it.
        self.ended = {}

    def started(self, pid):
        """A process that has not been seen before, stopped."""

    def executed(self, pid):
        """A process executes a program, stopped at its first instruction. What gives False is let go."""
        return True

    def trapped(self, pid):
        """SIGTRAP; whether it was a breakpoint of ours."""
        return False

    def called(self, pid):
        """At the entry or the exit of a system call."""

    def spawn(self, command, files=None):
        """Starts a command under the tracer. `files`: descriptors for 0, 1 and 2."""
        pid = os.fork()
        if pid == 0:
            try:
                for target, source in enumerate(files or []):
                    os.dup2(source, target)
                LIBC.ptrace(TRACEME, 0, 0, 0)
                os.execv(command[0], command)
            finally:
                os._exit(127)
        return pid

    def run(self, command, files=None):
        """Runs a command to its end (that of what it made is not waited for) and gives its exit status."""
        first = self.spawn(command, files)
        while first not in self.ended:
            self.step(0)
        return self.ended.pop(first)

    def step(self, flags):
        """Answers one event; False where there is none (`WNOHANG`) or nobody is left."""
        try:
            pid, event = os.waitpid(-1, WALL | flags)
        except ChildProcessError:
            return False
        if pid == 0:
            return False
        if not os.WIFSTOPPED(event):
            self.alive.discard(pid)
            self.ended[pid] = os.waitstatus_to_exitcode(event)
            return True
        try:
            self.answer(pid, event)
        except ProcessLookupError:
            # It was killed meanwhile.
            pass
        return True

    def answer(self, pid, event):
        number, kind = os.WSTOPSIG(event), event >> 16
        passed = 0
        if pid not in self.alive:
            self.alive.add(pid)
            ptrace(SETOPTIONS, pid, 0, OPTIONS)
            self.started(pid)
            # The first stop of a process that asked for it is its execve(2).
            kind = EXEC if number == signal.SIGTRAP and kind == 0 else -1
        if kind == EXEC:
            if not self.executed(pid):
                self.alive.discard(pid)
                ptrace(DETACH, pid)
                return
        elif number == SYSCALL_STOP:
            self.called(pid)
        elif kind == 0 and not (number == signal.SIGTRAP and self.trapped(pid)):
            passed = number
        ptrace(self.resume, pid, 0, passed)


def syscall_entry(pid):
    """The number of the system call that a process is about to make; None at its exit."""
    information = ctypes.create_string_buffer(88)
    ptrace(GET_SYSCALL_INFO, pid, len(information), ctypes.addressof(information))
    if information.raw[0] != 1:
        return None
    return struct.unpack_from("<Q", information.raw, 24)[0]
