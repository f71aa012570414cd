"""Runs a program and says a line to it again and again until a file contains a text; then ends its input."""
import subprocess
import sys
import time

path, line, text, command = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]
child = subprocess.Popen(command, stdin=subprocess.PIPE)
deadline = time.monotonic() + 90
while text not in open(path).read():
    if time.monotonic() > deadline or child.poll() is not None:
        child.kill()
        sys.exit("%r never stood in %s" % (text, path))
    child.stdin.write(line.encode() + b"\n")
    child.stdin.flush()
    # The answer comes by another program: there is nothing to wait on but its file.
    time.sleep(0.05)
child.stdin.close()
sys.exit(child.wait())
