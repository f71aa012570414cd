#!/usr/bin/python3
"""Makes the images of the tests as OCI layouts, a folder each, from Debian's static busybox: `images.py OUTPUT`."""

import gzip
import hashlib
import io
import json
import os
import platform
import subprocess
import sys
import tarfile

ARCHITECTURE = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
OTHER = "s390x"
OCI = "application/vnd.oci.image."


def entry(name, data=None, *, kind=None, target="", mode=0o755, uid=0):
    """A member of an archive, exactly as named: tarfile does not clean what it is given this way."""
    info = tarfile.TarInfo(name)
    info.mode, info.uid, info.gid, info.linkname = mode, uid, uid, target
    info.type = kind or (tarfile.DIRTYPE if data is None else tarfile.REGTYPE)
    info.size = len(data) if data is not None and kind is None else 0
    return info, data


def archive(*members):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for info, data in members:
            tar.addfile(info, io.BytesIO(data) if data is not None and info.size else None)
    return buffer.getvalue()


def busybox():
    with open("/bin/busybox", "rb") as file:
        program = file.read()
    applets = subprocess.run(["/bin/busybox", "--list"], check=True, stdout=subprocess.PIPE, text=True).stdout.split()
    members = [entry(name) for name in ("bin", "dev", "etc", "proc", "sys", "var", "www", "home", "data")]
    members += [entry("tmp", mode=0o1777), entry("home/app", uid=1000), entry("bin/busybox", program)]
    members += [entry(f"bin/{name}", kind=tarfile.SYMTYPE, target="busybox") for name in applets if name != "busybox"]
    members += [
        entry("etc/passwd", b"root:x:0:0:root:/:/bin/sh\napp:x:1000:1000:app:/home/app:/bin/sh\n", mode=0o644),
        entry("etc/group", b"root:x:0:\napp:x:1000:\nextra:x:2000:app\n", mode=0o644),
        entry("www/index.html", b"a page of a pod\n", mode=0o644),
        entry("data/lower", b"from the image\n", mode=0o644),
    ]
    return archive(*members)


class Layout:
    def __init__(self, output, name):
        self.folder = os.path.join(output, name)
        self.blobs = os.path.join(self.folder, "blobs", "sha256")
        os.makedirs(self.blobs)

    def blob(self, data, media_type, **more):
        digest = hashlib.sha256(data).hexdigest()
        with open(os.path.join(self.blobs, digest), "wb") as file:
            file.write(data)
        return {"mediaType": OCI + media_type, "digest": f"sha256:{digest}", "size": len(data), **more}

    def layer(self, tar, compression):
        if compression == "gzip":
            return self.blob(gzip.compress(tar, 1, mtime=0), "layer.v1.tar+gzip")
        if compression == "zstd":
            packed = subprocess.run(["zstd", "-q", "-1", "-c"], check=True, input=tar, stdout=subprocess.PIPE).stdout
            return self.blob(packed, "layer.v1.tar+zstd")
        return self.blob(tar, "layer.v1.tar")

    def manifest(self, layers, config=None, architecture=ARCHITECTURE):
        """`layers`: pairs of an archive and its compression."""
        described = [self.layer(tar, compression) for tar, compression in layers]
        configuration = {
            "architecture": architecture, "os": "linux", "config": config or {},
            "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(tar).hexdigest() for tar, _ in layers]},
        }
        document = {"schemaVersion": 2, "mediaType": OCI + "manifest.v1+json",
                    "config": self.blob(json.dumps(configuration).encode(), "config.v1+json"), "layers": described}
        return self.blob(json.dumps(document).encode(), "manifest.v1+json")

    def finish(self, descriptor):
        descriptor["annotations"] = {"org.opencontainers.image.ref.name": "1"}
        with open(os.path.join(self.folder, "index.json"), "w", encoding="utf-8") as file:
            json.dump({"schemaVersion": 2, "manifests": [descriptor]}, file)
        with open(os.path.join(self.folder, "oci-layout"), "w", encoding="utf-8") as file:
            json.dump({"imageLayoutVersion": "1.0.0"}, file)


