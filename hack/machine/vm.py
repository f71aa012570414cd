"""One virtual machine: boots, runs commands, copies files, has its power cut."""

import os
import select
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time

from .channel import Channel, GuestSilent, Result
from .disk import Disk, cache_folder
from .emulator import QEMU, accelerator, backing_file

# Software emulation on a busy machine: a boot takes 10 to 30 s.
BOOT_SECONDS = 300
# A guest whose agent runs answers at once, a busy one in seconds.
GREETING_SECONDS = 10


class Machine:
    """A machine with a name. Its disk is a thin layer over the common one, and outlives a power cut.

    Not so with `durable=False`, for machines that are thrown away: what the guest flushes stays in QEMU's memory.
    """

    def __init__(self, name="default", memory=3072, cpus=2, durable=True):
        self.name, self.memory, self.cpus, self.durable = name, memory, cpus, durable
        self.folder = os.path.join(cache_folder(), "machines", name)
        self.layer = os.path.join(self.folder, "disk.qcow2")
        self.console = os.path.join(self.folder, "console.log")
        self.pid_file = os.path.join(self.folder, "pid")
        self.agent = os.path.join(self.folder, "agent.sock")
        self.channel = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.remove()

    # Power

    @property
    def pid(self):
        """QEMU's; None where the machine is off."""
        try:
            with open(self.pid_file, encoding="ascii") as file:
                pid = int(file.read())
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                # The number may have gone to another process.
                return pid if self.layer.encode() in file.read() else None
        except (OSError, ValueError):
            return None

    def boot(self, extra_disks=(), timeout=BOOT_SECONDS):
        """Switches it on and returns when its systemd has started everything. `extra_disks` are /dev/vdb, …, read-only."""
        if self.pid:
            return self
        disk = Disk().ensure()
        os.makedirs(self.folder, exist_ok=True)
        if not os.path.exists(self.layer):
            subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", disk.image, self.layer],
                           check=True)
        for path in (self.agent, self.console, self.pid_file):
            if os.path.exists(path):
                os.remove(path)
        with open(os.path.join(self.folder, "qemu.log"), "wb") as log:
            process = subprocess.Popen(self.command_line(extra_disks), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                       start_new_session=True)
        deadline = time.monotonic() + timeout
        while not (os.path.exists(self.agent) and self.pid):
            if process.poll() is not None or time.monotonic() > deadline:
                with open(os.path.join(self.folder, "qemu.log"), encoding="utf-8", errors="replace") as log:
                    raise GuestSilent(f"QEMU did not start: {log.read()}")
            time.sleep(0.02)
        self.wait_until_up(deadline)
        return self

    def command_line(self, extra_disks):
        # The kernel belongs to the disk that the layer was made over, which may be an earlier one than today's.
        base = os.path.dirname(backing_file(self.layer))
        cache = "writeback" if self.durable else "unsafe"
        arguments = [
            QEMU, "-nodefaults", "-no-user-config", "-display", "none", "-machine", "q35", *accelerator(),
            "-smp", str(self.cpus), "-m", str(self.memory), "-nic", "none",
            "-kernel", os.path.join(base, "vmlinuz"), "-initrd", os.path.join(base, "initrd"),
            "-append", "console=ttyS0 rw panic=1 quiet loglevel=3 systemd.show_status=false apparmor=1 security=apparmor",
            "-serial", f"file:{self.console}", "-device", "virtio-rng-pci", "-pidfile", self.pid_file,
            "-device", "virtio-serial-pci", "-chardev", f"socket,id=agent,path={self.agent},server=on,wait=off",
            "-device", "virtserialport,chardev=agent,name=org.swiftlet.vm",
            "-drive", f"file={self.layer},if=none,id=root,format=qcow2,cache={cache}",
            "-device", "virtio-blk-pci,drive=root",
        ]
        for number, path in enumerate(extra_disks):
            arguments += ["-drive", f"file={path},if=none,id=extra{number},format=raw,readonly=on",
                          "-device", f"virtio-blk-pci,drive=extra{number}"]
        return arguments

    def wait_until_up(self, deadline, former=None):
        """Returns when the guest answers in another boot than `former`, and has started everything."""
        self.connect(deadline, former)
        # `degraded` is up as well: some unit of Debian's has failed.
        self.run(["systemctl", "is-system-running", "--wait"], timeout=max(1, deadline - time.monotonic()))

    def connect(self, deadline=None, former=None):
        if self.channel:
            return self.channel
        deadline = deadline or time.monotonic() + 30
        while True:
            if not self.pid:
                raise GuestSilent(f"the machine \"{self.name}\" is off{self.last_words()}")
            try:
                # A greeting that reaches a guest on its way down is lost: it is said anew to the next one.
                channel = Channel(self.agent, min(deadline, time.monotonic() + GREETING_SECONDS))
            except (GuestSilent, OSError) as error:
                if time.monotonic() > deadline:
                    raise GuestSilent(f"{error}{self.last_words()}") from error
                time.sleep(0.1)
                continue
            if channel.boot_id != former:
                self.channel = channel
                return channel
            channel.close()
            if time.monotonic() > deadline:
                raise GuestSilent(f"the machine \"{self.name}\" did not boot again{self.last_words()}")
            time.sleep(0.2)

    def disconnect(self):
        if self.channel:
            self.channel.close()
            self.channel = None

    def last_words(self):
        try:
            with open(self.console, encoding="utf-8", errors="replace") as file:
                return "; its console ends with:\n" + "\n".join(file.read().splitlines()[-15:])
        except OSError:
            return ""

    def reboot(self, timeout=BOOT_SECONDS):
        """An orderly reboot, as a user asks for it; returns when everything is up again."""
        former = self.connect().boot_id
        self.ask_systemd("reboot")
        self.wait_until_up(time.monotonic() + timeout, former)
        return self

    def shutdown(self, timeout=120):
        """An orderly end; returns when the power is off."""
        if self.pid:
            self.ask_systemd("poweroff")
            self.wait_for_end(timeout)

    def ask_systemd(self, verb):
        try:
            self.run(["systemctl", verb], timeout=60)
        except (GuestSilent, OSError, TimeoutError):
            pass  # It may be gone before it has answered; what comes is waited for elsewhere.
        self.disconnect()

    def cut(self):
        """The power goes: QEMU is killed."""
        self.disconnect()
        pid = self.pid
        if pid:
            process = os.pidfd_open(pid)
            try:
                signal.pidfd_send_signal(process, signal.SIGKILL)
                # Its command line goes first, its files (and with them the lock on the disk) only later.
                select.select([process], [], [], 30)
            finally:
                os.close(process)
            self.wait_for_end(30)

    def wait_for_end(self, timeout):
        deadline = time.monotonic() + timeout
        while pid := self.pid:
            try:
                os.waitpid(pid, os.WNOHANG)
            except ChildProcessError:
                pass  # Another invocation started it.
            if time.monotonic() > deadline:
                raise GuestSilent(f"the machine \"{self.name}\" does not go off{self.last_words()}")
            time.sleep(0.05)

    def remove(self):
        """Forgets the machine and its disk."""
        self.cut()
        shutil.rmtree(self.folder, ignore_errors=True)

    # Inside

    def run(self, argv, timeout=120, input=b"", check=False, env=None, cwd=None):
        """Runs a command in the guest and gives its `Result`. `argv` is a list: there is no shell."""
        out, errors = bytearray(), bytearray()
        code = self.connect().run(argv, env=env, cwd=cwd, source=[input] if input else (), sink=out.extend,
                                  errors=errors.extend, timeout=timeout)
        result = Result(argv, code, bytes(out), bytes(errors))
        return result.check() if check else result

    def stream(self, argv, timeout=None, env=None, cwd=None):
        """Runs a command in the guest whose output goes to ours as it comes; gives its exit code."""
        def copying_to(stream):
            def take(chunk):
                stream.buffer.write(chunk)
                stream.flush()
            return take
        return self.connect().run(argv, env=env, cwd=cwd, sink=copying_to(sys.stdout), errors=copying_to(sys.stderr),
                                  timeout=timeout)

    def put(self, source, target, timeout=600):
        """Copies a file or folder into the guest, where it is called `target`; modes and links are kept."""
        def chunks():
            with tempfile.TemporaryFile() as file:
                with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
                    archive.add(source, arcname=os.path.basename(target))
                file.seek(0)
                while chunk := file.read(1 << 16):
                    yield chunk
        folder = os.path.dirname(target) or "/"
        script = 'mkdir -p "$1" && exec tar --extract --no-same-owner --preserve-permissions --directory "$1"'
        errors = bytearray()
        code = self.connect().run(["sh", "-c", script, "sh", folder], source=chunks(), errors=errors.extend,
                                  timeout=timeout)
        Result(["put", source, target], code, b"", bytes(errors)).check()

    def get(self, source, target, timeout=600):
        """Copies a file or folder out of the guest, where it is called `target` here."""
        errors = bytearray()
        with tempfile.TemporaryFile() as file:
            code = self.connect().run(["tar", "--create", "--directory", os.path.dirname(source) or "/",
                                       os.path.basename(source)], sink=file.write, errors=errors.extend, timeout=timeout)
            Result(["get", source, target], code, b"", bytes(errors)).check()
            file.seek(0)
            with tempfile.TemporaryDirectory(dir=os.path.dirname(os.path.abspath(target))) as folder:
                with tarfile.open(fileobj=file) as archive:
                    # Nothing of a guest's archive may leave the folder.
                    archive.extractall(folder, filter="tar")
                os.rename(os.path.join(folder, os.path.basename(source)), target)
