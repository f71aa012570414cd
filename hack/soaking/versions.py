"""`hack/soak versions`: an agent takes over what one of another version has started, both ways.

The other version is that of the commit before this one, or of `--commit`, which is built for it, or the commands of `--other`. One of
them starts pods and is killed; a container ends while there is no agent; the other one has to know everything: the exit code, the log
to its last line, no container restarted; it executes a program in a container, follows its log, stops and removes it. So the agent of
this version meets monitors of the other, and the other's agent those of this.
"""

import os
import subprocess

from benching.sides import REPOSITORY

from .node import Node, manifest, processes

PROGRAMS = ("swiftlet", "swiftlet-monitor", "swiftlet-runtime", "swiftlet-dns", "swiftlet-network")


def build(commit, say):
    """The commands of a commit; where they were built before nothing is done."""
    revision = subprocess.run(["git", "-C", REPOSITORY, "rev-parse", "--verify", f"{commit}^{{commit}}"], check=True,
                              stdout=subprocess.PIPE, text=True).stdout.strip()
    tree = os.path.join(REPOSITORY, ".build", "versions", revision[:12])
    folder = os.path.join(tree, ".build", "release")
    if all(os.path.exists(os.path.join(folder, program)) for program in PROGRAMS):
        return folder
    say(f"building {revision[:12]}")
    os.makedirs(tree, exist_ok=True)
    archive = subprocess.Popen(["git", "-C", REPOSITORY, "archive", revision], stdout=subprocess.PIPE)
    subprocess.run(["tar", "-x", "-C", tree], stdin=archive.stdout, check=True)
    if archive.wait():
        raise RuntimeError(f"git archive {revision} failed")
    for program in PROGRAMS:
        subprocess.run(["swift", "build", "-c", "release", "--package-path", tree, "--product", program], check=True, stdout=2)
    return folder


def pod(name, shared, code):
    """Writes numbered lines until it is told to end with a code, and in the end says how many."""
    script = (f"i=0; until [ -e /shared/end-{name} ]; do i=$((i + 1)); echo \"line $i\"; sleep 0.1; done; "
              f"echo \"last $i\"; exit {code}")
    return manifest(name, shared, script)


class Meeting:
    def __init__(self, node):
        self.node, self.faults = node, []

    def expect(self, truth, text):
        if not truth:
            self.faults.append(text)

    def container(self, name):
        pods = self.node.pods() or {}
        statuses = pods.get(name, {}).get("status", {}).get("containerStatuses") or [{}]
        return statuses[0]

    def run(self, *arguments):
        return subprocess.run([self.node.command, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, check=False)

    def use(self, binaries):
        self.node.command = os.path.join(binaries, "swiftlet")
        self.node.begin()
        self.node.wait_until(lambda: self.node.pods() is not None, 60, "the agent answers")

    def end(self, name):
        open(os.path.join(self.node.shared, f"end-{name}"), "w", encoding="utf-8").close()

    def await_end(self, name):
        return self.node.wait_until(lambda: self.container(name).get("state", {}).get("terminated"), 60, f"{name} has ended")

    def check_log(self, name, text):
        lines = text.splitlines()
        count = len(lines) - 1
        self.expect(count > 0 and lines == [f"line {number}" for number in range(1, count + 1)] + [f"last {count}"],
                    f"the log of {name} has not all lines: {lines[-3:]}")

    def meet(self, label, before, after):
        """`before` starts, `after` takes over."""
        self.use(before)
        names = [f"{label}-{kind}" for kind in ("meanwhile", "later", "removed")]
        for code, name in enumerate(names):
            self.node.apply(name, pod(name, self.node.shared, code + 3))
        self.node.wait_until(lambda: all(self.container(name).get("state", {}).get("running") for name in names), 60, "all run")
        ids = {name: self.container(name)["containerID"] for name in names}
        self.node.kill()
        monitors = sum(command == "swiftlet-monito" for command, _ in processes().values())
        self.expect(monitors == len(names), f"{label}: {monitors} monitors live without an agent")
        meanwhile, later, removed = names
        self.end(meanwhile)
        self.node.wait_until(lambda: sum(command == "swiftlet-monito" for command, _ in processes().values()) < len(names), 60, "it ends")
        self.use(after)
        ended = self.await_end(meanwhile)
        self.expect(ended["exitCode"] == 3, f"{meanwhile} ended with {ended}")
        self.check_log(meanwhile, self.run("logs", meanwhile).stdout)
        for name in (later, removed):
            state = self.container(name)
            self.expect(state.get("state", {}).get("running") and state["containerID"] == ids[name] and state["restartCount"] == 0,
                        f"{name} was not taken over: {state}")
        done = self.run("exec", later, "--", "/bin/busybox", "echo", "executed")
        self.expect(done.stdout.strip() == "executed", f"exec in {later}: {done.stdout}")
        follower = subprocess.Popen([self.node.command, "logs", later, "-f"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        self.end(later)
        ended = self.await_end(later)
        self.expect(ended["exitCode"] == 4, f"{later} ended with {ended}")
        self.check_log(later, follower.communicate(timeout=60)[0])
        for name in names:
            self.node.withdraw(name)
        self.node.wait_until(lambda: self.node.pods() == {}, 60, "all are gone")
        left = [arguments for command, arguments in processes().values() if command == "swiftlet-monito"]
        self.expect(not left, f"left: {left}")
        self.node.kill()


def soak_versions(work, binaries, other, say):
    """Gives the number of faults."""
    meeting = Meeting(Node(work, binaries))
    for label, before, after in (("older", other, binaries), ("newer", binaries, other)):
        say(f"pods of the {'other' if before == other else 'new'} version, taken over by the {'new' if after == binaries else 'other'} one")
        meeting.meet(label, before, after)
    for fault in meeting.faults:
        print(fault, flush=True)
    return len(meeting.faults)
