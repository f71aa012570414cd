"""What both sides of the bench are given: a manifest, an image, a folder that tells when it is touched."""

import ctypes
import gzip
import hashlib
import io
import json
import os
import platform
import select
import tarfile
import time

IMAGE = "localhost/swiftlet-bench:1"
PATIENCE = 120


def manifest(name, containers, touch):
    """A pod whose containers each make a file in `touch` with their first instruction, and then stay."""
    lines = ["apiVersion: v1", "kind: Pod", "metadata:", f"  name: {name}", "spec:",
             "  terminationGracePeriodSeconds: 1", "  containers:"]
    for number in range(containers):
        # The shell opens the file itself: no second program is started before it. It leaves at SIGTERM.
        script = f": > /touch/{name}-{number}; trap 'exit 0' TERM; while :; do sleep 100000 & wait; done"
        lines += [f"  - name: c{number}", f"    image: {IMAGE}", "    imagePullPolicy: Never",
                  f"    command: {json.dumps(['/bin/busybox', 'sh', '-c', script])}",
                  "    volumeMounts:", "    - {name: touch, mountPath: /touch}"]
    lines += ["  volumes:", "  - name: touch", "    hostPath:", f"      path: {touch}", "      type: Directory", ""]
    return "\n".join(lines)


def probed_manifest(name, touch):
    """A pod with a web server in it that is asked every second whether it is ready."""
    script = f": > /touch/{name}-0; exec httpd -f -p 80 -h /etc"
    return "\n".join([
        "apiVersion: v1", "kind: Pod", "metadata:", f"  name: {name}", "spec:", "  terminationGracePeriodSeconds: 0",
        "  containers:", "  - name: c0", f"    image: {IMAGE}", "    imagePullPolicy: Never",
        f"    command: {json.dumps(['/bin/busybox', 'sh', '-c', script])}",
        "    readinessProbe: {httpGet: {path: /page, port: 80}, periodSeconds: 1, timeoutSeconds: 1}",
        "    volumeMounts:", "    - {name: touch, mountPath: /touch}",
        "  volumes:", "  - name: touch", "    hostPath:", f"      path: {touch}", "      type: Directory", ""])


def root_archive():
    """A root file system with busybox in it, as a tar archive."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for folder in ("bin", "dev", "proc", "sys", "tmp", "etc", "touch"):
            entry = tarfile.TarInfo(folder)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o755
            archive.addfile(entry)
        archive.add("/bin/busybox", "bin/busybox")
        page = tarfile.TarInfo("etc/page")
        page.size = 3
        archive.addfile(page, io.BytesIO(b"ok\n"))
        for applet in ("sh", "sleep", "httpd"):
            entry = tarfile.TarInfo(f"bin/{applet}")
            entry.type, entry.linkname = tarfile.SYMTYPE, "busybox"
            archive.addfile(entry)
    return buffer.getvalue()


def write_layout(folder, *archives):
    """Archives as an OCI image layout of one image, a gzip layer each."""
    blobs = os.path.join(folder, "blobs", "sha256")
    os.makedirs(blobs)

    def blob(data, media_type):
        digest = hashlib.sha256(data).hexdigest()
        with open(os.path.join(blobs, digest), "wb") as file:
            file.write(data)
        return {"mediaType": f"application/vnd.oci.image.{media_type}", "digest": f"sha256:{digest}", "size": len(data)}

    layers = [blob(gzip.compress(archive, mtime=0), "layer.v1.tar+gzip") for archive in archives]
    architecture = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    configuration = {
        "architecture": architecture, "os": "linux", "config": {},
        "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(archive).hexdigest() for archive in archives]},
    }
    config = blob(json.dumps(configuration).encode(), "config.v1+json")
    image = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
             "config": config, "layers": layers}
    entry = blob(json.dumps(image).encode(), "manifest.v1+json")
    entry["annotations"] = {"org.opencontainers.image.ref.name": IMAGE}
    with open(os.path.join(folder, "index.json"), "w", encoding="utf-8") as file:
        json.dump({"schemaVersion": 2, "manifests": [entry]}, file)
    with open(os.path.join(folder, "oci-layout"), "w", encoding="utf-8") as file:
        json.dump({"imageLayoutVersion": "1.0.0"}, file)


class Touched:
    """Waits with inotify until files have been made in a folder, and tells the last mtime of them."""

    IN_CREATE = 0x100

    def __init__(self, folder):
        self.folder = folder
        libc = ctypes.CDLL(None, use_errno=True)
        self.descriptor = libc.inotify_init1(os.O_CLOEXEC | os.O_NONBLOCK)
        if self.descriptor < 0 or libc.inotify_add_watch(self.descriptor, folder.encode(), self.IN_CREATE) < 0:
            raise OSError(ctypes.get_errno(), f"inotify({folder})")

    def wait(self, names):
        missing, deadline = set(names), time.monotonic() + PATIENCE
        while True:
            missing = {name for name in missing if not os.path.exists(os.path.join(self.folder, name))}
            if not missing:
                return max(os.stat(os.path.join(self.folder, name)).st_mtime_ns for name in names)
            rest = deadline - time.monotonic()
            if rest <= 0 or not select.select([self.descriptor], [], [], rest)[0]:
                raise TimeoutError(f"not touched after {PATIENCE} s: {', '.join(sorted(missing))}")
            os.read(self.descriptor, 1 << 16)

    def clear(self):
        for name in os.listdir(self.folder):
            os.unlink(os.path.join(self.folder, name))
