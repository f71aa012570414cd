"""The life of the Debian package in a virtual machine, from its installation to its purge: `hack/vm package`."""

import os
import subprocess
import sys
import tempfile
import time

from .vm import Machine

MANIFESTS = "/etc/swiftlet/manifests"
DROP_IN = "/run/systemd/system/swiftlet.service.d/test.conf"
PAGE = "http://127.0.0.1:8080/"
SOCKET = "/run/swiftlet/swiftlet.sock"
# Asks for the page again and again, and writes down each time that it does not come.
PROBE = f"""
import time, urllib.request
asked = 0
while True:
    try:
        urllib.request.urlopen("{PAGE}", timeout=20).read()
        asked += 1
        open("/run/probe-asked", "w").write(str(asked))
    except OSError as error:
        open("/run/probe-failed", "a").write(f"{{error}}\\n")
    time.sleep(0.3)
"""
# What a machine looks like; what a package manager and a running machine write anyway is left out.
SNAPSHOT = r"""
echo "files:"; find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /tmp -o -path /root -o -path /var/log \
  -o -path /var/cache -o -path /var/lib/dpkg -o -path /var/lib/apt -o -path /var/lib/systemd -o -path /var/backups \
  -o -path /etc/apparmor.d/disable -o -path '/var/tmp/systemd-private-*' \) \
  -prune -o -print | sort; ls -A /run | grep swiftlet; ls -A /var/log | grep pods; ls -d /var/lib/dpkg/info/swiftlet*
find /etc/systemd /var/lib/systemd -name '*swiftlet*'
echo "links:"; ip -o link | cut -d: -f2 | sort; echo "routes:"; ip route
echo "firewall:"; nft list ruleset
echo "mounts:"; cut -d' ' -f5 /proc/self/mountinfo | grep -v '^/run/credentials\|^/proc/sys/fs/binfmt' | sort
echo "cgroups:"; find /sys/fs/cgroup -name '*swiftlet*'
echo "units:"; systemctl list-units --all --plain --no-legend '*swiftlet*'
echo "processes:"; pgrep -a -f 'swiftle[t]-|swiftle[t] agent' | grep -v swiftlet-vm
echo "users:"; getent passwd; getent group
echo "profiles:"; grep swiftlet /sys/kernel/security/apparmor/profiles
true
"""
CONFINED = """apiVersion: v1
kind: Pod
metadata: {name: NAME}
spec:
  terminationGracePeriodSeconds: 1
  containers:
  - name: main
    image: localhost/swiftlet-demo:latest
    imagePullPolicy: Never
    command: [/bin/sh, -c, "trap 'exit 0' TERM; while :; do sleep 1000 & wait; done"]
    securityContext: CONTEXT
"""


class StepFailed(Exception):
    """What was expected did not come."""


