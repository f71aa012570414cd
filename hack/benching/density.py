"""`hack/bench density`: as many pods as the kubelet has, and many more: how long all take, and what one more thing costs then.

all-running-s: from the manifests in place to the last container's first instruction. next-pod-ms: one more pod, as in `hack/bench pods`.
idle-cpu-percent: of one processor, agent and monitors together. monitor-wakeups: how often any monitor was awake in ten seconds without
anything to do. adopt-s: from the start of an agent that finds them all to its answer that all are running. remove-s: from the removal of
all manifests to the end of the last monitor.
"""

import os
import statistics
import time

from soaking.node import Node

from .given import Touched, manifest
from .pods import say
from .processes import idle_percent, memory_kb, processes

PATIENCE = 1800
IDLE_SECONDS = 10
NEXT = 5


class Dense:
    def __init__(self, work, binaries, count):
        self.node = Node(os.path.join(work, f"density-{count}"), binaries)
        self.touched = Touched(self.node.shared)
        self.count = count

    def idlers(self):
        return [self.node.agent.pid] + monitors()

    def begin(self):
        self.node.begin()
        self.node.wait_until(lambda: self.node.pods() is not None, 60, "the agent answers")

    def start(self, names):
        """Seconds until the first instruction of the last one."""
        for name in names:
            with open(os.path.join(self.node.staging, f"{name}.yaml"), "w", encoding="utf-8") as file:
                file.write(manifest(name, 1, self.node.shared))
        began = time.time_ns()
        for name in names:
            os.rename(os.path.join(self.node.staging, f"{name}.yaml"), os.path.join(self.node.manifests, f"{name}.yaml"))
        wanted = [f"{name}-0" for name in names]
        self.node.wait_until(lambda: all(os.path.exists(os.path.join(self.node.shared, name)) for name in wanted), PATIENCE, "all run")
        return (self.touched.wait(wanted) - began) / 1e9

    def all_running(self, number):
        pods = self.node.pods()
        return pods is not None and sum(pod["status"].get("phase") == "Running" for pod in pods.values()) == number

    def adopt(self):
        self.node.kill()
        began = time.monotonic()
        self.node.begin()
        # The answer alone costs something: not asked more often than needed.
        self.node.wait_until(lambda: self.all_running(self.count), 120, "all are adopted")
        return time.monotonic() - began

    def remove(self, names):
        began = time.monotonic()
        for name in names:
            self.node.withdraw(name)
        self.node.wait_until(lambda: not monitors() and self.node.pods() == {}, PATIENCE, "all are gone")
        return time.monotonic() - began


def monitors():
    return processes("swiftlet-monit")


def wakeups():
    """How often any monitor has gone to sleep by itself."""
    found = 0
    for pid in monitors():
        with open(f"/proc/{pid}/status", encoding="utf-8") as file:
            found += next(int(line.split()[1]) for line in file if line.startswith("voluntary_ctxt_switches"))
    return found


def bench_density(work, binaries, counts):
    figures = {}
    for count in counts:
        say(f"{count} pods")
        dense = Dense(work, binaries, count)
        dense.begin()
        names = [f"dense-{number}" for number in range(count)]
        found = {"all-running-s": dense.start(names)}
        dense.node.wait_until(lambda: dense.all_running(count), PATIENCE, "all are running")
        # The last writes settle.
        time.sleep(5)
        before = wakeups()
        found["idle-cpu-percent"] = idle_percent(dense, IDLE_SECONDS)
        found["monitor-wakeups"] = wakeups() - before
        found["agent-pss-mb"] = memory_kb(dense.node.agent.pid, "Pss") / 1024
        found["pod-list-ms"] = statistics.median(timed(dense.node.pods) for _ in range(11)) * 1e3
        nexts = []
        for number in range(NEXT):
            name = f"next-{number}"
            nexts.append(dense.start([name]) * 1e3)
            dense.node.withdraw(name)
            dense.node.wait_until(lambda: dense.all_running(count), 60, "the next one is gone")
        found["next-pod-ms"] = statistics.median(nexts)
        found["adopt-s"] = dense.adopt()
        found["remove-s"] = dense.remove(names)
        dense.node.kill(15)
        figures.update({f"{name}-{count}": value for name, value in found.items()})
    return figures


def timed(body):
    began = time.perf_counter()
    body()
    return time.perf_counter() - began


def report_density(figures):
    for name, value in figures.items():
        print(f"{name}\t{value:.2f}\t-\t-", flush=True)
