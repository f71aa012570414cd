"""Looks at the status page with Debian's Chromium, over the DevTools protocol: waits for what should be there, takes pictures.

Says `showing` when a first pod is shown, `live` when a pod called "later" has come, and `gone` when it has left.
"""
import base64
import json
import os
import subprocess
import sys
import time
import urllib.request

import websocket

page, folder = sys.argv[1:]
PATIENCE = 120
profile = os.path.join(folder, "profile")
browser = subprocess.Popen(
    ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
     f"--user-data-dir={profile}", "--remote-debugging-port=0", "about:blank"],
    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
complaints = []
number = 0


def until(what, condition):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.05)  # Another program: it has no event for us.
    raise TimeoutError(what)


def address():
    path = os.path.join(profile, "DevToolsActivePort")
    if not os.path.exists(path) or not open(path, encoding="utf-8").read().strip():
        return None
    port = open(path, encoding="utf-8").read().split()[0]
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/json", timeout=PATIENCE) as answer:
        return next((t["webSocketDebuggerUrl"] for t in json.load(answer) if t["type"] == "page"), None)


def call(method, **parameters):
    global number
    number += 1
    tools.send(json.dumps({"id": number, "method": method, "params": parameters}))
    while True:
        message = json.loads(tools.recv())
        if message.get("method") == "Log.entryAdded":
            complaints.append(message["params"]["entry"]["text"])
        if message.get("method") == "Runtime.exceptionThrown":
            complaints.append(json.dumps(message["params"]))
        if message.get("id") == number:
            if "error" in message:
                raise RuntimeError(f"{method}: {message['error']}")
            return message["result"]


def value(expression):
    result = call("Runtime.evaluate", expression=expression, returnByValue=True)
    return result.get("result", {}).get("value")


def see(*texts):
    """On the page as a person reads it."""
    for text in texts:
        until(f"{text} is missing: {value('document.body.innerText')}",
              lambda text=text: value(f"document.body.innerText.includes({json.dumps(text)})"))


def resize(width, dark=False):
    call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 600)
    call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
    # Nothing sticks out: nobody has to scroll sideways.
    until(f"too wide for {width}: {value('document.documentElement.scrollWidth')}",
          lambda: value("document.documentElement.scrollWidth") <= width)


def picture(name):
    data = base64.b64decode(call("Page.captureScreenshot", format="png")["data"])
    with open(os.path.join(folder, f"{name}.png"), "wb") as file:
        file.write(data)


try:
    tools = websocket.create_connection(until("no DevTools", address), suppress_origin=True, timeout=PATIENCE)
    for domain in ("Page", "Runtime", "Log"):
        call(f"{domain}.enable")
    resize(1280)
    call("Page.navigate", url=page)
    see("✓ healthy", "shown", "✓ Running", "probes readiness: passing", "main logs", "Started")
    until("no charts", lambda: value("[...document.querySelectorAll('#pods polyline')].some(p => p.points.length > 1)"))
    picture("desktop")
    value("[...document.querySelectorAll('button')].find(b => b.textContent == 'main logs').click()")
    until("no log", lambda: value("document.getElementById('log-text').textContent.includes('written by shown')"))
    picture("desktop-logs")
    resize(400)
    picture("phone")
    resize(400, dark=True)
    picture("phone-dark")
    resize(1280, dark=True)
    picture("desktop-dark")
    value("window.isSamePage = true")
    print("showing", flush=True)
    pods = "document.getElementById('pods').innerText"
    until("no live pod", lambda: value(f"/later[^]*✓ Running/.test({pods})"))
    # In the order of their names.
    until("order", lambda: value("[...document.querySelectorAll('#pods .name')].map(n => n.textContent).join()") == "later,shown")
    print("live", flush=True)
    until("still there", lambda: value(f"!{pods}.includes('later')"))
    see("ContainerDied")
    if not value("window.isSamePage"):
        complaints.append("the page was loaded anew")
    if complaints:
        raise SystemExit("\n".join(complaints))
    print("gone", flush=True)
finally:
    browser.terminate()
    browser.wait()