class Life:
    def __init__(self, machine, repository, packages):
        self.machine, self.repository, self.packages = machine, repository, packages
        self.begun = time.monotonic()

    def say(self, text):
        print(f"hack/vm package: {time.monotonic() - self.begun:4.0f} s  {text}", flush=True)

    # Inside of the machine

    def shell(self, script, *arguments, timeout=180, check=True):
        return self.machine.run(["bash", "-c", script, "bash", *arguments], timeout=timeout, check=check)

    def expect(self, condition, text):
        if not condition:
            raise StepFailed(text)

    def eventually(self, script, text, timeout=120):
        """Until the script succeeds; it is the guest that waits."""
        result = self.shell(f'end=$((SECONDS + {timeout})); until {{ {script}; }} >/tmp/last 2>&1; do '
                            '((SECONDS < end)) || { tail -5 /tmp/last; exit 1; }; sleep 0.3; done',
                            timeout=timeout + 60, check=False)
        self.expect(result.code == 0, f"{text}: {result.text}")

    def page_answers(self):
        self.eventually(f"curl -fs -m 10 {PAGE} | grep -q 'Hello from the pod'", "the page does not answer")

    def is_active(self):
        self.eventually("[[ $(systemctl is-active swiftlet.service) == active ]]", "the service is not active")

    def agent(self):
        return self.shell("systemctl show -P MainPID swiftlet.service").text.strip()

    def pods(self):
        """All processes of all pods, their monitors among them."""
        # The name server is no pod's: an upgrade begins it anew.
        return self.shell("find /sys/fs/cgroup/swiftlet.slice -path '*/swiftlet-names-*' -prune -o -name cgroup.procs -exec cat {} + "
                          "| sort -n").text.split()

    def untouched(self, former, what):
        self.page_answers()
        now = self.pods()
        self.expect(set(former) <= set(now) and len(former) >= 2, f"{what}: the pods' processes were {former} and are {now}")
        restarts = self.restarts()
        self.expect(restarts == self.counted, f"{what}: the pods' restart count was {self.counted} and is {restarts}")

    def restarts(self):
        return self.shell("swiftlet get pods -o json | jq '[.. | .restartCount? // empty] | add'").text.strip()

    def new_agent(self, former):
        self.eventually(f'pid=$(systemctl show -P MainPID swiftlet.service); [[ $pid != 0 && $pid != {former} ]] && '
                        '[[ $(systemctl is-active swiftlet.service) == active ]]', "no other agent is there")

    def drop_in(self, text):
        self.shell('mkdir -p "${1%/*}" && printf "%s" "$2" >"$1" && systemctl daemon-reload', DROP_IN, text)

    def without_drop_in(self):
        self.shell('rm -f "$1" && rmdir "${1%/*}" && systemctl daemon-reload', DROP_IN)

    def install(self, package):
        self.machine.put(package, "/root/package/swiftlet.deb")
        # There is no network: what it depends on is there.
        self.shell("DEBIAN_FRONTEND=noninteractive apt-get install -y /root/package/swiftlet.deb 2>&1",
                   timeout=300)

    # Steps

    def installation(self):
        self.before = self.shell(SNAPSHOT).text
        self.install(self.packages[0])
        self.is_active()
        status = self.shell("systemctl status swiftlet.service; systemctl is-active swiftlet.socket swiftlet-ro.socket; "
                            "stat -c '%a %U:%G' /run/swiftlet /run/swiftlet/*.sock", check=False).text
        for part in ('Status: "0 pods', "755 root:root", "660 root:swiftlet", "666 root:root", "active\nactive"):
            self.expect(part in status, f"not to be seen: {part}\n{status}")
        self.say(self.shell("systemd-analyze security --no-pager swiftlet.service | tail -1").text.strip())
        version = self.shell("swiftlet --version; dpkg-query -W -f '${Version}\\n' swiftlet").text.split()
        self.expect(version[0] == version[1], f"the program and the package differ: {version}")

    def first_pod(self):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([os.path.join(self.repository, "hack/demo-image"), f"{folder}/demo"], check=True)
            self.machine.put(f"{folder}/demo", "/root/demo")
        self.shell("swiftlet load /root/demo")
        self.machine.put(os.path.join(self.repository, "manifests/hello.yaml"), f"{MANIFESTS}/hello.yaml")
        self.page_answers()
        self.eventually("systemctl status swiftlet.service | grep 'Status: \"1 pod, 1 running'", "the status does not say so")
        self.eventually("journalctl -b -x -u swiftlet.service --no-pager | grep 'Pod default/hello begins'",
                        "the journal's catalogue does not tell of the pod")
        self.expect(self.shell("nsenter -t 1 -m ls /run/swiftlet/pods", check=False).text.strip(),
                    "the pod's folder is not in the machine's mount namespace")

    def confinement(self):
        contexts = {"plain": "{}", "asked": "{appArmorProfile: {type: RuntimeDefault}, capabilities: {add: [SYS_ADMIN]}}",
                    "unconfined": "{appArmorProfile: {type: Unconfined}, capabilities: {add: [SYS_ADMIN]}}",
                    "privileged": "{privileged: true}",
                    "missing": "{appArmorProfile: {type: Localhost, localhostProfile: nowhere}}"}
        for name, context in contexts.items():
            self.machine.run(["sh", "-c", f"cat >{MANIFESTS}/{name}.yaml"], check=True,
                             input=CONFINED.replace("NAME", name).replace("CONTEXT", context).encode())
        for name, profile in (("plain", "swiftlet-default (enforce)"), ("asked", "swiftlet-default (enforce)"),
                              ("unconfined", "unconfined"), ("privileged", "unconfined")):
            for process in ("1", "self"):
                self.eventually(f"swiftlet exec {name} -- cat /proc/{process}/attr/current | grep -F '{profile}'",
                                f"{name}: process {process} is not {profile}")
        denied = self.shell("swiftlet exec asked -- mount -t tmpfs none /tmp; swiftlet exec asked -- "
                            "sh -c 'echo h >/proc/sysrq-trigger'", check=False)
        text = (denied.stdout + denied.stderr).decode(errors="replace").lower()
        self.expect(text.count("denied") + text.count("not permitted") + text.count("read-only") >= 2,
                    f"not denied: {text}")
        # The profile's own denials are quiet. That it is the profile shows a container that lacks nothing but it.
        self.expect(self.shell("swiftlet exec unconfined -- mount -t tmpfs none /tmp", check=False).code == 0,
                    "it was not AppArmor that denied the mount")
        self.expect(self.shell("swiftlet exec privileged -- mount -t tmpfs none /tmp", check=False).code == 0,
                    "a privileged container may not mount")
        self.eventually("swiftlet describe pod missing | grep 'AppArmor profile \"nowhere\" is not loaded'",
                        "a profile that is not there is no error")
        self.shell(f"cd {MANIFESTS} && rm plain.yaml asked.yaml unconfined.yaml privileged.yaml missing.yaml")
        self.eventually("[[ $(swiftlet get pods -o name | wc -l) == 1 ]]", "the pods do not end")

    def reboot(self):
        inhibitors = self.shell("systemd-inhibit --list --no-legend").text
        self.expect("swiftlet" in inhibitors and "delay" in inhibitors, f"the shutdown is not delayed: {inhibitors}")
        self.machine.reboot()
        self.page_answers()
        # The agent ended it, and knows how; after a power cut nobody does.
        pod = self.shell("swiftlet get pods -o json").text
        self.expect("machine was restarted" not in pod, f"the pod was not ended in good order: {pod}")

    def power_cut(self):
        self.machine.cut()
        self.machine.boot()
        self.page_answers()

    def start_probe(self):
        self.eventually("swiftlet health", "the agent is not healthy")
        # Before the page is asked for: its server has a process for each that asks.
        self.running, self.counted = self.pods(), self.restarts()
        self.shell('systemd-run --unit=probe python3 -c "$1"', PROBE)
        self.eventually("test -s /run/probe-asked", "the probe does not run")

    def upgrade(self):
        former = self.agent()
        self.install(self.packages[1])
        self.new_agent(former)
        self.eventually("swiftlet version | grep next", "the new agent is of the old version")
        self.untouched(self.running, "upgrade")

    def restart(self):
        former = self.agent()
        self.shell("systemctl restart swiftlet.service")
        self.new_agent(former)
        self.untouched(self.running, "restart")

    def reload(self):
        former = self.agent()
        self.shell("systemctl reload swiftlet.service")
        self.is_active()
        self.expect(self.agent() == former, "a reload is no restart")
        self.untouched(self.running, "reload")

    def stop_and_activation(self):
        self.shell("systemctl stop swiftlet.service 2>&1")
        self.expect(self.shell(f"curl -fs -m 10 {PAGE}", check=False).code == 0, "the page went with the agent")
        self.expect(self.shell("systemctl is-active swiftlet.service", check=False).code != 0, "it did not stop")
        self.shell("swiftlet get pods", timeout=120)
        self.is_active()
        self.untouched(self.running, "stop and socket activation")
        self.shell("systemctl stop swiftlet.service 2>&1; systemctl start swiftlet.service")
        self.untouched(self.running, "stop and start")

    def killed(self):
        former = self.agent()
        self.shell(f"kill -9 {former}")
        self.new_agent(former)
        self.untouched(self.running, "kill -9")

    def hang(self):
        self.drop_in("[Service]\nWatchdogSec=10\n")
        self.shell("systemctl restart swiftlet.service")
        former = self.agent()
        self.shell(f"kill -STOP {former}")
        self.new_agent(former)
        log = self.shell("journalctl -b -u swiftlet.service --no-pager -o cat").text.lower()
        self.expect("watchdog timeout" in log, "the journal knows of no watchdog")
        self.untouched(self.running, "a hang")
        self.without_drop_in()

    def end_probe(self):
        asked = self.shell("systemctl stop probe.service; cat /run/probe-asked; cat /run/probe-failed 2>/dev/null",
                           check=False).text.split("\n", 1)
        self.expect(not asked[1:] or not asked[1].strip(), f"the page did not always answer: {asked}")
        self.say(f"the page answered all the time: {asked[0].strip()} times")

    def bad_configuration(self):
        self.shell("mkdir -p /etc/swiftlet/config.d; printf 'logLevel: info\\nnonsense: 1\\n' >/etc/swiftlet/config.d/bad.yaml")
        self.shell("systemctl restart swiftlet.service", check=False)
        self.eventually("[[ $(systemctl is-failed swiftlet.service) == failed ]]", "it does not fail")
        # One by one: systemctl shows properties in an order of its own.
        facts = [self.shell(f"systemctl show -P {name} swiftlet.service").text.strip()
                 for name in ("ExecMainStatus", "NRestarts")]
        self.expect(facts == ["2", "0"], f"exit status and restarts are {facts}")
        log = self.shell("journalctl -b -u swiftlet.service --no-pager -o cat | tail -20").text
        self.expect("/etc/swiftlet/config.d/bad.yaml:2:1" in log, f"the journal does not say why: {log}")
        self.shell("rm /etc/swiftlet/config.d/bad.yaml")
        self.shell("systemctl reset-failed swiftlet.service swiftlet.socket swiftlet-ro.socket; systemctl start swiftlet.socket "
                   "swiftlet-ro.socket swiftlet.service")
        self.untouched(self.running, "a bad configuration")

    def removal(self):
        self.shell("DEBIAN_FRONTEND=noninteractive apt-get remove -y swiftlet 2>&1", timeout=300)
        # The machine's own way in has our name in its.
        left = self.shell("{ pgrep -a -f 'swiftle[t]-|swiftle[t] agent'; find /sys/fs/cgroup -name '*swiftlet*'; nft list "
                          "ruleset; ip -o link | grep swiftlet; grep swiftlet /proc/self/mountinfo; } | grep -v swiftlet-vm",
                          check=False).text
        self.expect(not left.strip(), f"the removal leaves:\n{left}")
        self.shell(f"test -d /var/lib/swiftlet/images && test -f /etc/swiftlet/config.yaml && test -f {MANIFESTS}/hello.yaml")

    def purge(self):
        self.shell("DEBIAN_FRONTEND=noninteractive apt-get purge -y swiftlet 2>&1", timeout=300)
        after = self.shell(SNAPSHOT).text
        before, now = self.before.split("\n"), after.split("\n")
        more = [line for line in now if line not in before]
        less = [line for line in before if line not in now]
        self.expect(not more and not less, "the purge leaves:\n" + "\n".join(["+" + l for l in more] + ["-" + l for l in less]))

    STEPS = [("installed, active, sockets with their modes", installation), ("a pod's page answers", first_pod),
             ("AppArmor confines containers", confinement), ("reboot: the page answers again", reboot),
             ("power cut: the page answers again", power_cut), ("the page is watched", start_probe),
             ("upgrade: pods untouched", upgrade), ("systemctl restart: pods untouched", restart),
             ("systemctl reload", reload), ("stop, socket activation, stop, start: pods untouched", stop_and_activation),
             ("kill -9: pods untouched", killed), ("a hang: the watchdog restarts, pods untouched", hang),
             ("page", end_probe), ("a bad configuration fails once, with a word", bad_configuration),
             ("removed: nothing runs", removal), ("purged: nothing is left", purge)]

    def walk(self):
        for text, step in self.STEPS:
            step(self)
            self.say(text)


