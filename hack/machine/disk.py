"""The disk that every virtual machine begins with: a Debian made from packages, kept by what it is made from."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.realpath(__file__))
SUITE = "bookworm"
KERNEL = "linux-image-cloud-amd64"
SIZE = "8G"

# What makes it a machine.
SYSTEM = ["systemd", "systemd-sysv", "dbus", "udev", "kmod", "libpam-systemd", "iproute2", "procps", "python3",
          "apparmor", "libcap2-bin", "strace"]
# What the package of swiftlet depends on.
LIBRARIES = ["libcurl4", "libisal2", "libjansson4", "libnl-3-200", "libnl-route-3-200", "libseccomp2", "libsystemd0",
             "libssl3", "libyaml-0-2", "libzstd1", "libstdc++6"]
# What the tests work with: hack/install's list without what is for building.
TOOLS = ["bind9-dnsutils", "buildah", "busybox-static", "ca-certificates", "containerd", "criu", "curl", "dnsmasq-base", "docker-registry",
         "jq", "nfs-kernel-server", "nftables", "podman",
         "runc", "crun", "conmon", "netavark", "skopeo", "socat", "tar", "util-linux", "zstd"]
PACKAGES = SYSTEM + LIBRARIES + TOOLS
# Nobody talks to these, and their timers and start-up cost time.
QUIET = ["docker-registry.service", "podman.service", "podman.socket", "podman-auto-update.timer", "podman-restart.service",
         "nfs-server.service", "nfs-blkmap.service", "rpcbind.service", "rpcbind.socket", "apt-daily.timer",
         "apt-daily-upgrade.timer", "dpkg-db-backup.timer", "e2scrub_all.timer", "e2scrub_reap.service", "fstrim.timer",
         "logrotate.timer"]

UNIT = """[Unit]
Description=The way in for hack/vm
After=local-fs.target systemd-udevd.service

[Service]
ExecStart=/usr/bin/python3 -B /usr/local/lib/swiftlet-vm/guest.py
Environment=PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8
KillMode=process
OOMPolicy=continue
OOMScoreAdjust=-900
Delegate=yes
TasksMax=infinity
LimitNOFILE=1048576
Restart=always

[Install]
WantedBy=multi-user.target
"""

INIT = """#!/bin/sh
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sys /sys
for module in $(cat /modules); do insmod "$module"; done
tries=0
until [ -b /dev/vda ]; do
    tries=$((tries + 1))
    [ $tries -lt 200 ] || { echo "no disk"; poweroff -f; }
    sleep 0.05
done
mount -t ext4 /dev/vda /root
umount /sys /proc
mount --move /dev /root/dev
exec switch_root /root /lib/systemd/systemd
"""


class BuildFailed(Exception):
    """A tool that makes the disk has failed."""


def cache_folder():
    return os.environ.get("SWIFTLET_VM_CACHE") or os.path.expanduser("~/.cache/swiftlet-vm")


def mirror():
    """The mirror that this machine's own apt uses."""
    policy = subprocess.run(["apt-get", "indextargets", "--format", "$(SITE) $(RELEASE)"],
                            stdout=subprocess.PIPE, text=True, check=True).stdout
    for line in policy.splitlines():
        site, _, release = line.partition(" ")
        if release == SUITE:
            return site
    return "http://deb.debian.org/debian"


