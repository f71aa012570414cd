"""The two sides of the bench: an agent of swiftlet, and podman."""

import json
import os
import socket
import subprocess
import time

from .given import IMAGE, PATIENCE, Touched, manifest
from .processes import processes

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))


def output(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout


class Swiftlet:
    name = "swiftlet"

    def __init__(self, work, binaries, layout):
        self.command = os.path.join(binaries, "swiftlet")
        self.folder = os.path.join(work, "swiftlet")
        self.manifests = os.path.join(self.folder, "manifests")
        self.staging = os.path.join(self.folder, "staging")
        self.touch = os.path.join(self.folder, "touch")
        for folder in (self.manifests, self.staging, self.touch):
            os.makedirs(folder)
        self.touched = Touched(self.touch)
        root = os.path.join(self.folder, "root")
        output(self.command, "load", layout, "--root", root)
        self.log = open(os.path.join(work, "agent.log"), "w", encoding="utf-8")
        self.agent = subprocess.Popen(
            [self.command, "agent", "--manifests", self.manifests, "--netconf", os.path.join(REPOSITORY, "netconf"),
             "--root", root, "--run-root", "/run/swiftlet", "--log-root", os.path.join(self.folder, "logs")],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        self.wait_until(lambda: self.pods() is not None)

    def call(self, method):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect("/run/swiftlet/swiftlet.sock")
            connection.sendall(json.dumps({"jsonrpc": "2.0", "id": 1, "method": method}).encode() + b"\n")
            with connection.makefile() as answer:
                return json.loads(answer.readline())["result"]

    def pods(self):
        try:
            return self.call("pod.list")["items"]
        except (FileNotFoundError, ConnectionRefusedError):
            if self.agent.poll() is not None:
                raise RuntimeError(f"the agent has ended: see {self.log.name}") from None
            return None

    def wait_until(self, condition):
        # Outside of what is measured.
        deadline = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError(f"the agent is not where it should be after {PATIENCE} s: see {self.log.name}")
            time.sleep(0.05)

    def start(self, pods, text=manifest):
        """Puts the manifests in place and returns the nanoseconds until their last container's first instruction."""
        for name, containers in pods:
            with open(os.path.join(self.staging, f"{name}.yaml"), "w", encoding="utf-8") as file:
                file.write(text(name, containers, self.touch))
        began = time.time_ns()
        for name, _ in pods:
            os.rename(os.path.join(self.staging, f"{name}.yaml"), os.path.join(self.manifests, f"{name}.yaml"))
        return self.touched.wait(files(pods)) - began

    def remove(self, pods):
        for name, _ in pods:
            os.unlink(os.path.join(self.manifests, f"{name}.yaml"))
        self.wait_until(lambda: self.pods() == [])
        self.touched.clear()

    def monitors(self):
        return processes("swiftlet-monit")

    def idlers(self):
        return [self.agent.pid] + self.monitors()


class Podman:
    name = "podman"

    def __init__(self, work, archive):
        self.folder = os.path.join(work, "podman")
        self.touch = os.path.join(self.folder, "touch")
        os.makedirs(self.touch)
        os.makedirs(os.path.join(self.folder, "networks"))
        self.touched = Touched(self.touch)
        self.burst_by = None
        # Without CAP_SYS_RESOURCE no hard limit can be raised, so none is asked for above what there is. (podman 4.3
        # swaps the two numbers of a default ulimit: they are the same.)
        self.write("containers.conf", f"""
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "runc"
[network]
network_backend = "netavark"
network_config_dir = "{self.folder}/networks"
""")
        self.write("storage.conf", f"""
[storage]
driver = "overlay"
graphroot = "{self.folder}/storage"
runroot = "/run/containers/storage"
""")
        self.environment = dict(os.environ, CONTAINERS_CONF=f"{self.folder}/containers.conf",
                                CONTAINERS_STORAGE_CONF=f"{self.folder}/storage.conf")
        root = self.write("root.tar", archive)
        self.podman("import", "-q", root, IMAGE)

    def write(self, name, content):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
        return path

    def podman(self, *arguments):
        done = subprocess.run(["podman", *arguments], env=self.environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"podman {' '.join(arguments)}: {done.stdout}")
        return done.stdout

    def start(self, pods):
        path = self.write("pods.yaml", "---\n".join(manifest(name, count, self.touch) for name, count in pods))
        began = time.time_ns()
        self.podman("kube", "play", path)
        return self.touched.wait(files(pods)) - began

    def start_at_once(self, pods):
        """A `kube play` for each pod, all at the same time."""
        paths = [self.write(f"{name}.yaml", manifest(name, count, self.touch)) for name, count in pods]
        began = time.time_ns()
        plays = [subprocess.Popen(["podman", "kube", "play", path], env=self.environment, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for path in paths]
        if any([play.wait() for play in plays]):
            raise RuntimeError("podman kube play failed")
        return self.touched.wait(files(pods)) - began

    def remove(self, pods):
        # Each removal sits seconds in its retries to remove cgroups: they do so side by side.
        removals = [subprocess.Popen(["podman", "pod", "rm", "-f", "-t", "1", *[name for name, _ in pods[part::25]]],
                                     env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
                    for part in range(min(25, len(pods)))]
        if any([removal.wait() for removal in removals]):
            raise RuntimeError("podman pod rm failed")
        self.touched.clear()

    def monitors(self):
        return processes("conmon")

    idlers = monitors


def files(pods):
    return [f"{name}-{number}" for name, containers in pods for number in range(containers)]
