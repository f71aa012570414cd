"""QEMU: what it can use on this machine."""

import os
import subprocess
import tempfile

from .disk import Disk, cache_folder

QEMU = "qemu-system-x86_64"


def accelerator():
    """KVM where a guest really runs on it, else software emulation. The verdict is kept for this kernel."""
    verdict = os.path.join(cache_folder(), f"accelerator-{os.uname().release}")
    try:
        with open(verdict, encoding="ascii") as file:
            kind = file.read().strip()
    except OSError:
        kind = "kvm" if kvm_works() else "tcg"
        os.makedirs(cache_folder(), exist_ok=True)
        with open(verdict, "w", encoding="ascii") as file:
            file.write(kind + "\n")
    return ["-accel", "kvm", "-cpu", "host"] if kind == "kvm" else ["-accel", "tcg,thread=multi", "-cpu", "max"]


def kvm_works():
    """Boots the kernel without a disk under KVM: what it says on the console within seconds shows that it ran."""
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return False
    disk = Disk().ensure()
    with tempfile.TemporaryDirectory() as folder:
        console = os.path.join(folder, "console")
        process = subprocess.Popen(
            [QEMU, "-nodefaults", "-no-user-config", "-display", "none", "-machine", "q35", "-accel", "kvm", "-cpu", "host",
             "-m", "512", "-nic", "none", "-kernel", disk.kernel, "-append", "console=ttyS0 panic=-1", "-no-reboot",
             "-serial", f"file:{console}"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        try:
            with open(console, encoding="utf-8", errors="replace") as file:
                return "Unable to mount root fs" in file.read()
        except OSError:
            return False


def backing_file(layer):
    """The disk that a qcow2 layer lies on, from its header."""
    with open(layer, "rb") as file:
        header = file.read(20)
        offset, size = int.from_bytes(header[8:16], "big"), int.from_bytes(header[16:20], "big")
        file.seek(offset)
        return file.read(size).decode()
