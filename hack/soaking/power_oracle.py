"""Runs in the machine of `hack/soak power` after a boot: compares it with its manifests until all is as it should be, at most for so
many seconds. Prints what is not, a line each; the exit status is 1 then."""

import glob
import hashlib
import json
import os
import re
import subprocess
import sys
import time

ROOT, MANIFESTS, LOGS = "/var/lib/swiftlet", "/etc/swiftlet/manifests", "/var/log/pods"
LINE = re.compile(rb"^\d{4}-\d\d-\d\dT[0-9:.]+\S+ stdout F line (\d+)$")


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def wanted():
    return {name[:-5]: load(os.path.join(MANIFESTS, name)) for name in os.listdir(MANIFESTS) if name.endswith(".yaml")}


def pods():
    result = subprocess.run(["swiftlet", "get", "pods", "-o", "json"], capture_output=True, text=True, check=False)
    if result.returncode:
        return None
    return {item["metadata"]["name"]: item for item in json.loads(result.stdout)["items"]}


def compare_pods(found, asked):
    for name in found.keys() - asked.keys():
        yield f"pod {name} is there without a manifest"
    for name, manifest in asked.items():
        pod = found.get(name)
        if not pod:
            yield f"pod {name} is not there"
            continue
        status = pod["status"]
        states = status.get("containerStatuses") or [{}]
        if status.get("phase") != "Running" or not states[0].get("ready"):
            yield f"pod {name} is {status.get('phase')}: {json.dumps(states)}"
            continue
        if pod["metadata"]["labels"]["version"] != manifest["metadata"]["labels"]["version"]:
            yield f"pod {name} is of another version than its manifest"
        if states[0]["image"] != manifest["spec"]["containers"][0]["image"]:
            yield f"pod {name} runs {states[0]['image']}"


def compare_processes(asked):
    """Each pod has one shell, with the environment of its manifest."""
    running = []
    for path in glob.glob("/proc/[0-9]*/environ"):
        try:
            with open(path, "rb") as file:
                environment = file.read()
            with open(os.path.dirname(path) + "/comm", "rb") as file:
                command = file.read().strip()
        except OSError:
            continue
        version = re.search(rb"(?:^|\0)SOAK_VERSION=(\d+)", environment)
        if version and command == b"sh":
            running.append(version.group(1).decode())
    expected = [manifest["metadata"]["labels"]["version"] for manifest in asked.values()]
    # A subshell that is about to become `sleep` is a shell for a moment.
    if sorted(set(running)) != sorted(set(expected)) or len(running) > 2 * len(expected):
        yield f"programs of the versions {sorted(running)} run, not {sorted(expected)}"


def compare_leftovers(found):
    addresses = [pod["status"].get("podIP") for pod in found.values()]
    if len(set(addresses)) != len(addresses):
        yield f"an address is two pods': {addresses}"
    uids = {pod["metadata"]["uid"] for pod in found.values()}
    for folder in (f"{ROOT}/pods", "/run/swiftlet/pods"):
        for name in os.listdir(folder) if os.path.isdir(folder) else []:
            if re.fullmatch(r"[0-9a-f-]{36}", name) and name not in uids:
                yield f"{folder}/{name} is nobody's"
    for path in glob.glob("/sys/fs/cgroup/swiftlet.slice/**/", recursive=True):
        uid = re.search(r"pod([0-9a-f]{8}[_-].*?[0-9a-f]{12})(?:\.slice|/)", path)
        if uid and uid.group(1).replace("_", "-") not in uids:
            yield f"{path} is nobody's"


def check_store():
    """The store is an image layout (image-spec, image-layout.md)."""
    folder = f"{ROOT}/images/blobs/sha256"
    blobs = set(os.listdir(folder)) if os.path.isdir(folder) else set()
    for name in blobs:
        with open(os.path.join(folder, name), "rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if digest != name:
            yield f"the blob {name} has the digest {digest}"
    if not os.path.exists(f"{ROOT}/images/index.json"):
        return
    for entry in load(f"{ROOT}/images/index.json").get("manifests", []):
        name = entry["digest"].removeprefix("sha256:")
        if name not in blobs:
            yield f"the index has {name}, the store does not"
            continue
        manifest = load(os.path.join(folder, name))
        for part in [manifest.get("config"), *manifest.get("layers", [])]:
            if part and part["digest"].removeprefix("sha256:") not in blobs:
                yield f"the image {name} lacks {part['digest']}"
    result = subprocess.run(["swiftlet", "image", "fsck"], capture_output=True, text=True, check=False)
    if result.returncode:
        yield f"swiftlet image fsck: {result.stdout}{result.stderr}"


def check_logs(found):
    for pod in found.values():
        metadata = pod["metadata"]
        folder = f"{LOGS}/{metadata['namespace']}_{metadata['name']}_{metadata['uid']}/main"
        files = sorted(glob.glob(f"{folder}/*.log"), key=lambda path: int(os.path.basename(path).split(".")[0]))
        for path in files:
            with open(path, "rb") as file:
                lines = file.read().split(b"\n")
            # What comes after the last line end is a line that is being written, or that the cut has torn.
            numbers = []
            for line in lines[:-1]:
                match = LINE.match(line)
                if not match:
                    yield f"{path} has the line {line[:120]!r}"
                    break
                numbers.append(int(match.group(1)))
            if any(second != first + 1 for first, second in zip(numbers, numbers[1:])):
                yield f"{path}: lines are missing or twice among {numbers[:20]}…"


def differences():
    asked, found = wanted(), pods()
    if found is None:
        return ["the agent does not answer"]
    lines = [*compare_pods(found, asked)]
    if not lines:
        lines = [*compare_processes(asked), *compare_leftovers(found), *check_store(), *check_logs(found)]
    return lines


def main():
    end = time.monotonic() + int(sys.argv[1])
    while True:
        found = differences()
        if not found or time.monotonic() > end:
            break
        time.sleep(1)
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
