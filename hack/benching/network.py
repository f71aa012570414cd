"""`hack/bench network`: a container's setup and teardown on a bridge, beside Debian's netavark, and with 500 others there; and what
connecting a pod takes inside the agent."""

import json
import os
import re
import socket
import statistics
import subprocess
import time

from .given import root_archive, write_layout
from .pods import say
from .sides import Swiftlet, output

ROUNDS = 15
OTHERS = 500
NETAVARK = "/usr/lib/podman/netavark"


def request(number, ports):
    """What podman would send. Ports of the host do not meet: the number is in them."""
    return json.dumps({
        "container_id": f"{number:064x}", "container_name": f"c{number}",
        "port_mappings": [{"host_ip": "", "container_port": 80 + index, "host_port": 10000 + number * 10 + index, "range": 1,
                           "protocol": "tcp"} for index in range(ports)],
        "networks": {"bench": {"static_ips": [f"10.89.{number // 250 + 1}.{number % 250 + 1}"], "interface_name": "eth0"}},
        "network_info": {"bench": {
            "name": "bench", "id": "b" * 64, "driver": "bridge", "network_interface": "bench0",
            "subnets": [{"subnet": "10.89.0.0/16", "gateway": "10.89.0.1"}], "ipv6_enabled": False, "internal": False,
            "dns_enabled": False, "ipam_options": {"driver": "host-local"}}},
    }).encode()


class Tool:
    def __init__(self, program, config):
        self.command = [program, "--config", config]
        os.makedirs(config, exist_ok=True)

    def __call__(self, verb, number, ports):
        """Milliseconds from the start of the program to its end."""
        text = request(number, ports)
        began = time.monotonic_ns()
        done = subprocess.run([*self.command, verb, f"/run/netns/c{number}"], input=text, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, check=False)
        took = (time.monotonic_ns() - began) / 1e6
        if done.returncode != 0:
            raise RuntimeError(f"{self.command[0]} {verb}: {done.stdout.decode()}{done.stderr.decode()}")
        return took


def pair(tool, number, ports):
    output("ip", "netns", "add", f"c{number}")
    times = tool("setup", number, ports), tool("teardown", number, ports)
    output("ip", "netns", "delete", f"c{number}")
    return times


def bench_network(work, binaries):
    os.makedirs("/run/netns", exist_ok=True)
    sides = {"ours": Tool(os.path.join(binaries, "swiftlet-network"), os.path.join(work, "ours")),
             "peer": Tool(NETAVARK, os.path.join(work, "peer"))}
    figures = {(side, ports): [] for side in sides for ports in (1, 10)}
    for number in range(ROUNDS):
        say(f"round {number + 1} of {ROUNDS}")
        for side, tool in sides.items():
            for ports in (1, 10):
                figures[side, ports].append(pair(tool, 0, ports))
    median = {key: [statistics.median(column) for column in zip(*rows)] for key, rows in figures.items()}
    # The first container brings the bridge, which is no part of the comparison: one other is there.
    ours = sides["ours"]
    output("ip", "netns", "add", "c1")
    ours("setup", 1, 1)
    alone = statistics.median(pair(ours, 0, 1)[0] for _ in range(ROUNDS))
    say(f"{OTHERS} others")
    for number in range(2, OTHERS + 1):
        output("ip", "netns", "add", f"c{number}")
        ours("setup", number, 1)
    among = statistics.median(pair(ours, 0, 1)[0] for _ in range(ROUNDS))

    agent = agent_setup(work, binaries)

    def against(ports, column):
        mine, theirs = median["ours", ports][column], median["peer", ports][column]
        return mine / theirs, mine, theirs

    return {
        "setup-vs-netavark": against(1, 0), "teardown-vs-netavark": against(1, 1),
        "setup-10-ports-vs-netavark": against(10, 0), "teardown-10-ports-vs-netavark": against(10, 1),
        "setup-at-500-vs-empty": (among / alone, among, alone), "agent-setup-ms": (None, agent, None),
    }


def agent_setup(work, binaries):
    """Milliseconds from the engine's call to its answer, the mean of pods that come one by one while another is there."""
    layout = os.path.join(work, "layout")
    write_layout(layout, root_archive())
    side = Swiftlet(work, binaries, layout)
    side.start([("first", 1), ("second", 1)])
    count, total = connected()
    for number in range(ROUNDS):
        say(f"pod {number + 1} of {ROUNDS}")
        side.start([(f"pod-{number}", 1)])
    after, whole = connected()
    side.agent.terminate()
    side.agent.wait()
    return (whole - total) / (after - count) * 1000


def connected():
    """How many pods the agent has connected, and the seconds that took altogether."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect("/run/swiftlet/swiftlet.sock")
        connection.sendall(b"GET /metrics HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n")
        with connection.makefile() as answer:
            text = answer.read()
    name = r'^kubelet_runtime_operations_duration_seconds_%s\{operation_type="run_podsandbox"\} (\S+)'
    return tuple(float(re.search(name % part, text, re.MULTILINE).group(1)) for part in ("count", "sum"))


def report_network(figures):
    for name, (ratio, ours, peer) in figures.items():
        print("\t".join([name] + ["-" if value is None else f"{value:.3f}" for value in (ours, peer, ratio)]), flush=True)
