"""The frames that travel between hack/vm and the guest's agent over a virtio-serial port. Also copied into the guest.

A frame is a header (command's number, kind, length; big-endian) and its payload. A session begins with SYNC and a
nonce from the host, which the guest answers with HELLO, the nonce and its boot id: whatever is in the pipe before
that belongs to an earlier session and is thrown away.
"""

import struct

HEADER = struct.Struct(">IBI")
MAGIC = b"\x00swiftlet-vm\x00"
NONCE_BYTES = 16
LIMIT = 1 << 20

# From the host.
RUN, STDIN, STDIN_END, KILL = 1, 2, 3, 4
# From the guest.
HELLO, STDOUT, STDERR, EXIT = 16, 17, 18, 19


def frame(number, kind, payload=b""):
    return HEADER.pack(number, kind, len(payload)) + payload


class Reader:
    """Takes bytes as they come and gives whole frames."""

    def __init__(self):
        self.buffer = bytearray()

    def feed(self, data):
        self.buffer += data
        while len(self.buffer) >= HEADER.size:
            number, kind, length = HEADER.unpack_from(self.buffer)
            if length > LIMIT:
                raise ValueError(f"a frame of {length} bytes")
            if len(self.buffer) < HEADER.size + length:
                return
            payload = bytes(self.buffer[HEADER.size:HEADER.size + length])
            del self.buffer[:HEADER.size + length]
            yield number, kind, payload
