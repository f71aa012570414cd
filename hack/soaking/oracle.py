"""Compares the machine with what it should be like."""

import glob
import json
import os
import socket
import struct
import subprocess

from benching.host import hierarchies

from .node import RUN, processes

# Of the default network (netconf/).
GATEWAY = "10.91.0.1"


def differences(node, wanted):
    """What is not as `wanted` has it: by the pod's name, its kind and its version. Each in a line; none where all is well."""
    if not node.lives:
        return ["there is no agent"]
    pods = node.pods()
    if pods is None:
        return ["the agent does not answer"]
    found = compare_pods(pods, wanted)
    found += compare_processes(wanted)
    found += compare_addresses(pods)
    found += compare_places(node, {pod["metadata"]["uid"] for pod in pods.values()})
    if not found:
        found += compare_rules(pods)
        found += compare_names(pods, wanted)
    return found


def compare_pods(pods, wanted):
    found = [f"pod {name} is not there" for name in wanted if name not in pods]
    found += [f"pod {name} is still there" for name in pods if name not in wanted]
    for name, (kind, _) in wanted.items():
        status = pods.get(name, {}).get("status", {})
        phase = status.get("phase")
        # One whose monitor or first process was killed has failed: nobody starts it again.
        expected = ("Succeeded", "Failed") if kind == "finite" else ("Running",)
        if name in pods and phase not in expected:
            found.append(f"pod {name} ({kind}) is {phase}: {json.dumps(status.get('containerStatuses'))}")
        for container in status.get("containerStatuses", []) if kind != "finite" else []:
            if not container.get("ready"):
                found.append(f"pod {name} ({kind}): {container['name']} is not ready: {json.dumps(container['state'])}")
    return found


def compare_processes(wanted):
    """Of each container there is one, of the version that is wanted, and one monitor; nothing else runs."""
    running, monitors, servers = {}, 0, 0
    for pid, (command, arguments) in processes().items():
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:
                environment = dict(entry.split("=", 1) for entry in file.read().decode(errors="replace").split("\0") if "=" in entry)
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        if "SOAK_POD" in environment and command != "swiftlet-monito":
            key = (environment["SOAK_POD"], environment["SOAK_CONTAINER"])
            running.setdefault(key, []).append(environment["SOAK_VERSION"])
        monitors += command == "swiftlet-monito"
        servers += command == "swiftlet-dns"
    expected = {}
    for name, (kind, version) in wanted.items():
        for container in containers(kind):
            expected[(name, container)] = [str(version)]
    found = [f"{'/'.join(key)} runs as {running.get(key, [])}, not as {versions}" for key, versions in expected.items()
             if running.get(key) != versions]
    found += [f"{'/'.join(key)} runs" for key in running if key not in expected]
    if monitors != len(expected):
        found.append(f"{monitors} monitors for {len(expected)} containers")
    # Pods that have ended have no address any more.
    if servers > 1 or (expected and servers == 0):
        found.append(f"{servers} name servers")
    return found


def containers(kind):
    """The names of those that stay."""
    return {"steady": ["a"], "double": ["a", "b"], "pulled": ["a"], "finite": []}[kind]


def compare_addresses(pods):
    # The status of a pod that has ended tells the address that it had.
    given = [pod["status"]["podIP"] for pod in pods.values() if "podIP" in pod["status"] and pod["status"]["phase"] == "Running"]
    return [f"address {address} is given twice" for address in set(given) if given.count(address) > 1]


def compare_places(node, uids):
    """Nothing is left of pods that are not there."""
    places = [f"{RUN}/pods/*", f"{node.root}/pods/*", f"{node.logs}/*", f"{RUN}/networks/pods/*", f"{RUN}/runtime/*"]
    places += [f"{hierarchy}/**/pod????????-*" for hierarchy in hierarchies()]
    found = []
    for pattern in places:
        for path in glob.glob(pattern, recursive=True):
            if not any(uid in path for uid in uids):
                found.append(f"left: {path}")
    with open("/proc/self/mountinfo", encoding="utf-8") as file:
        for line in file:
            path = line.split()[4]
            if path.startswith(f"{RUN}/pods/") and not any(uid in path for uid in uids):
                found.append(f"left mounted: {path}")
    leases = {os.path.basename(path) for path in glob.glob(f"{RUN}/networks/leases/*/*")}
    links = [name for name in os.listdir("/sys/class/net") if name.startswith("swl")]
    if len(links) > len(uids):
        found.append(f"{len(links)} links for {len(uids)} pods")
    if len([lease for lease in leases if lease[0].isdigit()]) > len(uids):
        found.append(f"{len(leases)} addresses are leased for {len(uids)} pods")
    return found


def compare_names(pods, wanted):
    """The name server tells each pod's own address."""
    found = []
    for name, (kind, _) in wanted.items():
        address = pods[name]["status"].get("podIP")
        if kind != "finite" and address and (told := resolve(name)) != address:
            found.append(f"the name of {name} is told as {told}, not as {address}")
    return found


def compare_rules(pods):
    """The table of the agent is there, whoever has flushed it."""
    if not any("podIP" in pod["status"] and pod["status"]["phase"] == "Running" for pod in pods.values()):
        return []
    rules = subprocess.run(["nft", "list", "ruleset"], stdout=subprocess.PIPE, text=True, check=True).stdout
    return [] if "table inet swiftlet" in rules else ["the firewall's table is gone"]


def resolve(name):
    """The first address of a name; nil where there is none."""
    question = b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0" + struct.pack(">HH", 1, 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(2)
        try:
            client.connect((GATEWAY, 53))
            client.send(struct.pack(">HHHHHH", 1, 0x100, 1, 0, 0, 0) + question)
            answer = client.recv(4096)
        except OSError as error:
            return str(error)
    if struct.unpack(">H", answer[6:8])[0] == 0:
        return None
    return socket.inet_ntoa(answer[-4:]) if answer[3] & 15 == 0 else None
