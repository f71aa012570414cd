#!/usr/bin/python3
"""The agent in the guest: runs commands for hack/vm, several at once, until the host's end is closed.

It is root's shell for whoever holds the other end of the virtio port: the process that started the virtual machine.
"""

import errno
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
import frames  # noqa: E402 (beside this file in the guest)

PORT = "/dev/virtio-ports/org.swiftlet.vm"
# What systemd tells this service, and no command of it (systemd.exec(5)).
OF_THE_SERVICE = {"JOURNAL_STREAM", "INVOCATION_ID", "SYSTEMD_EXEC_PID", "NOTIFY_SOCKET", "MEMORY_PRESSURE_WATCH"}


class Port:
    """The virtio port: written by many threads, read by one."""

    def __init__(self):
        while True:
            try:
                self.number = os.open(PORT, os.O_RDWR | os.O_NONBLOCK)
                break
            except FileNotFoundError:
                time.sleep(0.05)
        self.lock = threading.Lock()

    def is_connected(self):
        poll = select.poll()
        poll.register(self.number, select.POLLIN)
        return not any(events & select.POLLHUP for _, events in poll.poll(0))

    def send(self, data):
        with self.lock:
            view = memoryview(data)
            while view:
                try:
                    view = view[os.write(self.number, view):]
                except BlockingIOError:
                    if not self.is_connected():
                        return
                    select.select([], [self.number], [], 1)

    def receive(self):
        """Some bytes; none where the host's end is closed."""
        while True:
            try:
                data = os.read(self.number, 1 << 16)
                return data
            except BlockingIOError:
                select.select([self.number], [], [], 1)
                if not self.is_connected():
                    return b""
            except OSError as error:
                if error.errno != errno.EINTR:
                    raise


class Running:
    """One command that runs, in a session of its own."""

    def __init__(self, port, number, request):
        self.port, self.number = port, number
        environment = dict({name: value for name, value in os.environ.items() if name not in OF_THE_SERVICE},
                           **request.get("env") or {})
        self.process = subprocess.Popen(
            request["argv"], cwd=request.get("cwd") or "/", env=environment, start_new_session=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.input = []
        self.wake = threading.Condition()
        self.threads = [
            threading.Thread(target=self.copy, args=(self.process.stdout, frames.STDOUT), daemon=True),
            threading.Thread(target=self.copy, args=(self.process.stderr, frames.STDERR), daemon=True),
        ]
        for thread in self.threads:
            thread.start()
        threading.Thread(target=self.feed, daemon=True).start()
        threading.Thread(target=self.wait, daemon=True).start()

    def copy(self, stream, kind):
        while True:
            data = os.read(stream.fileno(), 1 << 16)
            if not data:
                return
            self.port.send(frames.frame(self.number, kind, data))

    def feed(self):
        while True:
            with self.wake:
                while not self.input:
                    self.wake.wait()
                data = self.input.pop(0)
            try:
                if data is None:
                    self.process.stdin.close()
                    return
                self.process.stdin.write(data)
                self.process.stdin.flush()
            except BrokenPipeError:
                pass

    def give(self, data):
        with self.wake:
            self.input.append(data)
            self.wake.notify()

    def wait(self):
        code = self.process.wait()
        # A daemon that the command left may hold the streams open: what the command itself wrote is there by now.
        for thread in self.threads:
            thread.join(1)
        self.port.send(frames.frame(self.number, frames.EXIT, json.dumps({"code": code}).encode()))

    def kill(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


class Session:
    """From one SYNC to the host's going."""

    def __init__(self, port):
        self.port = port
        self.commands = {}
        self.reader = frames.Reader()

    def handle(self, number, kind, payload):
        command = self.commands.get(number)
        if kind == frames.RUN:
            try:
                self.commands[number] = Running(self.port, number, json.loads(payload))
            except OSError as error:
                self.port.send(frames.frame(number, frames.STDERR, f"{error}\n".encode()))
                code = 127 if error.errno == errno.ENOENT else 126
                self.port.send(frames.frame(number, frames.EXIT, json.dumps({"code": code}).encode()))
        elif command and kind == frames.STDIN:
            command.give(payload)
        elif command and kind == frames.STDIN_END:
            command.give(None)
        elif command and kind == frames.KILL:
            command.kill()

    def end(self):
        for command in self.commands.values():
            if command.process.poll() is None:
                command.kill()


def main():
    port = Port()
    with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
        boot = file.read().strip().encode()
    session, pending = None, bytearray()
    while True:
        data = port.receive()
        if not data:
            if session:
                session.end()
            session, pending = None, bytearray()
            time.sleep(0.02)
            continue
        pending += data
        # A new session may begin at any place: an earlier client can have gone unnoticed.
        start = pending.find(frames.MAGIC)
        if start >= 0:
            if len(pending) < start + len(frames.MAGIC) + frames.NONCE_BYTES:
                continue
            if session:
                session.end()
            session = Session(port)
            at = start + len(frames.MAGIC)
            nonce = bytes(pending[at:at + frames.NONCE_BYTES])
            del pending[:at + frames.NONCE_BYTES]
            port.send(frames.MAGIC + nonce + frames.frame(0, frames.HELLO, boot))
        if session:
            data, pending = bytes(pending), bytearray()
            for number, kind, payload in session.reader.feed(data):
                session.handle(number, kind, payload)


if __name__ == "__main__":
    main()
