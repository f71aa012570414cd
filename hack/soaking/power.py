"""`hack/soak power`: the power goes at a moment that the seed chooses, again and again, while pods are made, changed and removed.

Each round begins with a machine that is as its manifests say. A script of changes runs in it (images pulled and removed,
manifests written, changed, deleted), and at some moment QEMU is killed. After the boot must hold, without anybody's help:

- every manifest's pod runs, with the image and the version that the manifest says, and no other pod is there;
- no address is two pods', and nothing of pods that are gone is left: folders, cgroups, leases;
- every blob of the store has its digest, every image in its index is whole, nothing half made is there;
- every log line is whole and none is missing between two that are there; only the last line of a file that the cut ended may be torn.

The machine has the package installed, as a user has it, and a registry (Debian's docker-registry) on its loopback.
"""

import io
import json
import os
import random
import subprocess
import tarfile
import tempfile
import time

from benching.given import root_archive, write_layout
from machine.vm import Machine

IMAGES = 5
REGISTRY = "127.0.0.1:5000"
NAMES = [f"pod{number}" for number in range(6)]
MANIFESTS = "/etc/swiftlet/manifests"
# How long a machine may take after its boot to be as its manifests say; it is emulated.
PATIENCE = 300
REGISTRY_UNIT = """[Unit]
Before=swiftlet.service
[Service]
ExecStart=/usr/bin/docker-registry serve /root/registry.yml
[Install]
WantedBy=multi-user.target
"""
REGISTRY_CONFIGURATION = f"""version: 0.1
storage: {{filesystem: {{rootdirectory: /srv/registry}}}}
http: {{addr: "{REGISTRY}"}}
log: {{level: error}}
"""
# Written so that a cut leaves the old file or the new one: what is tried is swiftlet, not this script.
PUT = f"""put() {{
    cat >/root/next && sync /root/next && mv /root/next {MANIFESTS}/$1.yaml && sync {MANIFESTS}
}}
"""
ORACLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "power_oracle.py")


def noise(number):
    """A layer that takes a moment to fetch."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        entry = tarfile.TarInfo(f"noise{number}")
        entry.size = (number + 1) << 20
        archive.addfile(entry, io.BytesIO(random.Random(number).randbytes(entry.size)))
    return buffer.getvalue()


def manifest(name, image, version):
    script = "n=0; trap 'exit 0' TERM; while :; do n=$((n+1)); echo line $n; sleep 0.2 & wait $!; done"
    return json.dumps({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": {"version": str(version)}},
        "spec": {"terminationGracePeriodSeconds": 1, "containers": [{
            "name": "main", "image": f"{REGISTRY}/soak:{image}", "imagePullPolicy": "IfNotPresent",
            "env": [{"name": "PATH", "value": "/bin"}, {"name": "SOAK_VERSION", "value": str(version)}], "command": ["/bin/sh", "-c", script]}]}})


def changes(chance, number):
    """The script of a round. What it does to images may fail (one that a pod uses stays): that is no matter here."""
    lines = [PUT]
    for step in range(chance.randint(4, 12)):
        name, image = chance.choice(NAMES), chance.randrange(IMAGES)
        lines.append(chance.choices([
            f"put {name} <<'END'\n{manifest(name, image, number * 100 + step)}\nEND",
            f"rm -f {MANIFESTS}/{name}.yaml; sync {MANIFESTS}",
            f"swiftlet pull {REGISTRY}/soak:{image} || true",
            f"swiftlet image rm {REGISTRY}/soak:{image} || true",
        ], weights=[6, 2, 2, 2])[0])
        lines.append(f"sleep {chance.uniform(0, 0.8):.2f}")
    return "\n".join(lines) + "\n"


class Power:
    def __init__(self, machine, seed, say):
        self.machine, self.chance, self.say = machine, random.Random(seed), say

    def shell(self, script, *arguments, timeout=300, check=True):
        return self.machine.run(["bash", "-c", script, "bash", *arguments], timeout=timeout, check=check)

    def write(self, path, text):
        self.machine.run(["sh", "-c", 'cat >"$1"', "sh", path], input=text.encode(), check=True)

    def furnish(self, package, folder):
        for number in range(IMAGES):
            write_layout(os.path.join(folder, f"image{number}"), root_archive(), noise(number))
            self.machine.put(os.path.join(folder, f"image{number}"), f"/root/image{number}")
        self.machine.put(package, "/root/swiftlet.deb")
        self.machine.put(ORACLE, "/root/oracle.py")
        self.write("/root/registry.yml", REGISTRY_CONFIGURATION)
        self.write("/etc/systemd/system/soak-registry.service", REGISTRY_UNIT)
        self.shell("mkdir -p /srv/registry && systemctl daemon-reload && systemctl enable --now soak-registry.service 2>&1 &&"
                   f" until curl -fs http://{REGISTRY}/v2/ >/dev/null; do sleep 0.2; done;"
                   f' for n in $(seq 0 {IMAGES - 1}); do skopeo copy -q --dest-tls-verify=false oci:/root/image$n docker://{REGISTRY}/soak:$n'
                   " || exit 1; done; DEBIAN_FRONTEND=noninteractive apt-get install -y /root/swiftlet.deb 2>&1 && sync", timeout=900)

        for number, name in enumerate(NAMES[:4]):
            self.shell(f"{PUT}put {name} <<'END'\n{manifest(name, number, number)}\nEND")

    def differences(self):
        """What is not as it should be; the guest waits for a while that nothing is."""
        result = self.machine.run(["python3", "/root/oracle.py", str(PATIENCE)], timeout=PATIENCE + 120)
        return (result.text + result.errors.decode(errors="replace")).strip() if result.code else ""

    def round(self, number):
        script = changes(self.chance, number)
        moment = self.chance.uniform(0.2, 12)
        self.write("/root/changes.sh", script)
        # Nobody waits for its end: the cut comes first, most times.
        self.shell("setsid bash /root/changes.sh >/root/changes.log 2>&1 </dev/null &")
        time.sleep(moment)
        self.machine.cut()
        begun = time.monotonic()
        self.machine.boot()
        found = self.differences()
        pods = self.shell(f"ls {MANIFESTS} | wc -l").text.strip()
        self.say(f"round {number}: cut after {moment:.1f} s, {pods} manifests, "
                 f"{'as they say' if not found else 'WRONG'} {time.monotonic() - begun:.0f} s after the power came back")
        if found:
            self.say(f"round {number}:\n{found}\nthe changes were:\n{script}")
            self.say(self.shell("journalctl -b -u swiftlet --no-pager | tail -40", check=False).text)
        return found


def soak_power(repository, rounds, seed, say):
    """Gives the number of rounds after which something was wrong."""
    with tempfile.TemporaryDirectory(prefix="swiftlet-power-") as folder:
        output = subprocess.run([os.path.join(repository, "hack/package"), "--output", os.path.join(folder, "package")], check=True,
                                stdout=subprocess.PIPE, text=True).stdout
        package = next(line for line in output.split("\n") if line.endswith(".deb"))
        with Machine(f"power-{os.getpid()}") as machine:
            machine.boot()
            power = Power(machine, seed, say)
            power.furnish(package, folder)
            say("power: the machine is furnished")
            wrong = sum(bool(power.round(number)) for number in range(1, rounds + 1))
    say(f"power: {rounds} rounds with seed {seed}, {wrong} of them wrong")
    return wrong