def build(repository, folder, former):
    """The package before and the one after: `former` and this commit's, or this commit's twice, with another version in the
    same programs."""
    def make(name, *arguments):
        argv = [os.path.join(repository, "hack/package"), "--output", os.path.join(folder, name), *arguments]
        output = subprocess.run(argv, check=True, stdout=subprocess.PIPE, text=True).stdout
        return next(line for line in output.split("\n") if line.endswith(".deb"))

    first = former or make("package")
    version = os.path.basename(first).split("_")[1]
    return [first, make("next", "--version", f"{version}+next")]


def live(repository, former=None):
    """Builds the packages and walks; gives the exit code."""
    with tempfile.TemporaryDirectory(prefix="swiftlet-package-") as folder:
        packages = build(repository, folder, former)
        with Machine(f"package-{os.getpid()}") as machine:
            machine.boot()
            life = Life(machine, repository, packages)
            try:
                life.walk()
            except Exception as error:
                print(f"hack/vm package: {error}", file=sys.stderr)
                try:
                    journal = machine.run(["sh", "-c", "journalctl -b --no-pager | tail -60; systemctl --failed --no-pager"])
                    print(journal.text, file=sys.stderr)
                except Exception as second:
                    print(f"hack/vm package: no journal: {second}", file=sys.stderr)
                return 1
    print("hack/vm package: passed", flush=True)
    return 0
