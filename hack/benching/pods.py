"""`hack/bench pods`: starts of one and three containers, fifty pods at once, and what they cost when nothing happens."""

import os
import statistics
import sys
import time

from .given import root_archive, write_layout
from .processes import idle_percent, memory_kb
from .sides import Podman, Swiftlet

BURST = 50
IDLE_SECONDS = 20


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def bench_pods(work, binaries, runs, burst_runs):
    archive = root_archive()
    layout = os.path.join(work, "layout")
    write_layout(layout, archive)
    ours = Swiftlet(work, binaries, layout) if binaries else None
    peer = Podman(work, archive)
    sides = [side for side in (ours, peer) if side]
    figures = {}

    def note(name, side, value):
        figures.setdefault(name, {}).setdefault(side.name, []).append(value)

    for run in range(-1, runs):  # The first of each warms the caches and does not count.
        say(f"one and three containers, run {run + 1} of {runs}")
        for containers in (1, 3):
            for side in sides:
                pods = [(f"start-{containers}-{run + 1}", containers)]
                took = side.start(pods)
                side.remove(pods)
                if run >= 0:
                    note(f"pod-start-{containers}-ms", side, took / 1e6)

    for run in range(burst_runs):
        pods = [(f"burst-{run}-{number}", 1) for number in range(BURST)]
        last = run == burst_runs - 1
        for side in sides:
            say(f"{BURST} pods at once with {side.name}, run {run + 1} of {burst_runs}")
            start = side.start
            if side is peer:
                start = choose_burst(peer) if peer.burst_by is None else peer.burst_by
            note("pod-burst-50-ms", side, start(pods) / 1e6)
            if last:
                measure_idle(side, note)
            side.remove(pods)
    return figures


def choose_burst(peer):
    """The faster of the two ways in which podman can be given many pods."""
    took = {}
    for label, start in (("one play of all", peer.start), ("a play each, at once", peer.start_at_once)):
        pods = [(f"probe-{number}", 1) for number in range(BURST)]
        took[label] = (start(pods), start)
        peer.remove(pods)
    best = min(took, key=lambda label: took[label][0])
    print("# podman burst: " + ", ".join(f"{label} {took[label][0] / 1e6:.0f} ms" for label in took)
          + f"; measured below: {best}", flush=True)
    peer.burst_by = took[best][1]
    return peer.burst_by


def measure_idle(side, note):
    time.sleep(3)  # The burst's last writes settle.
    say(f"{IDLE_SECONDS} s of idling with {BURST} pods of {side.name}")
    note("idle-cpu-percent", side, idle_percent(side, IDLE_SECONDS))
    if isinstance(side, Swiftlet):
        note("agent-pss-mb", side, memory_kb(side.agent.pid, "Pss") / 1024)
    private = [memory_kb(pid, "Private_Clean", "Private_Dirty") / 1024 for pid in side.monitors()]
    note("monitor-private-mb", side, statistics.median(private))


def report(figures):
    order = ["pod-start-1-ms", "pod-start-3-ms", "pod-burst-50-ms", "agent-pss-mb", "monitor-private-mb",
             "idle-cpu-percent"]
    for name in order:
        digits = 1 if name.endswith("-ms") else 2
        values = [figures.get(name, {}).get(side) for side in ("swiftlet", "podman")]
        ours, peer = [statistics.median(value) if value else None for value in values]
        ratio = f"{ours / peer:.3f}" if ours is not None and peer else "-"
        print("\t".join([name] + ["-" if value is None else f"{value:.{digits}f}" for value in (ours, peer)] + [ratio]),
              flush=True)
