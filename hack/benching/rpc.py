"""`hack/bench rpc`: what the agent's RPC takes with five hundred pods, and beside `podman exec`."""

import json
import os
import selectors
import signal
import socket
import statistics
import subprocess
import time

from .given import IMAGE, PATIENCE, root_archive, write_layout
from .pods import say
from .probes import IDLE, begin
from .processes import cpu_ns
from .sides import Podman, Swiftlet

LISTS = 40
CALLS = 1000
CONNECTIONS = 200
CALLS_EACH = 100
EXITS = 15
EXECS = 25
SOCKET = "/run/swiftlet/swiftlet.sock"


class Caller:
    """A connection that counts bytes and lines and reads no JSON while the clock runs."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(PATIENCE)
        self.socket.connect(SOCKET)
        self.rest = b""
        self.buffer = bytearray(1 << 20)

    def send(self, method, params=None, number=1):
        request = {"jsonrpc": "2.0", "id": number, "method": method, "params": params or {}}
        self.socket.sendall(json.dumps(request).encode() + b"\n")

    def line(self):
        parts = [self.rest]
        while b"\n" not in parts[-1]:
            count = self.socket.recv_into(self.buffer)
            if count == 0:
                raise ConnectionError("the agent closed the connection")
            parts.append(bytes(self.buffer[:count]))
        whole = b"".join(parts)
        end = whole.index(b"\n")
        self.rest = whole[end + 1:]
        return whole[:end]

    def call(self, method, params=None):
        self.send(method, params)
        return self.line()


def bench_rpc(work, binaries):
    archive = root_archive()
    layout = os.path.join(work, "layout")
    write_layout(layout, archive)
    ours, peer = Swiftlet(work, binaries, layout), Podman(work, archive)
    figures = {"exec-true-ms": exec_true(ours, peer)}
    say(f"{IDLE} pods")
    pods = begin(ours, "idle", IDLE)
    time.sleep(3)  # The last writes settle.
    figures["pod-list-500-ms"] = (list_pods(ours), None)
    figures["call-ms"] = (sequential(ours), None)
    figures["calls-failed"] = (many(), None)
    figures["event-ms"] = (exits(ours), None)
    ours.remove(pods)
    return figures


def tell(name, took, ours=None, before=0):
    """A loaded machine makes medians long: the shortest, and the agent's own processor time, say what the program takes."""
    text = f"# {name}: shortest {min(took) / 1e6:.3f} ms, longest {max(took) / 1e6:.3f} ms"
    if ours is not None:
        text += f", agent's processor time {(cpu_ns([ours.agent.pid]) - before) / 1e6 / len(took):.3f} ms each"
    print(text, flush=True)


def list_pods(ours):
    caller, took = Caller(), []
    for run in range(LISTS + 5):
        if run == 5:
            before = cpu_ns([ours.agent.pid])
        began = time.perf_counter_ns()
        answer = caller.call("pod.list")
        if run >= 5:
            took.append(time.perf_counter_ns() - began)
    tell("pod-list-500-ms", took, ours, before)
    if len(json.loads(answer)["result"]["items"]) != IDLE:
        raise RuntimeError("pod.list does not list all pods")
    return statistics.median(took) / 1e6


def sequential(ours):
    caller, took = Caller(), []
    for _ in range(50):
        caller.call("rpc.ping")
    before = cpu_ns([ours.agent.pid])
    begun = time.perf_counter_ns()
    for _ in range(CALLS):
        began = time.perf_counter_ns()
        caller.call("rpc.ping")
        took.append(time.perf_counter_ns() - began)
    whole = time.perf_counter_ns() - begun
    tell("call-ms", took, ours, before)
    return whole / 1e6 / CALLS


def many():
    """Two hundred connections at once, each with a call under way all the time."""
    say(f"{CONNECTIONS} connections with {CALLS_EACH} calls each")
    failed = 0
    with selectors.DefaultSelector() as ready:
        for _ in range(CONNECTIONS):
            caller = Caller()
            caller.done = 0
            caller.send("rpc.ping", number=0)
            ready.register(caller.socket, selectors.EVENT_READ, caller)
        while ready.get_map():
            found = ready.select(PATIENCE)
            if not found:
                return failed + sum(CALLS_EACH - key.data.done for key in ready.get_map().values())
            for key, _ in found:
                caller = key.data
                try:
                    answer = json.loads(caller.line())
                except (OSError, ValueError):
                    answer = {}
                    failed += CALLS_EACH - caller.done - 1
                    caller.done = CALLS_EACH - 1
                failed += "result" not in answer or answer["id"] != caller.done
                caller.done += 1
                if caller.done == CALLS_EACH:
                    ready.unregister(caller.socket)
                    caller.socket.close()
                else:
                    caller.send("rpc.ping", number=caller.done)
    return failed


