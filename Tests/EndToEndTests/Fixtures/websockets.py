"""Drives the agent with Debian's python3-websocket: exec as Kubernetes' clients do it, and JSON-RPC."""
import json
import socket
import sys

import websocket

path, pod = sys.argv[1:]


def connect(target, protocols=None, **options):
    stream = socket.socket(socket.AF_UNIX)
    stream.connect(path)
    stream.settimeout(90)
    return websocket.create_connection(
        "ws://agent" + target, socket=stream, subprotocols=protocols, suppress_origin=True, **options)


rpc = connect("/rpc")


def call(method, **parameters):
    rpc.send(json.dumps({"jsonrpc": "2.0", "id": method, "method": method, "params": parameters}))
    while True:
        answer = json.loads(rpc.recv())
        if answer.get("id") == method:
            return answer["result"]


def read(stream):
    """All messages by channel, up to the status."""
    channels = {}
    while True:
        opcode, data = stream.recv_data()
        if opcode != websocket.ABNF.OPCODE_BINARY:
            raise SystemExit("unexpected opcode %d: %r" % (opcode, data))
        channels[data[0]] = channels.get(data[0], b"") + data[1:]
        if data[0] == 3:
            return channels, json.loads(channels[3])


def execute(command, **more):
    return call("pod.execStream", name=pod, command=command, **more)


assert call("rpc.ping") == {}
assert [item["metadata"]["name"] for item in call("pod.list")["items"] if item["metadata"]["name"] == pod] == [pod]

# A subscription: the log, and its events as messages of their own.
call("pod.logs", name=pod, stream=True, tailLines=1)
event = json.loads(rpc.recv())
assert event["params"]["events"][0]["text"] == "logged", event

# Version 5: the input is closed by a message of channel 255.
ticket = execute(["cat"], stdin=True)
stream = connect(ticket["path"], ["v5.channel.k8s.io", "v4.channel.k8s.io"])
assert stream.getsubprotocol() == "v5.channel.k8s.io"
stream.send_binary(b"\x00hello ")
# In two fragments, with a ping between them.
stream.send_frame(websocket.ABNF.create_frame(b"\x00wor", websocket.ABNF.OPCODE_BINARY, fin=0))
stream.ping("still there?")
stream.send_frame(websocket.ABNF.create_frame(b"ld", websocket.ABNF.OPCODE_CONT, fin=1))
stream.send_binary(b"\xff\x00")
channels, status = read(stream)
assert channels[1] == b"hello world", channels
assert status == {"metadata": {}, "status": "Success"}, status
stream.close()

# A token is good for one use.
try:
    connect(ticket["path"], ["v5.channel.k8s.io"])
    raise SystemExit("a token was used twice")
except websocket.WebSocketBadStatusException as error:
    assert error.status_code == 404, error

# Version 4: an exit status as the kubelet writes it.
stream = connect(execute(["sh", "-c", "echo out; echo err >&2; exit 5"])["path"], ["v4.channel.k8s.io"])
channels, status = read(stream)
assert (channels[1], channels[2]) == (b"out\n", b"err\n"), channels
assert status["reason"] == "NonZeroExitCode" and status["status"] == "Failure", status
assert status["details"]["causes"] == [{"reason": "ExitCode", "message": "5"}], status
stream.close()

# A terminal with its size.
stream = connect(execute(["sh", "-c", "read line; stty size"], stdin=True, tty=True)["path"], ["v5.channel.k8s.io"])
stream.send_binary(b"\x04" + json.dumps({"Width": 77, "Height": 33}).encode())
stream.send_binary(b"\x00go\r")
channels, status = read(stream)
assert b"33 77" in channels[1], channels
stream.close()

# Nobody asks for a protocol that is not there; a page is not let in.
for protocols, options, wanted in [
    (["base64.channel.k8s.io"], {}, 400),
    (["v5.channel.k8s.io"], {"header": ["Origin: http://evil"]}, 403),
]:
    try:
        connect(execute(["true"])["path"], protocols, **options)
        raise SystemExit("%r was let in" % protocols)
    except websocket.WebSocketBadStatusException as error:
        assert error.status_code == wanted, error

print("all is well")
