"""`hack/bench dns`: names a second and the time of an answer, beside Debian's aardvark-dns, from a network namespace of the
client's own over a veth pair."""

import os
import signal
import statistics
import subprocess
import time

from .pods import say
from .processes import cpu_ns
from .sides import output

NAMES = 1000
ROUNDS = 5
SECONDS = 3
IN_FLIGHT = 64
RATE = 5000
AARDVARK = "/usr/lib/podman/aardvark-dns"


def bench_dns(work, binaries):
    load = os.path.join(work, "dns_load")
    output("cc", "-O2", "-o", load, os.path.join(os.path.dirname(__file__), "dns_load.c"))
    output("ip", "netns", "add", "client")
    output("ip", "link", "add", "bench0", "type", "veth", "peer", "name", "eth0", "netns", "client")
    output("ip", "addr", "add", "10.89.0.1/16", "dev", "bench0")
    output("ip", "link", "set", "bench0", "up")
    for line in ("addr add 10.89.0.2/16 dev eth0", "link set eth0 up", "link set lo up"):
        output("ip", "-n", "client", *line.split())
    figures = {"ours": [], "peer": []}
    sides = {"ours": os.path.join(binaries, "swiftlet-dns"), "peer": AARDVARK}
    for number in range(ROUNDS):
        say(f"round {number + 1} of {ROUNDS}")
        for side, program in sides.items():
            figures[side].append(measure(work, load, side, program))
    median = {side: [statistics.median(column) for column in zip(*rows)] for side, rows in figures.items()}
    ours, peer = median["ours"], median["peer"]
    return {
        "dns-qps-vs-aardvark": (ours[0] / peer[0], ours[0], peer[0]),
        "dns-cpu-us-per-query": (ours[1] / peer[1], ours[1], peer[1]),
        "dns-p99-ms": (ours[2] / peer[2], ours[2], peer[2]),
    }


def measure(work, load, side, program):
    """Answers a second, microseconds of the server's processor each, and the 99th percentile at a fixed rate."""
    folder = os.path.join(work, f"names-{side}")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "podman1"), "w", encoding="utf-8") as file:
        file.write("10.89.0.1\n")
        file.write(f"{'c' * 64} 10.89.0.2  client\n")
        for index in range(NAMES):
            file.write(f"{index:064x} 10.89.{index // 250 + 1}.{index % 250 + 1}  n{index}\n")
    subprocess.run([program, "--config", folder, "-p", "53", "run"], check=True)
    with open(os.path.join(folder, "aardvark.pid"), encoding="utf-8") as file:
        pid = int(file.read())
    try:
        ask = ["ip", "netns", "exec", "client", load, "10.89.0.1", str(NAMES)]
        before = cpu_ns([pid])
        per_second, _, _, _ = map(float, output(*ask, "flood", str(IN_FLIGHT), str(SECONDS)).split())
        cpu = (cpu_ns([pid]) - before) / 1e3 / (per_second * SECONDS)
        _, _, p99, _ = map(float, output(*ask, "rate", str(RATE), str(SECONDS)).split())
        return per_second, cpu, p99 / 1e3
    finally:
        os.kill(pid, signal.SIGTERM)
        while os.path.exists(f"/proc/{pid}"):
            time.sleep(0.01)


def report_dns(figures):
    for name, (ratio, ours, peer) in figures.items():
        print(f"{name}\t{ours:.3f}\t{peer:.3f}\t{ratio:.3f}", flush=True)
