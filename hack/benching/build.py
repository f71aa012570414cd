"""`hack/bench build`: `swiftlet build` against Debian's buildah, with ten steps that nothing has changed for."""

import os
import shutil
import statistics

from .pods import say
from .runtime import timed

BUSYBOX = "/bin/busybox"
FILES = 200
CONTAINERFILE = """FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
WORKDIR /srv
COPY tree /srv/tree
RUN find /srv/tree -type f | sort > list
ENV MODE=bench
COPY one /srv/one
RUN sort -r list > reversed
LABEL kind=bench
CMD ["/bin/true"]
"""


def make_context(folder):
    os.makedirs(os.path.join(folder, "tree"))
    shutil.copy2(BUSYBOX, os.path.join(folder, "busybox"))
    for number in range(FILES):
        with open(os.path.join(folder, "tree", f"{number:03}"), "wb") as file:
            file.write(os.urandom(8192))
    for name, text in (("one", "1\n"), ("Containerfile", CONTAINERFILE)):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)


def bench_build(work, binaries, runs):
    """Medians in milliseconds of both sides, with all steps in their caches; they take turns."""
    context = os.path.join(work, "context")
    make_context(context)
    os.environ["SWIFTLET_CONFIG"] = "/dev/null"
    ours = [os.path.join(binaries, "swiftlet"), "build", "-q", "-t", "localhost/bench:1", context, "--root", os.path.join(work, "root"),
            "--run-root", os.path.join(work, "run")]
    # Layers are what buildah caches by; chroot keeps its runtime out of what is measured, and a warm build runs nothing.
    peer = [shutil.which("buildah"), "--root", os.path.join(work, "peer"), "--runroot", os.path.join(work, "peer-run"), "build", "--layers",
            "--isolation", "chroot", "-q", "-t", "localhost/bench:1", context]
    say("building once, cold")
    cold = timed(ours), timed(peer)
    taken = ([], [])
    for number in range(runs + 1):
        pair = timed(ours), timed(peer)
        # The first warm one fills the page cache.
        if number > 0:
            for side, value in zip(taken, pair):
                side.append(value)
    return cold, tuple(statistics.median(side) for side in taken)


def report_build(cold, warm):
    for name, (ours, peer) in (("build-cold-vs-buildah", cold), ("build-warm-vs-buildah", warm)):
        print(f"{name}\t{ours:.1f}\t{peer:.1f}\t{ours / peer:.3f}", flush=True)
