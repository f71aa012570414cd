"""The host's end of the way into a virtual machine: commands in the guest by frames over a Unix socket of QEMU's."""

import json
import os
import select
import socket
import time

from . import frames


class GuestSilent(Exception):
    """The guest does not answer."""


class CommandFailed(Exception):
    """A command in the guest ended with another status than 0."""


class Result:
    """How a command in the guest ended: `code` as the shell would say it, `stdout` and `stderr` in bytes."""

    def __init__(self, argv, code, stdout, stderr):
        self.argv, self.code, self.stdout, self.stderr = argv, code, stdout, stderr

    @property
    def text(self):
        return self.stdout.decode(errors="replace")

    def check(self):
        if self.code != 0:
            raise CommandFailed(f"{' '.join(self.argv)} ended with {self.code}\n"
                                f"{self.text}{self.stderr.decode(errors='replace')}")
        return self


class Channel:
    """One session with the guest's agent. Closing it ends what still runs in it."""

    def __init__(self, path, deadline):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.connect(path)
        self.reader = frames.Reader()
        self.number = 0
        self.boot_id = self.greet(deadline)
        self.socket.setblocking(False)

    def close(self):
        self.socket.close()

    def greet(self, deadline):
        nonce = os.urandom(frames.NONCE_BYTES)
        self.socket.settimeout(0.5)
        self.socket.sendall(frames.MAGIC + nonce)
        received = b""
        while True:
            if time.monotonic() > deadline:
                raise GuestSilent("the guest does not answer")
            try:
                data = self.socket.recv(1 << 16)
            except TimeoutError:
                continue
            if not data:
                raise GuestSilent("the virtual machine is gone")
            received += data
            start = received.find(frames.MAGIC + nonce)
            if start < 0:
                continue
            rest = received[start + len(frames.MAGIC) + frames.NONCE_BYTES:]
            for _, kind, payload in self.reader.feed(rest):
                if kind == frames.HELLO:
                    return payload.decode()
            received = frames.MAGIC + nonce

    def run(self, argv, *, env=None, cwd=None, source=None, sink=None, errors=None, timeout=None):
        """Runs a command to its end and gives its exit code (128 + n after signal n).

        `source` gives chunks for its standard input, `sink` and `errors` take chunks of what it writes. Past `timeout`
        seconds it is killed and TimeoutError raised.
        """
        self.number += 1
        number = self.number
        request = {"argv": list(argv), "env": env, "cwd": cwd}
        outgoing = bytearray(frames.frame(number, frames.RUN, json.dumps(request).encode()))
        source = iter(source or ())
        has_input = True
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            if has_input and len(outgoing) < frames.LIMIT:
                chunk = next(source, None)
                has_input = chunk is not None
                outgoing += (frames.frame(number, frames.STDIN, chunk) if has_input
                             else frames.frame(number, frames.STDIN_END))
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                self.socket.setblocking(True)
                self.socket.sendall(frames.frame(number, frames.KILL))
                self.socket.setblocking(False)
                raise TimeoutError(f"{' '.join(argv)} took longer than {timeout} s in the guest")
            readable, writable, _ = select.select([self.socket], [self.socket] if outgoing else [], [], left)
            if writable:
                del outgoing[:self.socket.send(outgoing)]
            if not readable:
                continue
            data = self.socket.recv(1 << 18)
            if not data:
                raise GuestSilent("the virtual machine went away")
            for frame_number, kind, payload in self.reader.feed(data):
                if frame_number != number:
                    continue
                if kind == frames.STDOUT and sink:
                    sink(payload)
                elif kind == frames.STDERR and errors:
                    errors(payload)
                elif kind == frames.EXIT:
                    code = json.loads(payload)["code"]
                    return code if code >= 0 else 128 - code