def exits(ours):
    """From the signal that ends a container's process to the event that says so."""
    say(f"{EXITS} containers that end, with a subscriber")
    watcher, took = Caller(), []
    watcher.call("pod.watch")
    for run in range(EXITS):
        name = f"ending-{run}"
        seconds = 100000 + os.getpid() * 100 + run
        pods = [(name, 1)]
        ours.start(pods, lambda name, _, touch: ending_manifest(name, touch, seconds))
        wait_for(watcher, name, "running")
        process = find(["sleep", str(seconds)])
        began = time.perf_counter_ns()
        os.kill(process, signal.SIGKILL)
        wait_for(watcher, name, "terminated")
        took.append(time.perf_counter_ns() - began)
        os.unlink(os.path.join(ours.manifests, f"{name}.yaml"))
        # Its removal is not the next one's time.
        wait_gone(watcher, name)
    tell("event-ms", took)
    return statistics.median(took) / 1e6


def wait_for(watcher, name, state):
    needle, word = f'"name":"{name}"'.encode(), f'"{state}":'.encode()
    while True:
        line = watcher.line()
        # The text first: reading the JSON of other pods would be on the clock.
        if needle in line and word in line:
            for event in json.loads(line)["params"]["events"]:
                pod = event.get("pod") or {}
                if pod.get("metadata", {}).get("name") == name and any(
                        state in status["state"] for status in pod.get("status", {}).get("containerStatuses", [])):
                    return


def wait_gone(watcher, name):
    needle = f'"name":"{name}"'.encode()
    while True:
        line = watcher.line()
        if needle in line and any(event["type"] == "DELETED" for event in json.loads(line)["params"]["events"]):
            return


def find(arguments):
    wanted = "\0".join(arguments).encode() + b"\0"
    deadline = time.monotonic() + PATIENCE
    # A container runs when its shell does, which has yet to become what is looked for.
    while time.monotonic() < deadline:
        for entry in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{entry}/cmdline", "rb") as file:
                    if file.read().endswith(wanted):
                        return int(entry)
            except (FileNotFoundError, ProcessLookupError):
                pass
    raise RuntimeError(f"no process {' '.join(arguments)}")


def ending_manifest(name, touch, seconds):
    script = f": > /touch/{name}-0; exec sleep {seconds}"
    return "\n".join([
        "apiVersion: v1", "kind: Pod", "metadata:", f"  name: {name}", "spec:", "  terminationGracePeriodSeconds: 0",
        "  restartPolicy: Never", "  containers:", "  - name: c0", f"    image: {IMAGE}", "    imagePullPolicy: Never",
        f"    command: {json.dumps(['/bin/busybox', 'sh', '-c', script])}",
        "    volumeMounts:", "    - {name: touch, mountPath: /touch}",
        "  volumes:", "  - name: touch", "    hostPath:", f"      path: {touch}", "      type: Directory", ""])


def exec_true(ours, peer):
    """Both by their commands, from start to end, in turns."""
    say(f"exec of true, {EXECS} times")
    pods = [("exec", 1)]
    for side in (ours, peer):
        side.start(pods)
    commands = {
        ours: ([ours.command, "exec", "exec", "--", "/bin/busybox", "true"], None),
        peer: (["podman", "exec", "exec-c0", "/bin/busybox", "true"], peer.environment),
    }
    took = {ours: [], peer: []}
    for run in range(EXECS + 2):
        for side, (command, environment) in commands.items():
            began = time.perf_counter_ns()
            subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, check=True)
            if run >= 2:
                took[side].append(time.perf_counter_ns() - began)
    for side in (ours, peer):
        side.remove(pods)
    tell("exec-true-ms", took[ours])
    return tuple(statistics.median(took[side]) / 1e6 for side in (ours, peer))


def report_rpc(figures):
    for name in ("pod-list-500-ms", "call-ms", "calls-failed", "event-ms", "exec-true-ms"):
        ours, peer = figures[name]
        text = f"{ours}" if name == "calls-failed" else f"{ours:.3f}"
        other = "-" if peer is None else f"{peer:.3f}"
        print(f"{name}\t{text}\t{other}\t" + ("-" if peer is None else f"{ours / peer:.3f}"), flush=True)
