"""Runs a program on a terminal of its own and plays steps with it, which come as JSON on standard input:
["expect", TEXT], ["send", TEXT], ["size", ROWS, COLUMNS]. Prints all that was shown; ends as the program does."""
import fcntl
import json
import os
import pty
import select
import struct
import sys
import termios
import time

rows, columns, command = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
steps = json.load(sys.stdin)
pid, master = pty.fork()


def resize(rows, columns):
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


if pid == 0:
    # The size is there before the program looks.
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    os.execvp(command[0], command)

shown = b""
place = 0


def read(seconds):
    """More of what is shown; false at the end."""
    global shown
    ready, _, _ = select.select([master], [], [], seconds)
    if not ready:
        raise SystemExit("timed out; shown: %r" % shown)
    try:
        more = os.read(master, 65536)
    except OSError:
        more = b""
    shown += more
    return bool(more)


deadline = time.monotonic() + 90
for step in steps:
    if step[0] == "expect":
        wanted = step[1].encode()
        while wanted not in shown[place:]:
            if not read(max(0, deadline - time.monotonic())):
                raise SystemExit("ended without %r; shown: %r" % (wanted, shown))
        place = shown.index(wanted, place) + len(wanted)
    elif step[0] == "send":
        os.write(master, step[1].encode())
    else:
        resize(step[1], step[2])
while read(max(0, deadline - time.monotonic())):
    pass
_, status = os.waitpid(pid, 0)
sys.stdout.buffer.write(shown)
sys.stdout.flush()
sys.exit(os.waitstatus_to_exitcode(status))
