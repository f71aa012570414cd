"""`hack/soak chaos`: rounds of changes and of everything that breaks; after each the machine is compared with the manifests.

In a round pods come, go and change, while the agent, monitors, containers and the name server are killed, the disk is filled, the
registry is broken, packets are lost, the firewall is flushed, the agent's clock jumps (clock.c), system calls of the agent and of what
it starts fail (strace), and files of the run directory are deleted, all in an order that the seed decides. Then what was broken is mended
(the disk has room, the registry answers, packets and calls arrive, an agent runs; the clock stays where it is), and within `PATIENCE` the
machine has to be as the manifests say: each pod once, of its latest version, under a monitor, with an address of its own that its name
leads to and the firewall's rules, and nothing of any other (hack/soaking/oracle.py).
"""

import json
import os
import random
import signal
import struct
import subprocess
import time

from benching.given import IMAGE
from benching.sides import REPOSITORY, output

from .node import RUN, Node, processes
from .oracle import containers, differences
from .registry import FAULTS, Registry

PATIENCE = 60
DISK = "size=96m"
DAY = 86400
# What fails, how and how often: one such call out of so many.
CALLS = [("openat", "EMFILE", 50), ("openat", "EIO", 50), ("mkdirat,mkdir", "ENOSPC", 3), ("renameat,renameat2,rename", "EIO", 3),
         ("fsync,fdatasync", "EIO", 2), ("unlinkat,unlink,rmdir", "EIO", 5), ("socket,accept4", "EMFILE", 3), ("connect", "EAGAIN", 3),
         ("mount,move_mount,umount2", "EPERM", 3), ("sendmsg,sendto", "ENOBUFS", 10), ("execve,execveat", "ENOMEM", 2)]
LOSS = """
table inet soak {
    chain loss { type filter hook input priority -400; meta l4proto { tcp, udp } numgen random mod 100 < 30 drop; }
}
"""
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


class Clock:
    """The agents' clock of the wall: a library that they are started with, and how far ahead they are by it."""

    def __init__(self, work):
        self.path, library = os.path.join(work, "clock"), os.path.join(work, "clock.so")
        output("clang", "-O2", "-shared", "-fPIC", "-o", library, os.path.join(REPOSITORY, "hack", "soaking", "clock.c"))
        self.set(0)
        self.environment = {"LD_PRELOAD": library, "SOAK_CLOCK": self.path}

    def set(self, seconds):
        # In place, and at once for who has the page mapped.
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT, 0o644)
        os.pwrite(descriptor, struct.pack("<q", seconds), 0)
        os.close(descriptor)


class Chaos:
    def __init__(self, node, registry, clock, chance, say):
        self.node, self.registry, self.clock, self.chance, self.say = node, registry, clock, chance, say
        self.tracer = None
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

    def jump(self):
        seconds = self.chance.choice([-2, 2, -3600, 3600, -DAY, 400 * DAY, -int(time.time()), 0])
        self.clock.set(seconds)
        self.note(f"clock {seconds:+} s")

    def lose_packets(self):
        subprocess.run(["nft", "-f", "-"], input=LOSS, text=True, check=True)
        self.note("packets lost")

    def keep_packets(self):
        subprocess.run(["nft", "delete", "table", "inet", "soak"], stderr=subprocess.DEVNULL, check=False)

    def flush_rules(self):
        output("nft", "flush", "ruleset")
        self.note("rules flushed")

    def fail_calls(self):
        self.pass_calls()
        if not self.node.lives:
            return
        calls, error, often = self.chance.choice(CALLS)
        first = self.chance.randrange(1, often + 1)
        self.tracer = subprocess.Popen(
            ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={calls}", "-e", "signal=none",
             "-e", f"inject={calls}:error={error}:when={first}+{often}", "-p", str(self.node.agent.pid)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.note(f"{calls} {error}")

    def pass_calls(self):
        if not self.tracer:
            return
        self.tracer.terminate()
        try:
            self.tracer.wait(2)
        except subprocess.TimeoutExpired:
            # It waits for a thread in vfork(2) to stop, and that for its child, which it has stopped. The kernel lets go of all.
            self.tracer.kill()
            self.tracer.wait()
        self.tracer = None

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
        self.pass_calls()
        self.keep_packets()
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
    clock = Clock(work)
    node.environment.update(clock.environment)
    chaos = Chaos(node, registry, clock, random.Random(seed), say)
    say(f"{seconds} s of chaos, seed {seed}")
    users = [chaos.add, chaos.add, chaos.change, chaos.remove]
    breaks = [chaos.kill_agent, chaos.kill_agent, chaos.kill_monitors, chaos.kill_name_server, chaos.kill_containers, chaos.fill_disk,
              chaos.free_disk, chaos.break_registry, chaos.delete_run_files, chaos.jump, chaos.lose_packets, chaos.flush_rules,
              chaos.fail_calls, chaos.fail_calls]
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
