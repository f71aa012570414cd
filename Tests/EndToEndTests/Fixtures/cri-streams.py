"""Drives CRI's Exec, Attach and PortForward with Debian's python3-websocket, as a kubelet's streaming clients do."""
import json
import socket
import sys

import websocket

path, sandbox, container, shell, idle = sys.argv[1:]
V5 = ["v5.channel.k8s.io"]
IN, OUT, ERR, STATUS, SIZE = range(5)


def connect(target, protocols=None):
    stream = socket.socket(socket.AF_UNIX)
    stream.connect(path)
    stream.settimeout(90)
    return websocket.create_connection(
        "ws://agent" + target, socket=stream, subprotocols=protocols, suppress_origin=True)


rpc = connect("/rpc")


def ask(method, **parameters):
    rpc.send(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "RuntimeService." + method, "params": parameters}))
    return json.loads(rpc.recv())


def url(method, **parameters):
    answer = ask(method, **parameters)
    assert "result" in answer, answer
    return answer["result"]["url"]


def refusal(method, **parameters):
    return ask(method, **parameters)["error"]["data"]["details"]["grpcStatus"]


def read(stream, until=None):
    """All messages by channel, up to the status, or to a text on the output."""
    channels = {}
    while True:
        opcode, data = stream.recv_data()
        assert opcode == websocket.ABNF.OPCODE_BINARY, (opcode, data)
        channels[data[0]] = channels.get(data[0], b"") + data[1:]
        if until is not None and until in channels.get(OUT, b""):
            return channels
        if data[0] == STATUS:
            return channels


def execute(*command, tty=False, stdin=False):
    return url("Exec", containerId=container, cmd=command, tty=tty, stdin=stdin, stdout=True, stderr=not tty)


def cause(channels):
    return json.loads(channels[STATUS])["details"]["causes"][0]


# A command's streams and its exit code.
channels = read(connect(execute("sh", "-c", "printf out; printf err >&2; exit 7"), V5))
assert channels[OUT] == b"out" and channels[ERR] == b"err", channels
assert cause(channels) == {"reason": "ExitCode", "message": "7"}, channels

# Half of the connection is closed; the answer comes on the other half.
stream = connect(execute("cat", stdin=True), V5)
stream.send_binary(b"\x00one ")
stream.send_binary(b"\x00two")
stream.send_binary(b"\xff\x00")
channels = read(stream)
assert channels[OUT] == b"one two" and json.loads(channels[STATUS])["status"] == "Success", channels

# A terminal: its size, what is typed, one output for all.
stream = connect(execute("sh", tty=True, stdin=True), V5)
stream.send_binary(b"\x04" + json.dumps({"Width": 101, "Height": 33}).encode())
stream.send_binary(b"\x00tty; stty size; echo wrong >&2; exit 3\r")
channels = read(stream)
assert b"/dev/pts/" in channels[OUT] and b"33 101" in channels[OUT] and b"\nwrong" in channels[OUT], channels
assert not channels.get(ERR) and cause(channels)["message"] == "3", channels

# Without standard input there is nothing to read; what cannot be executed says so.
assert read(connect(execute("cat"), V5)).get(OUT, b"") == b""
channels = read(connect(execute("/no/such/program"), V5))
assert cause(channels)["message"] == "127" and b"no such" in channels[ERR].lower(), channels

# A URL is good once, and for nobody else's guess.
target = execute("true")
read(connect(target, V5))
for wrong in (target, "/stream/" + "A" * 43):
    try:
        connect(wrong, V5)
        raise SystemExit("opened: " + wrong)
    except websocket.WebSocketBadStatusException as error:
        assert error.status_code == 404, error

# Attach: what is typed into a container with a terminal, and what it shows.
stream = connect(url("Attach", containerId=shell, tty=True, stdin=True, stdout=True), V5)
stream.send_binary(b"\x04" + json.dumps({"Width": 91, "Height": 22}).encode())
stream.send_binary(b"\x00stty size; echo $((40 + 2))\r")
channels = read(stream, until=b"\n42")
assert b"22 91" in channels[OUT] and ERR not in channels, channels
stream.send_binary(b"\x00exit 5\r")
channels = read(stream)
assert json.loads(channels[STATUS])["status"] == "Success", channels

# Without one the two outputs stay apart. The container has no standard input: what is sent is nobody's.
stream = connect(url("Attach", containerId=container, stdin=True, stdout=True, stderr=True), V5)
stream.send_binary(b"\x00ignored")
channels = {}
while b"tick" not in channels.get(OUT, b"") or b"tock" not in channels.get(ERR, b""):
    opcode, data = stream.recv_data()
    channels[data[0]] = channels.get(data[0], b"") + data[1:]
stream.close()

# Port-forward: two ports at once, one of them nobody's; also where no container runs.
for place, port in ((sandbox, 8080), (idle, 9)):
    stream = connect(url("PortForward", podSandboxId=place, port=[port, 9]), ["v4.channel.k8s.io"])
    seen = {}
    sent = False
    while b"error forwarding port 9" not in seen.get(3, b"") or (port == 8080 and b"page" not in seen.get(0, b"")):
        opcode, data = stream.recv_data()
        seen[data[0]] = seen.get(data[0], b"") + data[1:]
        if not sent and port == 8080:
            stream.send_binary(b"\x00GET /index.html HTTP/1.0\r\n\r\n")
            sent = True
    # As the kubelet's: the number of the port opens each channel.
    assert seen[0][:2] == port.to_bytes(2, "little") and seen[3][:2] == (9).to_bytes(2, "little"), seen
    stream.close()

# What there is not, and what cannot be.
assert refusal("Exec", containerId="nothing", cmd=["true"], stdout=True) == "NOT_FOUND"
assert refusal("Exec", containerId=container, cmd=[], stdout=True) == "INVALID_ARGUMENT"
assert refusal("Exec", containerId=container, cmd=["true"]) == "INVALID_ARGUMENT"
assert refusal("Exec", containerId=container, cmd=["true"], tty=True, stdout=True, stderr=True) == "INVALID_ARGUMENT"
assert refusal("Exec", containerId=shell, cmd=["true"], stdout=True) == "FAILED_PRECONDITION"
assert refusal("Attach", containerId="nothing", stdout=True) == "NOT_FOUND"
assert refusal("Attach", containerId=container, stdout=True, tty=True) == "INVALID_ARGUMENT"
assert refusal("PortForward", podSandboxId="nothing", port=[80]) == "NOT_FOUND"
assert refusal("PortForward", podSandboxId=sandbox, port=[70000]) == "INVALID_ARGUMENT"
print("ok")