def image(output, name, layers, config=None):
    layout = Layout(output, name)
    layout.finish(layout.manifest(layers, config))


def main(output):
    base = busybox()
    path = {"Env": ["PATH=/bin"]}
    image(output, "busybox", [(base, "gzip")], path)

    # Every compression, a file replaced, a file and a folder's old contents whited out.
    image(output, "layers", [
        (base, "zstd"),
        (archive(entry("data"), entry("data/.wh.lower", b"", mode=0o644), entry("data/middle", b"middle\n", mode=0o644),
                 entry("www/index.html", b"another page\n", mode=0o644), entry("home"),
                 entry("home/.wh..wh..opq", b"", mode=0o644), entry("home/new", b"new\n", mode=0o644)), "gzip"),
        (archive(entry("data"), entry("data/upper", b"upper\n", mode=0o644)), "plain"),
    ], path)

    # For a registry that misbehaves: nothing in it is in another image.
    image(output, "fragile", [(base + bytes(10240), "gzip")], path)
    image(output, "wanted-by-two", [(base + bytes(20480), "gzip")], path)

    # Links in the way of what is mounted.
    image(output, "links", [(base, "gzip"), (archive(
        entry("etc/resolv.conf", kind=tarfile.SYMTYPE, target="../run/systemd/resolve/stub-resolv.conf"),
        entry("etc/hosts", kind=tarfile.SYMTYPE, target="/run/hosts"),
        entry("out", kind=tarfile.SYMTYPE, target="../../../../../../../tmp/escape"),
        entry("absolute", kind=tarfile.SYMTYPE, target="/tmp/escape"),
        entry("magic", kind=tarfile.SYMTYPE, target="/proc/1/root/tmp/escape")), "gzip")], path)

    # What an image may say about its process.
    image(output, "configured", [(base, "gzip")], {
        "User": "app", "Env": ["PATH=/bin", "FROM_IMAGE=yes"], "WorkingDir": "/home/app",
        "Entrypoint": ["/bin/sh", "-c", "echo \"$0 $FROM_IMAGE $(id -u):$(id -g) $(id -G) $PWD\"; exec sleep 100000"],
        "Cmd": ["from-cmd"]})

    # An index whose first image is for another machine.
    layout = Layout(output, "index")
    other = layout.manifest([(archive(entry("wrong")), "gzip")], architecture=OTHER)
    ours = layout.manifest([(base, "gzip")], path)
    documents = [dict(other, platform={"os": "linux", "architecture": OTHER}),
                 dict(ours, platform={"os": "linux", "architecture": ARCHITECTURE})]
    index = {"schemaVersion": 2, "mediaType": OCI + "index.v1+json", "manifests": documents}
    layout.finish(layout.blob(json.dumps(index).encode(), "index.v1+json"))

    # Layers that want out of their root. /tmp/escape is where a careless extraction would leave something.
    hostile = {
        "hostile-dots": [entry("../../../../../../../tmp/escape/dots", b"out\n")],
        "hostile-absolute": [entry("/tmp/escape/absolute", b"out\n")],
        "hostile-symlink": [entry("way", kind=tarfile.SYMTYPE, target="/tmp/escape"), entry("way/symlink", b"out\n")],
        "hostile-symlink-dots": [entry("way", kind=tarfile.SYMTYPE, target="../../../../../../../tmp/escape"),
                                 entry("way/symlink-dots", b"out\n")],
        "hostile-hardlink": [entry("link", kind=tarfile.LNKTYPE, target="../../../../../../../tmp/escape/victim"),
                             entry("link", b"out\n")],
        "hostile-hardlink-absolute": [entry("link", kind=tarfile.LNKTYPE, target="/tmp/escape/victim")],
        "hostile-whiteout": [entry("../../../../../../../tmp/escape/.wh.victim", b"")],
    }
    for name, members in hostile.items():
        image(output, name, [(base, "gzip"), (archive(*members), "gzip")], path)


if __name__ == "__main__":
    main(sys.argv[1])