class Disk:
    """`image`, `kernel` and `initrd` in a folder that is named after all that goes into them."""

    def __init__(self):
        self.folder = os.path.join(cache_folder(), f"disk-{self.key()}")
        self.image = os.path.join(self.folder, "disk.img")
        self.kernel = os.path.join(self.folder, "vmlinuz")
        self.initrd = os.path.join(self.folder, "initrd")

    @staticmethod
    def key():
        text = hashlib.sha256()
        for name in ("disk.py", "guest.py", "frames.py"):
            with open(os.path.join(HERE, name), "rb") as file:
                text.update(file.read())
        return text.hexdigest()[:16]

    def ensure(self):
        """Makes it where it is not there. One process at a time; what an interrupted one left counts for nothing."""
        if os.path.isdir(self.folder):
            return self
        os.makedirs(cache_folder(), exist_ok=True)
        with open(os.path.join(cache_folder(), "lock"), "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not os.path.isdir(self.folder):
                with tempfile.TemporaryDirectory(prefix="making-", dir=cache_folder()) as work:
                    self.make(work)
                self.forget_others()
        return self

    def forget_others(self):
        """Of earlier disks nothing is needed any more, unless a machine still runs on one."""
        for name in os.listdir(cache_folder()):
            path = os.path.join(cache_folder(), name)
            if name.startswith("disk-") and path != self.folder and not is_in_use(path):
                shutil.rmtree(path, ignore_errors=True)

    def make(self, work):
        if os.geteuid() != 0:
            raise BuildFailed("the disk is made by root: it holds root's files")
        print("hack/vm: making the disk (some minutes, once)", file=sys.stderr)
        root = os.path.join(work, "root")
        result = os.path.join(work, "result")
        os.makedirs(result)
        packages = os.path.join(cache_folder(), "packages")
        os.makedirs(packages, exist_ok=True)
        call(["debootstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}", f"--cache-dir={packages}",
              SUITE, root, mirror()], work)
        self.add_kernel(root, work, result)
        self.configure(root)
        # The packages' own files are no use in there.
        shutil.rmtree(f"{root}/var/cache/apt/archives", ignore_errors=True)
        os.makedirs(f"{root}/var/cache/apt/archives/partial")
        call(["mke2fs", "-q", "-t", "ext4", "-d", root,
              os.path.join(result, "disk.img"), SIZE], work)
        os.rename(result, self.folder)

    def add_kernel(self, root, work, result):
        depends = call(["apt-cache", "depends", "--important", KERNEL], work)
        name = next(line.split()[1] for line in depends.splitlines() if "Depends: linux-image" in line)
        download = os.path.join(work, "kernel")
        os.makedirs(download)
        call(["apt-get", "download", "-o", "APT::Sandbox::User=root", name], work, cwd=download)
        unpacked = os.path.join(work, "unpacked")
        call(["dpkg-deb", "-x", os.path.join(download, os.listdir(download)[0]), unpacked], work)
        release = os.listdir(f"{unpacked}/lib/modules")[0]
        shutil.copytree(f"{unpacked}/lib/modules/{release}", f"{root}/usr/lib/modules/{release}", symlinks=True)
        call(["depmod", "-b", f"{root}/usr", release], work)
        shutil.copy(f"{unpacked}/boot/vmlinuz-{release}", os.path.join(result, "vmlinuz"))
        self.make_initrd(f"{root}/usr/lib/modules/{release}", work, os.path.join(result, "initrd"))

    def make_initrd(self, modules, work, path):
        tree = os.path.join(work, "initrd")
        for folder in ("bin", "dev", "proc", "sys", "root", "modules.d"):
            os.makedirs(f"{tree}/{folder}")
        shutil.copy("/bin/busybox", f"{tree}/bin/busybox")
        for applet in ("sh", "mount", "umount", "insmod", "cat", "sleep", "poweroff", "switch_root"):
            os.symlink("busybox", f"{tree}/bin/{applet}")
        order = []
        for name in ("virtio_pci", "virtio_blk"):
            for module in in_order(modules, name):
                if module not in order:
                    order.append(module)
        for module in order:
            shutil.copy(f"{modules}/{module}", f"{tree}/modules.d/{os.path.basename(module)}")
        write(f"{tree}/modules", "".join(f"/modules.d/{os.path.basename(module)}\n" for module in order))
        write(f"{tree}/init", INIT, 0o755)
        call(["sh", "-c", f"find . | cpio --quiet -o -H newc | gzip -1 >'{path}'"], work, cwd=tree)

    def configure(self, root):
        agent = f"{root}/usr/local/lib/swiftlet-vm"
        os.makedirs(agent)
        for name in ("guest.py", "frames.py"):
            shutil.copy(os.path.join(HERE, name), agent)
        write(f"{root}/etc/systemd/system/swiftlet-vm.service", UNIT)
        wants = f"{root}/etc/systemd/system/multi-user.target.wants"
        os.makedirs(wants, exist_ok=True)
        os.symlink("/etc/systemd/system/swiftlet-vm.service", f"{wants}/swiftlet-vm.service")
        for unit in QUIET:
            link = f"{root}/etc/systemd/system/{unit}"
            if os.path.lexists(link):
                os.remove(link)
            os.symlink("/dev/null", link)
        write(f"{root}/etc/hostname", "swiftlet-vm\n")
        write(f"{root}/etc/hosts", "127.0.0.1 localhost swiftlet-vm\n::1 localhost\n")
        write(f"{root}/etc/fstab", "/dev/vda / ext4 defaults 0 1\n")
        write(f"{root}/etc/modules-load.d/swiftlet-vm.conf", "virtio_console\nvirtio_rng\n")
        # A journal that survives the power cut is what one wants to read afterwards.
        os.makedirs(f"{root}/var/log/journal", exist_ok=True)
        # Each machine gets its own at its first boot.
        write(f"{root}/etc/machine-id", "")


def is_in_use(folder):
    """Whether some process has a file of a folder open: a virtual machine."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            for number in os.listdir(f"/proc/{pid}/fd"):
                if os.readlink(f"/proc/{pid}/fd/{number}").startswith(folder + "/"):
                    return True
        except OSError:
            continue  # It ended meanwhile, or is not ours to look at.
    return False


def in_order(modules, name):
    """The file of a module behind those that it needs."""
    with open(f"{modules}/modules.dep", encoding="utf-8") as file:
        for line in file:
            path, _, needed = line.partition(":")
            if os.path.basename(path).split(".")[0] == name:
                return [*reversed(needed.split()), path]
    return []  # Built into the kernel.


def write(path, text, mode=0o644):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)


def call(arguments, work, cwd=None):
    """Runs a tool; where it fails, what it said is raised."""
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive", LC_ALL="C.UTF-8")
    done = subprocess.run(arguments, cwd=cwd or work, env=environment, text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        tail = "\n".join(done.stdout.splitlines()[-20:])
        raise BuildFailed(f"{' '.join(arguments[:3])} … ended with {done.returncode}\n{tail}")
    return done.stdout
