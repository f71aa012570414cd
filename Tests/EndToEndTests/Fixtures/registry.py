#!/usr/bin/python3
"""A registry that misbehaves: `registry.py PORT LAYOUT`. It serves one OCI layout under many names; the name of the
repository says what is wrong with it:

    good             nothing, but it warns of what it has
    wrong-digest     one byte of each layer is another
    wrong-manifest   the manifest is not the one that was asked for by digest
    truncated        a layer's connection ends in its middle
    slow-and-truncated  the same after half a second; it says "asked" when it is asked for one
    short            a layer is shorter than its descriptor says, and the length of the answer says so too
    endless          a layer goes on after its end
    garbage          the manifest is no JSON
    failing          every answer is 500
    forbidden        every answer is 401 without a word about how to get in

It says "ready" when it listens.
"""

import http.server
import json
import os
import sys
import time


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    layout = ""

    def log_message(self, *_):
        pass

    def answer(self, status, body=b"", media_type="application/json", length=None, digest=None):
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        if digest:
            self.send_header("Docker-Content-Digest", digest)
        if self.path.startswith("/v2/good/"):
            self.send_header("Warning", '299 - "this image is not kept up"')
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_GET(self):
        parts = self.path.split("/")
        if self.path in ("/v2", "/v2/"):
            return self.answer(200, b"{}")
        if len(parts) != 5 or parts[1] != "v2":
            return self.answer(404)
        _, _, name, kind, reference = parts
        if name == "failing":
            return self.answer(500, b'{"errors": [{"code": "UNKNOWN", "message": "no luck today"}]}')
        if name == "forbidden":
            return self.answer(401, b'{"errors": [{"code": "UNAUTHORIZED", "message": "members only"}]}')
        with open(os.path.join(self.layout, "index.json"), encoding="utf-8") as file:
            manifest = json.load(file)["manifests"][0]
        digest = manifest["digest"] if kind == "manifests" and ":" not in reference else reference
        try:
            with open(os.path.join(self.layout, "blobs", *digest.split(":")), "rb") as file:
                body = file.read()
        except FileNotFoundError:
            return self.answer(404, b'{"errors": [{"code": "BLOB_UNKNOWN", "message": "not here"}]}')
        if kind == "manifests":
            if name == "garbage":
                body = b"<html>this is no registry</html>"
            if name == "wrong-manifest":
                body = body.replace(b'"schemaVersion": 2', b'"schemaVersion":  2')
            return self.answer(200, body, manifest["mediaType"], digest=digest if name != "garbage" else None)
        return self.blob(name, body)

    do_HEAD = do_GET

    def blob(self, name, body):
        if body.startswith(b"{"):  # The configuration is as it should be.
            return self.answer(200, body)
        kind = "application/octet-stream"
        if name == "wrong-digest":
            middle = len(body) // 2
            body = body[:middle] + bytes([body[middle] ^ 1]) + body[middle + 1:]
        elif name in ("truncated", "slow-and-truncated"):
            if name != "truncated":
                print("asked", flush=True)
                time.sleep(0.5)
            self.close_connection = True
            return self.answer(200, body[:len(body) // 2], kind, length=len(body))
        elif name == "short":
            body = body[:len(body) // 2]
        elif name == "endless":
            body += b"\0" * 1_000_000
        return self.answer(200, body, kind)


if __name__ == "__main__":
    Handler.layout = sys.argv[2]
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
    print("ready", flush=True)
    server.serve_forever()
