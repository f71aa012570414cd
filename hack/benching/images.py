"""`hack/bench images`: from a registry on loopback to a root that a container could start from, beside podman and skopeo+umoci.

Four images: a Debian-like root of 400 MB in one gzip layer, the same in twelve, one of 1 GiB that cannot be compressed, and the
first in zstd. Each side takes its turn with a cold store and a warm page cache; what is printed are medians. Beside them the floor:
`curl` of the blobs, sha256sum, igzip (or zstd) and `tar x`, one after another in a pipe.
"""

import json
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import threading
import time
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from .pods import say
from .sides import output

RUNS = 5
PORT = 5000
REGISTRY = f"127.0.0.1:{PORT}"
DEBIAN_BYTES = 400 << 20
LARGE_BYTES = 1 << 30


def make_root(folder, size):
    """Files as a Debian root has them: many small ones, some large; half of it text, half like programs."""
    source = random.Random(1)
    words = [bytes(source.choices(b"abcdefghijklmnopqrstuvwxyz_", k=source.randint(2, 10))) for _ in range(4000)]
    made, number = 0, 0
    while made < size:
        path = os.path.join(folder, "usr", f"d{number % 400:03}", f"f{number}")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        length = min(int(source.paretovariate(0.9) * 3000), 8 << 20, size - made)
        if number % 2:
            data = b" ".join(source.choices(words, k=length // 6 + 1))[:length]
        else:
            data = b"".join(source.randbytes(48) + bytes(80) for _ in range(length // 128 + 1))[:length]
        with open(path, "wb") as file:
            file.write(data)
        made += max(length, 512)
        number += 1
    return number


def layout_of(work, name, layers, compression):
    """An OCI layout with a layer for each folder of `layers`; made with tar and the compressor."""
    folder = os.path.join(work, "layouts", name)
    blobs = os.path.join(folder, "blobs", "sha256")
    os.makedirs(blobs)
    compress = {"gzip": ["gzip", "-6", "-n"], "zstd": ["zstd", "-q", "-3"], "fast": ["gzip", "-1", "-n"]}[compression]
    suffix = "zstd" if compression == "zstd" else "gzip"
    entries, diff_ids = [], []
    for number, layer in enumerate(layers):
        plain, packed = os.path.join(work, "layer.tar"), os.path.join(work, "layer.packed")
        output("tar", "-C", layer, "--sort=name", "--owner=0", "--group=0", "-cf", plain, ".")
        with open(plain, "rb") as source, open(packed, "wb") as target:
            subprocess.run(compress + ["-c"], stdin=source, stdout=target, check=True)
        diff_ids.append("sha256:" + output("sha256sum", plain).split()[0])
        digest = output("sha256sum", packed).split()[0]
        size = os.path.getsize(packed)
        shutil.move(packed, os.path.join(blobs, digest))
        os.remove(plain)
        entries.append({"mediaType": f"application/vnd.oci.image.layer.v1.tar+{suffix}", "digest": f"sha256:{digest}", "size": size})

    def put(document, media_type):
        data = json.dumps(document).encode()
        digest = subprocess.run(["sha256sum"], input=data, stdout=subprocess.PIPE, check=True).stdout.decode().split()[0]
        with open(os.path.join(blobs, digest), "wb") as file:
            file.write(data)
        return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(data)}

    architecture = {"x86_64": "amd64", "aarch64": "arm64"}.get(os.uname().machine, os.uname().machine)
    config = put({"architecture": architecture, "os": "linux", "config": {"Cmd": ["/bin/true"]},
                  "rootfs": {"type": "layers", "diff_ids": diff_ids}}, "application/vnd.oci.image.config.v1+json")
    manifest = put({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "config": config,
                    "layers": entries}, "application/vnd.oci.image.manifest.v1+json")
    manifest["annotations"] = {"org.opencontainers.image.ref.name": "1"}
    with open(os.path.join(folder, "index.json"), "w", encoding="utf-8") as file:
        json.dump({"schemaVersion": 2, "manifests": [manifest]}, file)
    with open(os.path.join(folder, "oci-layout"), "w", encoding="utf-8") as file:
        json.dump({"imageLayoutVersion": "1.0.0"}, file)
    return folder, [entry["digest"] for entry in entries]


class Registry:
    def __init__(self, work):
        storage = os.path.join(work, "registry")
        os.makedirs(storage)
        path = os.path.join(work, "registry.yml")
        with open(path, "w", encoding="utf-8") as file:
            file.write("version: 0.1\nlog: {level: error, accesslog: {disabled: true}}\n"
                       f"storage: {{filesystem: {{rootdirectory: {storage}}}}}\nhttp: {{addr: \"{REGISTRY}\"}}\n")
        self.process = subprocess.Popen(["docker-registry", "serve", path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 30
        while True:
            try:
                HTTPConnection("127.0.0.1", PORT, timeout=1).connect()
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    def stop(self):
        self.process.kill()
        self.process.wait()


class Measured:
    """Wall and CPU seconds of a command and all that it starts, and the command's own peak of memory, in MB.

    The peak is the kernel's high-water mark of the address space, read until the end: getrusage(2) would count what this
    program had when it started the command. What podman's children take is not in its figure."""

    def __init__(self, command):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        began = time.monotonic()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.peak = 0
        done = threading.Event()
        watcher = threading.Thread(target=self.watch, args=(process.pid, done))
        watcher.start()
        errors = process.stderr.read()
        _, status, _ = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.wall = time.monotonic() - began
        done.set()
        watcher.join()
        if process.returncode != 0:
            raise RuntimeError(f"{command}: {errors.decode()[-2000:]}")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    def watch(self, pid, done):
        own = os.readlink("/proc/self/exe")
        while not done.wait(0.005):
            try:
                if os.readlink(f"/proc/{pid}/exe") == own:
                    continue
                with open(f"/proc/{pid}/status", encoding="utf-8") as file:
                    marks = [line for line in file if line.startswith("VmHWM:")]
            except OSError:
                return
            if marks:
                self.peak = max(self.peak, int(marks[0].split()[1]) / 1024)


def ours(binaries, work, name):
    """A pull without an agent, by the code that the agent pulls with: fetch, check, unpack. As podman does, it leaves the writing
    back to the kernel; so does the agent, for the first two seconds."""
    root = os.path.join(work, "ours")
    shutil.rmtree(root, ignore_errors=True)
    return Measured([os.path.join(binaries, "swiftlet"), "image", "copy", "--quiet", "--unsettled", f"docker://{REGISTRY}/{name}:1",
                     f"store:{REGISTRY}/{name}:1", "--root", root])


def podman(work, name):
    root = os.path.join(work, "podman")
    subprocess.run(["podman", "--root", f"{root}/root", "--runroot", f"{root}/run", "unmount", "--all"], check=False,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    shutil.rmtree(root, ignore_errors=True)
    return Measured(["podman", "--root", f"{root}/root", "--runroot", f"{root}/run", "--storage-driver", "overlay", "pull", "--quiet",
                     "--tls-verify=false", f"{REGISTRY}/{name}:1"])


def skopeo(work, name):
    root = os.path.join(work, "skopeo")
    shutil.rmtree(root, ignore_errors=True)
    os.makedirs(root)
    return Measured(["sh", "-ec", f"skopeo --insecure-policy copy --quiet --src-tls-verify=false docker://{REGISTRY}/{name}:1 oci:{root}/l:1;"
                     f" umoci unpack --image {root}/l:1 {root}/bundle"])


def floor(work, name, digests, compression):
    root = os.path.join(work, "floor")
    shutil.rmtree(root, ignore_errors=True)
    os.makedirs(root)
    inflate = "zstd -dc" if compression == "zstd" else "igzip -dc" if shutil.which("igzip") else "gzip -dc"
    script = "\n".join(f"curl -sf http://{REGISTRY}/v2/{name}/blobs/{digest} | tee /dev/fd/3 3>&1 >{root}/blob | sha256sum >/dev/null;"
                       f" {inflate} <{root}/blob | tar -C {root} -x" for digest in digests)
    return Measured(["bash", "-ec", f"set -o pipefail\n{script}"])


class CountingProxy(BaseHTTPRequestHandler):
    """Passes requests on to the registry, and notes their methods."""
    protocol_version = "HTTP/1.1"
    seen = []

    def answer(self):
        CountingProxy.seen.append(self.command)
        connection = HTTPConnection("127.0.0.1", PORT)
        connection.request(self.command, self.path, headers=dict(self.headers))
        response = connection.getresponse()
        data = response.read()
        self.send_response(response.status)
        for key, value in response.getheaders():
            if key.lower() != "transfer-encoding":
                self.send_header(key, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)
        connection.close()

    do_GET = do_HEAD = answer

    def log_message(self, *_):
        pass


def repull_requests(work, binaries):
    """How many requests a second pull of an unchanged tag takes, ours and podman's."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), CountingProxy)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    name = f"127.0.0.1:{server.server_port}/small:1"
    root = os.path.join(work, "again")
    fetch = [os.path.join(binaries, "swiftlet"), "image", "copy", "--quiet", f"docker://{name}", f"store:{name}", "--root", root]
    pull = ["podman", "--root", f"{root}/p/root", "--runroot", f"{root}/p/run", "pull", "--quiet", "--tls-verify=false", name]
    counts = []
    for command in (fetch, pull):
        output(*command)
        CountingProxy.seen = []
        output(*command)
        counts.append(len(CountingProxy.seen))
    server.shutdown()
    return counts


def bench_images(work, binaries, runs=RUNS):
    say("making the images")
    source = os.path.join(work, "source")
    make_root(os.path.join(source, "debian"), DEBIAN_BYTES)
    twelve = [os.path.join(source, f"layer{number}") for number in range(12)]
    for number, folder in enumerate(sorted(os.listdir(os.path.join(source, "debian", "usr")))):
        target = os.path.join(twelve[number % 12], "usr", folder)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copytree(os.path.join(source, "debian", "usr", folder), target)
    large = os.path.join(source, "large")
    os.makedirs(large)
    with open(os.path.join(large, "noise"), "wb") as file, open("/dev/urandom", "rb") as noise:
        for _ in range(LARGE_BYTES >> 20):
            file.write(noise.read(1 << 20))
    small = os.path.join(source, "small")
    make_root(small, 1 << 20)
    kinds = {"debian": ([os.path.join(source, "debian")], "gzip"), "twelve": (twelve, "gzip"), "large": ([large], "fast"),
             "zstd": ([os.path.join(source, "debian")], "zstd"), "small": ([small], "gzip")}
    registry = Registry(work)
    figures, digests = {}, {}
    try:
        for name, (layers, compression) in kinds.items():
            layout, digests[name] = layout_of(work, name, layers, compression)
            output("skopeo", "--insecure-policy", "copy", "--quiet", "--preserve-digests", "--dest-tls-verify=false",
                   f"oci:{layout}:1", f"docker://{REGISTRY}/{name}:1")
            shutil.rmtree(layout)
        shutil.rmtree(source)
        for name, (_, compression) in kinds.items():
            if name == "small":
                continue
            say(f"pulling {name}")
            sides = {"ours": lambda: ours(binaries, work, name), "podman": lambda: podman(work, name),
                     "floor": lambda: floor(work, name, digests[name], compression)}
            if name == "debian":
                sides["skopeo"] = lambda: skopeo(work, name)
            for _ in range(runs):
                for side, run in sides.items():
                    figures.setdefault((name, side), []).append(run())
        return figures, repull_requests(work, binaries)
    finally:
        registry.stop()


def report_images(figures, requests):
    def median(name, side, what="wall"):
        return statistics.median(getattr(run, what) for run in figures[name, side])

    def line(name, own, peer):
        print(f"{name}\t{own:.3f}\t{peer:.3f}\t{own / peer:.3f}")

    line("pull-debian-vs-podman", median("debian", "ours"), median("debian", "podman"))
    line("pull-debian-vs-skopeo", median("debian", "ours"), median("debian", "skopeo"))
    line("pull-12-layers-vs-podman", median("twelve", "ours"), median("twelve", "podman"))
    line("pull-1g-vs-podman", median("large", "ours"), median("large", "podman"))
    line("pull-zstd-vs-podman", median("zstd", "ours"), median("zstd", "podman"))
    line("pull-cpu-vs-podman", median("debian", "ours", "cpu"), median("debian", "podman", "cpu"))
    peak = max(run.peak for (_, side), runs in figures.items() if side == "ours" for run in runs)
    peer = max(run.peak for (_, side), runs in figures.items() if side == "podman" for run in runs)
    line("pull-peak-mb", peak, peer)
    line("repull-requests", requests[0], requests[1])
    for name in ("debian", "twelve", "large", "zstd"):
        line(f"floor-{name}", median(name, "ours"), median(name, "floor"))
        line(f"floor-{name}-cpu", median(name, "ours", "cpu"), median(name, "floor", "cpu"))
    sys.stdout.flush()
