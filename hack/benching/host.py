"""A host of the bench's own: mount, network, pid and cgroup namespaces, nothing of which outlives it."""

import errno
import os
import subprocess
import sys
import tempfile
import time

from .sides import output

CATATONIT = "/usr/libexec/podman/catatonit"


def hierarchies():
    with open("/proc/self/mounts", encoding="utf-8") as file:
        return [line.split()[1] for line in file if line.split()[2] in ("cgroup", "cgroup2")]


def join_cgroup(hierarchy, name, pids):
    folder = os.path.join(hierarchy, name)
    os.makedirs(folder, exist_ok=True)
    for file in ("cpuset.cpus", "cpuset.mems"):  # Empty ones refuse processes (v1).
        source = os.path.join(hierarchy, file)
        if os.path.exists(source):
            with open(source, encoding="utf-8") as from_, open(os.path.join(folder, file), "w", encoding="utf-8") as to:
                to.write(from_.read())
    for pid in pids:
        with open(os.path.join(folder, "cgroup.procs"), "w", encoding="utf-8") as file:
            file.write(str(pid))


def delegate(hierarchy, mounted):
    """Hands the controllers down, where cgroup v2 has them: in a hybrid layout they are on v1."""
    if len(mounted) > 1:
        return
    with open(os.path.join(hierarchy, "cgroup.controllers"), encoding="utf-8") as file:
        controllers = set(file.read().split()) & {"cpu", "cpuset", "io", "memory", "pids"}
    with open(os.path.join(hierarchy, "cgroup.subtree_control"), "w", encoding="utf-8") as file:
        file.write(" ".join(f"+{controller}" for controller in sorted(controllers)))


def enter_host(program, arguments, work, name="bench", init=(CATATONIT, "--")):
    """Runs a program as the second process of a new host, or without an `init` as the first, and removes what that used."""
    cgroup = f"swiftlet-{name}-{os.getpid()}"
    mounted = hierarchies()
    for hierarchy in mounted:
        delegate(hierarchy, mounted)
    command = ["unshare", "--mount", "--net", "--pid", "--cgroup", "--fork", "--kill-child", "--mount-proc",
               "--propagation", "private", *init, sys.executable, program,
               *arguments, "--inside", cgroup, "--work", work]

    def join():
        for hierarchy in mounted:
            join_cgroup(hierarchy, cgroup, [0])

    try:
        return subprocess.run(command, preexec_fn=join, check=False).returncode
    finally:
        for hierarchy in mounted:
            remove_cgroup(os.path.join(hierarchy, cgroup))


def remove_cgroup(folder):
    # Whoever was killed with the host is in his group until he has ended.
    deadline = time.monotonic() + 10
    for parent, _, _ in os.walk(folder, topdown=False):
        while True:
            try:
                os.rmdir(parent)
                break
            except OSError as error:
                if error.errno != errno.EBUSY or time.monotonic() > deadline:
                    raise
                os.sched_yield()


def furnish_host(cgroup, name="bench"):
    """Makes the namespaces a host: its own cgroup tree, an empty /run, loopback."""
    spare = tempfile.mkdtemp(prefix="swiftlet-bench-cgroup-")
    mounted = hierarchies()
    for hierarchy in mounted:
        output("mount", "--bind", os.path.join(hierarchy, cgroup), spare)
        output("umount", hierarchy)
        output("mount", "--move", spare, hierarchy)
        join_cgroup(hierarchy, name, [1, os.getpid()])  # v2 hands controllers down only from an empty cgroup.
        delegate(hierarchy, mounted)
    os.rmdir(spare)
    output("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", "/run")
    output("ip", "link", "set", "lo", "up")
