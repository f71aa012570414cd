"""`hack/bench probes`: what it costs to ask a hundred pods every second, and to have five hundred that nobody asks."""

import os
import time

from .given import probed_manifest, root_archive, write_layout
from .pods import say
from .processes import cpu_ns, idle_percent
from .sides import Swiftlet

PROBED = 100
IDLE = 500
# So many at a time: what is measured is not the start.
BATCH = 50
SECONDS = 20


def bench_probes(work, binaries):
    layout = os.path.join(work, "layout")
    write_layout(layout, root_archive())
    ours = Swiftlet(work, binaries, layout)
    figures = {}

    say(f"{PROBED} pods, each asked every second")
    pods = begin(ours, "probed", PROBED, lambda name, _, touch: probed_manifest(name, touch))
    ours.wait_until(lambda: sum(map(is_ready, ours.pods())) == PROBED)
    time.sleep(3)  # The last writes settle.
    before, began = cpu_ns([ours.agent.pid]), time.monotonic()
    time.sleep(SECONDS)
    figures["probes-100-cpu-percent"] = (cpu_ns([ours.agent.pid]) - before) / (time.monotonic() - began) / 1e7
    if not all(map(is_ready, ours.pods())):
        raise RuntimeError(f"a probe has failed: see {ours.log.name}")
    ours.remove(pods)

    say(f"{IDLE} pods that nobody asks")
    pods = begin(ours, "idle", IDLE)
    time.sleep(3)
    figures["idle-500-cpu-percent"] = idle_percent(ours, SECONDS)
    ours.remove(pods)
    return figures


def begin(side, prefix, count, *text):
    pods = [(f"{prefix}-{number}", 1) for number in range(count)]
    for first in range(0, count, BATCH):
        side.start(pods[first:first + BATCH], *text)
    return pods


def is_ready(pod):
    conditions = pod.get("status", {}).get("conditions", [])
    return any(condition["type"] == "Ready" and condition["status"] == "True" for condition in conditions)


def report_probes(figures):
    """No peer: podman asks nothing by itself, it has systemd start a program of its own for each question."""
    for name, value in figures.items():
        print(f"{name}\t{value:.2f}\t-\t-", flush=True)
