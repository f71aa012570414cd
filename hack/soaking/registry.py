"""A registry of one image, which can be broken: what the OCI distribution spec asks of a pull, and nothing else."""

import hashlib
import http.server
import json
import os
import threading
import time

FAULTS = ("refuses", "fails", "stalls", "cuts", "lies")


class Registry:
    """Serves the only image of a layout under any name, on a port of loopback."""

    def __init__(self, layout):
        self.blobs = os.path.join(layout, "blobs", "sha256")
        with open(os.path.join(layout, "index.json"), encoding="utf-8") as file:
            self.manifest = json.load(file)["manifests"][0]
        # None, or what is wrong with it.
        self.fault = None
        registry = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                registry.answer(self)

            do_HEAD = do_GET

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        # Clients that are killed.
        self.server.handle_error = lambda *_: None
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, request):
        fault, parts = self.fault, request.path.strip("/").split("/")
        if fault == "refuses":
            request.close_connection = True
            return
        if fault == "fails":
            self.send(request, 503, b"{}", "application/json")
            return
        if fault == "stalls":
            deadline = time.monotonic() + 5
            while self.fault == "stalls" and time.monotonic() < deadline:
                time.sleep(0.05)
        if parts == ["v2"]:
            self.send(request, 200, b"{}", "application/json")
        elif len(parts) > 3 and parts[-2] == "manifests":
            self.send_blob(request, self.manifest["digest"], self.manifest["mediaType"])
        elif len(parts) > 3 and parts[-2] == "blobs":
            self.send_blob(request, parts[-1], "application/octet-stream")
        else:
            self.send(request, 404, b"{}", "application/json")

    def send_blob(self, request, digest, media_type):
        try:
            with open(os.path.join(self.blobs, digest.removeprefix("sha256:")), "rb") as file:
                content = file.read()
        except FileNotFoundError:
            self.send(request, 404, b"{}", "application/json")
            return
        sent = content
        if self.fault == "lies":
            sent = bytes([content[0] ^ 1]) + content[1:]
        self.send(request, 200, sent, media_type, digest, len(content) // 2 if self.fault == "cuts" else None)

    @staticmethod
    def send(request, status, content, media_type, digest=None, cut=None):
        request.send_response(status)
        request.send_header("Content-Type", media_type)
        request.send_header("Content-Length", str(len(content)))
        request.send_header("Docker-Content-Digest", digest or "sha256:" + hashlib.sha256(content).hexdigest())
        request.end_headers()
        if request.command == "HEAD":
            return
        try:
            request.wfile.write(content[:cut])
        except ConnectionError:
            pass
        if cut is not None:
            request.close_connection = True
