"""The project's own tests inside of a virtual machine: the same test bundle as outside, at the same places."""

import glob
import os
import shutil
import subprocess
import tempfile
import time

from .disk import call
from .vm import Machine

# What a machine with systemd and cgroup v2 may make a difference to.
SUITES = ["EndToEndTests", "ContainerRuntimeTests", "MonitorTests", "MonitorClientTests", "CgroupsTests", "NetworksTests", "DNSTests",
          "FirewallTests", "NetlinkTests", "NetworkToolTests", "SystemdTests", "SeccompTests"]
BINARIES = ["swiftlet", "swiftlet-dns", "swiftlet-monitor", "swiftlet-network", "swiftlet-runtime", "swiftletPackageTests.xctest"]
# These have systemd execute itself anew, which ends what others have just asked it for: they come by themselves.
ALONE = "CgroupDriverTests"
# An emulated processor is so much slower: the tests' deadlines are so much later.
PATIENCE = "4"


def run_tests(options, repository):
    """Builds, boots a machine that is thrown away, runs the tests in it with their output on ours; gives the exit code."""
    subprocess.run(["swift", "build", "-c", "release", "--build-tests"], cwd=repository, check=True)
    binaries = os.path.realpath(os.path.join(repository, ".build/release"))
    with tempfile.TemporaryDirectory(prefix="swiftlet-vm-tests-") as work:
        disk = make_disk(repository, binaries, work)
        with Machine(f"tests-{os.getpid()}", options.memory, options.cpus, durable=False) as machine:
            begun = time.monotonic()
            machine.boot(extra_disks=[disk])
            print(f"hack/vm: up after {time.monotonic() - begun:.0f} s", flush=True)
            mount(machine, repository, binaries)
            bundle = os.path.join(binaries, "swiftletPackageTests.xctest")
            environment = {"CI": "true", "SWIFTLET_CONFIG": "/dev/null", "SWIFTLET_TEST_MACHINE": "1",
                           "SWIFTLET_TEST_PATIENCE": PATIENCE, "TERM": "dumb", "NO_COLOR": "1"}
            runs = [flags("--filter", options.filters)] if options.filters else [
                flags("--filter", [ALONE]), flags("--filter", SUITES) + flags("--skip", [ALONE])]
            return max(machine.stream([bundle, "--testing-library", "swift-testing", *run], cwd=repository, env=environment)
                       for run in runs)


def flags(name, values):
    return [word for value in values for word in (name, value)]


def make_disk(repository, binaries, work):
    """All that the tests read, as a file system."""
    tree = os.path.join(work, "tree")
    os.makedirs(f"{tree}/bin")
    os.makedirs(f"{tree}/lib")
    for name in BINARIES:
        subprocess.run(["strip", "--strip-debug", "-o", f"{tree}/bin/{name}", os.path.join(binaries, name)], check=True)
    for path in glob.glob(os.path.join(toolchain_libraries(), "*.so")):
        shutil.copy(path, f"{tree}/lib/")
    for folder in ("Tests", "manifests", "netconf", "hack", "Sources"):
        shutil.copytree(os.path.join(repository, folder), f"{tree}/repository/{folder}", symlinks=True)
    for name in ("Package.swift", "README.md"):
        shutil.copy(os.path.join(repository, name), f"{tree}/repository/{name}")
    image = os.path.join(work, "tests.img")
    call(["mke2fs", "-q", "-t", "ext4", "-O", "^has_journal", "-m", "0", "-d", tree, image, "700M"], work)
    shutil.rmtree(tree)
    return image


def toolchain_libraries():
    """Where the Swift toolchain has its shared libraries: the bundle looks there."""
    swift = os.path.realpath(shutil.which("swift"))
    return os.path.join(os.path.dirname(os.path.dirname(swift)), "lib/swift/linux")


def mount(machine, repository, binaries):
    """Puts everything at the place that it has outside; what the tests write goes nowhere near it."""
    script = """
        set -eu
        mkdir -p /media/tests "$1" "$3"
        mount -o ro /dev/vdb /media/tests
        cp -a /media/tests/repository/. "$1"
        mkdir -p "$2"
        mount --bind /media/tests/bin "$2"
        mount --bind /media/tests/lib "$3"
    """
    machine.run(["sh", "-c", script, "sh", repository, binaries, toolchain_libraries()], check=True)
