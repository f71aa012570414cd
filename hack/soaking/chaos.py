"""`hack/soak chaos`: rounds of changes and of everything that breaks; after each the machine is compared with the manifests.

In a round pods come, go and change, while the agent, monitors, containers and the name server are killed, the disk is filled, the
registry is broken and files of the run directory are deleted, all in an order that the seed decides. Then what was broken is mended
(the disk has room, the registry answers, an agent runs), and within `PATIENCE` the machine has to be as the manifests say: each pod
once, of its latest version, under a monitor, with an address of its own that its name leads to, and nothing of any other
(hack/soaking/oracle.py).

Not here: a clock that jumps (the machine's own would), packets that are lost, system calls that fail (`hack/soak faults`).
"""

import json
import os
import random
import signal
import subprocess
import time

from benching.given import IMAGE

from .node import RUN, Node, processes
from .oracle import containers, differences
from .registry import FAULTS, Registry

PATIENCE = 60
DISK = "size=96m"
KINDS = ("steady", "steady", "double", "finite", "pulled")


def manifest(name, kind, version, port):
    image = f"127.0.0.1:{port}/soak/{name}:{version}" if kind == "pulled" else IMAGE
    script = "echo begun; " + ("sleep 0.3" if kind == "finite" else "exec sleep 100000")
    return json.dumps({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name},
        "spec": {
            "restartPolicy": "Never" if kind == "finite" else "Always", "terminationGracePeriodSeconds": 0,
            "containers": [{
                "name": container, "image": image, "imagePullPolicy": "IfNotPresent" if kind == "pulled" else "Never",
                "command": ["/bin/busybox", "sh", "-c", script],
                "env": [{"name": f"SOAK_{key}", "value": str(value)}
                        for key, value in (("POD", name), ("CONTAINER", container), ("VERSION", version))],
            } for container in containers(kind) or ["a"]]}})


class Chaos:
    def __init__(self, node, registry, chance, say):
        self.node, self.registry, self.chance, self.say = node, registry, chance, say
        self.wanted, self.made, self.done = {}, 0, []
        self.ballast = os.path.join(node.disk, "ballast")

    def note(self, text):
        self.done.append(text)

    # What users do.

    def add(self):
        if len(self.wanted) >= 12:
            return self.change()
        self.made += 1
        name, kind = f"pod{self.made}", self.chance.choice(KINDS)
        return self.put(name, kind, 1)

    def put(self, name, kind, version):
        self.wanted[name] = (kind, version)
        self.node.apply(name, manifest(name, kind, version, self.registry.port))
        self.note(f"{name} {kind} {version}")

    def change(self):
        if self.wanted:
            name = self.chance.choice(sorted(self.wanted))
            kind, version = self.wanted[name]
            self.put(name, kind, version + 1)

    def remove(self):
        if self.wanted:
            name = self.chance.choice(sorted(self.wanted))
            del self.wanted[name]
            self.node.withdraw(name)
            self.note(f"-{name}")

    # What breaks.

    def kill_agent(self):
        if self.node.lives:
            number = self.chance.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGTERM])
            self.node.kill(number)
            self.note(f"agent {signal.Signals(number).name}")
        if self.chance.random() < 0.7:
            self.node.begin()
            self.note("agent begins")

    def kill_some(self, command, number):
        found = sorted(pid for pid, (name, _) in processes().items() if name == command)
        for pid in self.chance.sample(found, min(len(found), number)):
            try:
                os.kill(pid, signal.SIGKILL)
                self.note(f"{command} killed")
            except ProcessLookupError:
                pass

    def kill_monitors(self):
        self.kill_some("swiftlet-monito", self.chance.choice([1, 1, 2, 100]))

    def kill_name_server(self):
        self.kill_some("swiftlet-dns", 1)

    def kill_containers(self):
        self.kill_some("sleep", self.chance.choice([1, 1, 2, 100]))

    def fill_disk(self):
        with open(self.ballast, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(1 << 20))
            except OSError:
                pass
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                pass
        self.note("disk full")

    def free_disk(self):
        if os.path.exists(self.ballast):
            os.unlink(self.ballast)
            self.note("disk free")

    def break_registry(self):
        self.registry.fault = self.chance.choice(FAULTS + (None,))
        self.note(f"registry {self.registry.fault or 'well'}")

    def delete_run_files(self):
        found = [os.path.join(folder, name) for folder, _, names in os.walk(RUN) for name in names if "/rootfs/" not in folder]
        for path in self.chance.sample(sorted(found), min(len(found), self.chance.choice([1, 1, 3]))):
            try:
                os.unlink(path)
                self.note(f"rm {path.removeprefix(RUN + '/')}")
            except OSError:
                # A mount, or gone.
                pass

    def round(self, actions):
        self.done = []
        for _ in range(self.chance.randrange(4, 12)):
            self.chance.choice(actions)()
            time.sleep(self.chance.choice([0, 0, 0.05, 0.3, 1]) * self.chance.random())

    def mend(self):
        self.free_disk()
        self.registry.fault = None
        if not self.node.lives:
            self.node.begin()

    def judge(self):
        """What is wrong still when there was time enough."""
        deadline = time.monotonic() + PATIENCE
        while True:
            found = differences(self.node, self.wanted)
            if not found or time.monotonic() > deadline:
                return found
            if not self.node.lives:
                return [f"the agent has ended by itself with {self.node.agent.returncode}"]
            time.sleep(0.2)


def soak_chaos(work, binaries, seconds, seed, say):
    """Gives the number of rounds after which something was wrong."""
    disk = os.path.join(work, "node", "disk")
    os.makedirs(disk)
    subprocess.run(["mount", "-t", "tmpfs", "-o", DISK, "tmpfs", disk], check=True)
    node = Node(work, binaries)
    registry = Registry(os.path.join(work, "layout"))
    # Pods that are evicted would be right to be gone.
    node.configure({"insecureRegistries": [f"127.0.0.1:{registry.port}"], "evictionHard": {}})
    chaos = Chaos(node, registry, random.Random(seed), say)
    say(f"{seconds} s of chaos, seed {seed}")
    users = [chaos.add, chaos.add, chaos.change, chaos.remove]
    breaks = [chaos.kill_agent, chaos.kill_agent, chaos.kill_monitors, chaos.kill_name_server, chaos.kill_containers, chaos.fill_disk,
              chaos.free_disk, chaos.break_registry, chaos.delete_run_files]
    node.begin()
    broken, rounds, end = 0, 0, time.monotonic() + seconds
    while time.monotonic() < end:
        rounds += 1
        chaos.round(users + users + breaks)
        chaos.mend()
        wrong = chaos.judge()
        if wrong:
            broken += 1
            print(f"seed {seed}, round {rounds}: " + ", ".join(chaos.done), flush=True)
            for text in wrong:
                print(f"  {text}", flush=True)
            if node.lives and node.pods() is None:
                node.stacks()
            break
    chaos.wanted.clear()
    for name in os.listdir(node.manifests):
        os.unlink(os.path.join(node.manifests, name))
    if not broken and (wrong := chaos.judge()):
        broken += 1
        print("in the end: " + "; ".join(wrong), flush=True)
    say(f"{rounds} rounds, {chaos.made} pods, {node.starts} agents")
    if node.lives:
        node.kill(signal.SIGTERM)
    return broken
