"""`hack/soak logs`: the agent is killed again and again under chatty pods, then every log is compared with what was written.

Each container writes numbered lines, in bursts and at times a long one, to both of its streams; its logs are put aside and
compressed every few seconds. In the end each says how many it has written. What must hold: of each stream no number is missing, none
is there twice, no line is torn; no container was restarted; what `pod.logs` gives is the same.
"""

import gzip
import os
import random
import re
import subprocess
import time

from .node import Node, manifest

LINE = re.compile(rb"^\S+Z (stdout|stderr) ([FP]) (.*)$", re.DOTALL)
# Longer than an entry of the log may be, and than a read of the monitor brings.
LONG = 100_000


def pod(name, shared):
    script = f"""
filler=$(head -c {LONG} /dev/zero | tr '\\0' x)
i=0
until [ -e /shared/stop ]; do
  n=0
  while [ $n -lt 40 ]; do n=$((n + 1)); i=$((i + 1)); echo "$i {name} some words to fill the line with"; echo "$i {name}" >&2; done
  [ $((i % 400)) -ne 0 ] || {{ i=$((i + 1)); echo "$i $filler"; echo "$i {name}" >&2; }}
  sleep 0.$((i % 9 + 1))
done
echo $i > /shared/{name}.tmp && mv /shared/{name}.tmp /shared/{name}
"""
    return manifest(name, shared, script)


def soak_logs(work, binaries, seconds, pods, seed, say):
    """Gives the number of faults."""
    chance = random.Random(seed)
    # Several files of each log, and none that goes.
    node = Node(work, binaries, {"containerLogMaxSize": f"{32 + 2 * seconds}Ki", "containerLogMaxFiles": 100})
    names = [f"chatty-{number}" for number in range(pods)]
    node.begin()
    node.wait_until(lambda: node.pods() is not None, 60, "the agent answers")
    for name in names:
        node.apply(name, pod(name, node.shared))
    say(f"{seconds} s of killing the agent under {pods} pods, seed {seed}")
    kills, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        # Now and then before it has come up, mostly while it works.
        time.sleep(chance.choice([0.05, 0.3, 1, 2]) * chance.random() * 2)
        node.kill()
        node.begin()
        kills += 1
    open(os.path.join(node.shared, "stop"), "w", encoding="utf-8").close()
    node.wait_until(lambda: all(os.path.exists(os.path.join(node.shared, name)) for name in names), 120, "all containers have stopped")
    faults = []
    listed = node.wait_until(lambda: succeeded(node.pods(), names), 120, "all pods have succeeded")
    total = 0
    for name in names:
        with open(os.path.join(node.shared, name), encoding="utf-8") as file:
            count = int(file.read())
        total += count
        found = files(node.logs, name)
        faults += [f"{name}: {fault}" for fault in check(b"".join(found), count)]
        if any(container["restartCount"] for container in listed[name]["status"]["containerStatuses"]):
            faults.append(f"{name}: restarted")
    compressed = sum(path.endswith(".gz") for folder, _, paths in os.walk(node.logs) for path in paths)
    for name in names[:3]:
        faults += [f"{name}: pod.logs: {fault}" for fault in check_served(node, name)]
    say(f"{kills} kills, {total} lines on each stream, {compressed} compressed files")
    if not compressed:
        faults.append("no file was ever compressed")
    for name in names:
        node.withdraw(name)
    node.wait_until(lambda: node.pods() == {}, 120, "all pods are gone")
    node.kill(15)
    for fault in faults:
        print(fault, flush=True)
    return len(faults)


def succeeded(pods, names):
    return pods if pods and all(pods.get(name, {}).get("status", {}).get("phase") == "Succeeded" for name in names) else None


def files(logs, name):
    """The content of a container's log, file by file, the oldest first."""
    folder = next(folder for folder in os.listdir(logs) if folder.split("_")[1] == name)
    folder = os.path.join(logs, folder, "c")
    found = {}
    for entry in os.listdir(folder):
        parts = entry.split(".")
        if parts[0] != "0" or parts[1] != "log" or entry.endswith(".tmp"):
            raise RuntimeError(f"{folder}/{entry}: not a log of the only attempt")
        number = int(parts[2]) if len(parts) > 2 else 0
        opened = gzip.open if entry.endswith(".gz") else open
        with opened(os.path.join(folder, entry), "rb") as file:
            found.setdefault(number, file.read())
    if sorted(found) != list(range(len(found))):
        raise RuntimeError(f"{folder}: files {sorted(found)}")
    return [found[number] for number in sorted(found, reverse=True)]


def check(text, count):
    """What is wrong with a log whose container has written so many lines to each stream."""
    if not text.endswith(b"\n"):
        yield "the last line is torn"
    begun, expected = {b"stdout": b"", b"stderr": b""}, {b"stdout": 1, b"stderr": 1}
    for line in text.split(b"\n")[:-1]:
        found = LINE.match(line)
        if not found:
            yield f"torn: {line[:100]!r}"
            return
        stream, tag, piece = found.groups()
        begun[stream] += piece
        if tag == b"P":
            continue
        words, begun[stream] = begun[stream].split(b" "), b""
        if words[0] != b"%d" % expected[stream] or (words[1][:1] == b"x" and len(words[1]) != LONG):
            yield f"{stream.decode()}: line {expected[stream]} should come, but {b' '.join(words)[:100]!r} does"
            return
        expected[stream] += 1
    for stream, number in expected.items():
        if number != count + 1:
            yield f"{stream.decode()}: {number - 1} of {count} lines"


def check_served(node, name):
    """The command line gives the same lines, those that were compressed among them."""
    given = subprocess.run([node.command, "logs", name], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if given.returncode:
        yield given.stderr.decode(errors="replace")
        return
    stored = sum(content.count(b" F ") and sum(b" F " in line[:45] for line in content.split(b"\n")) for content in files(node.logs, name))
    lines = (given.stdout + given.stderr).count(b"\n")
    if lines != stored:
        yield f"{lines} of {stored} lines"
