"""An agent that is killed and started again, and what it has made."""

import json
import os
import shutil
import signal
import socket
import subprocess
import time

from benching.given import IMAGE, root_archive, write_layout
from benching.sides import REPOSITORY, output

RUN = "/run/swiftlet"


def manifest(name, shared, script):
    """A pod that runs a script once, with a folder of the host's at /shared."""
    return json.dumps({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name},
        "spec": {
            "restartPolicy": "Never", "terminationGracePeriodSeconds": 1,
            "containers": [{
                "name": "c", "image": IMAGE, "imagePullPolicy": "Never", "command": ["/bin/busybox", "sh", "-c", script],
                "volumeMounts": [{"name": "shared", "mountPath": "/shared"}]}],
            "volumes": [{"name": "shared", "hostPath": {"path": shared, "type": "Directory"}}]}})


class Node:
    """One agent after another over the same state."""

    def __init__(self, work, binaries, settings=None):
        self.command = os.path.join(binaries, "swiftlet")
        self.folder = os.path.join(work, "node")
        self.manifests = os.path.join(self.folder, "manifests")
        self.staging = os.path.join(self.folder, "staging")
        self.shared = os.path.join(self.folder, "shared")
        # What may be full: not where users put their manifests.
        self.disk = os.path.join(self.folder, "disk")
        self.root = os.path.join(self.disk, "root")
        self.logs = os.path.join(self.disk, "logs")
        for folder in (self.manifests, self.staging, self.shared, self.root, self.logs):
            os.makedirs(folder, exist_ok=True)
        layout = os.path.join(work, "layout")
        write_layout(layout, root_archive())
        output(self.command, "load", layout, "--root", self.root)
        # JSON is YAML.
        self.configuration = os.path.join(self.folder, "config.yaml")
        self.configure(settings or {})
        self.log = open(os.path.join(work, "agent.log"), "w", encoding="utf-8")
        self.environment = dict(os.environ, SWIFTLET_CONFIG=self.configuration)
        self.agent = None
        self.starts = 0

    def configure(self, settings):
        """For the agents that begin from now on."""
        with open(self.configuration, "w", encoding="utf-8") as file:
            json.dump(settings, file)

    def begin(self):
        """Starts an agent; the one before has ended."""
        self.starts += 1
        self.agent = subprocess.Popen(
            [self.command, "agent", "--manifests", self.manifests, "--netconf", os.path.join(REPOSITORY, "netconf"), "--root", self.root,
             "--run-root", RUN, "--log-root", self.logs, "--backoff-base-ms", "100"],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, env=self.environment)

    def kill(self, number=signal.SIGKILL):
        self.agent.send_signal(number)
        return self.agent.wait()

    def stacks(self):
        """Where an agent that does not answer is; into its log. Nothing where there is no debugger."""
        debugger = shutil.which("lldb") or shutil.which("gdb")
        if debugger:
            command = [debugger, "-p", str(self.agent.pid), "--batch", *(("-o", "bt all") if "lldb" in debugger else ("-ex", "thread apply all bt"))]
            subprocess.run(command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, timeout=300, check=False)

    @property
    def lives(self):
        return self.agent is not None and self.agent.poll() is None

    def call(self, method, **parameters):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(10)
            connection.connect(os.path.join(RUN, "swiftlet.sock"))
            connection.sendall(json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}).encode() + b"\n")
            with connection.makefile() as answer:
                line = answer.readline()
        if not line:
            raise ConnectionResetError("the agent has ended")
        reply = json.loads(line)
        if "error" in reply:
            raise RuntimeError(f"{method}: {reply['error']}")
        return reply["result"]

    def pods(self):
        """What there is of each, by name; nothing while there is no agent that answers."""
        try:
            return {item["metadata"]["name"]: item for item in self.call("pod.list")["items"]}
        except (FileNotFoundError, ConnectionError, socket.timeout):
            return None

    def apply(self, name, text):
        path = os.path.join(self.staging, f"{name}.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.rename(path, os.path.join(self.manifests, f"{name}.yaml"))

    def withdraw(self, name):
        os.unlink(os.path.join(self.manifests, f"{name}.yaml"))

    def wait_until(self, condition, seconds, what):
        """Polls: outside of what is looked at."""
        deadline = time.monotonic() + seconds
        while True:
            found = condition()
            if found:
                return found
            if time.monotonic() > deadline:
                raise TimeoutError(f"{what}: not after {seconds} s; see {self.log.name}")
            time.sleep(0.05)


def processes():
    """All in this host but ourselves, by pid: what each is called, and its arguments."""
    found = {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{entry}/stat", encoding="utf-8") as file:
                text = file.read()
            with open(f"/proc/{entry}/cmdline", "rb") as file:
                arguments = file.read().decode(errors="replace").split("\0")[:-1]
        except (FileNotFoundError, ProcessLookupError):
            continue
        state = text.rpartition(")")[2].split()[0]
        if int(entry) != os.getpid() and state not in "ZX":
            found[int(entry)] = (text[text.index("(") + 1:text.rindex(")")], arguments)
    return found
