// Written by hack/embed-page from assets/: change those instead.

/// The text of the page's files.
enum StatusAssets {
    /// `index.html`.
    static let index = ##"""
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>swiftlet</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/ui/style.css">
<script type="module" src="/ui/app.js"></script>
</head>
<body>
<header>
<h1>swiftlet <span id="host"></span></h1>
<p id="health" role="status">…</p>
</header>
<main>
<section id="node" aria-label="Node"></section>
<section aria-label="Pods">
<h2>Pods <span id="pod-count"></span></h2>
<p id="no-pods" class="faint" hidden>No pods.</p>
<ul id="pods"></ul>
</section>
<section aria-label="Logs" id="logs" hidden>
<h2>Logs <span id="log-name"></span> <button type="button" id="log-close">close</button></h2>
<pre id="log-text" tabindex="0"></pre>
</section>
<section aria-label="Events">
<h2>Events</h2>
<ol id="events"></ol>
</section>
</main>
<noscript>This page needs JavaScript; <code>swiftlet get pods</code> does not.</noscript>
</body>
</html>
"""##
    /// `app.js`.
    static let app = ##"""
// The status page: follows the node's pods and events by a stream, and asks every two seconds for figures, while somebody looks.
// Reads only.

const history = new Map();
const kept = 60;
const pods = new Map();
const events = [];
let open = null;
let live = null;

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function cores(nanocores) {
  return nanocores === undefined ? "–" : `${Math.round(nanocores / 1e6)}m`;
}

function bytes(count) {
  if (count === undefined) return "–";
  const units = ["B", "Ki", "Mi", "Gi", "Ti"];
  let unit = 0;
  while (count >= 1024 && unit < units.length - 1) { count /= 1024; unit += 1; }
  return `${count >= 10 || unit === 0 ? Math.round(count) : count.toFixed(1)}${units[unit]}`;
}

function age(time) {
  const seconds = Math.max(0, Math.round((Date.now() - Date.parse(time)) / 1000));
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)}m`;
  return seconds < 172800 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86400)}d`;
}

function remember(key, value) {
  const values = history.get(key) ?? [];
  if (value !== undefined) values.push(value);
  if (values.length > kept) values.shift();
  history.set(key, values);
  return values;
}

// A small chart of the last values; its figure stands beside it as text. Nothing where there never was a value.
function chart(kind, key, label, text) {
  const values = history.get(`${kind} ${key}`) ?? [];
  const box = element("div", `chart ${kind}`);
  if (!values.length) return box;
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", `0 0 ${kept - 1} 20`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  const top = Math.max(...values, 1);
  // A line needs two points: the first value alone is a flat one.
  const drawn = values.length === 1 ? [values[0], values[0]] : values;
  const start = kept - drawn.length;
  const points = drawn.map((v, i) => `${start + i},${(19 - (18 * v) / top).toFixed(1)}`).join(" ");
  for (const [tag, corners] of [["polygon", `${start},20 ${points} ${kept - 1},20`], ["polyline", points]]) {
    const shape = document.createElementNS("http://www.w3.org/2000/svg", tag);
    shape.setAttribute("points", corners);
    svg.append(shape);
  }
  if (label) box.append(element("span", "faint", label));
  box.append(svg);
  if (text) box.append(element("span", "", text));
  return box;
}

function card(title, figure, detail, extra) {
  const made = element("div", "card");
  made.append(element("p", "faint", title), element("p", "figure", figure));
  if (detail) made.append(element("p", "faint", detail));
  if (extra) made.append(extra);
  return made;
}

function showNode({ node, health }) {
  document.getElementById("host").textContent = node?.hostname ?? "";
  const failed = health.checks.filter((check) => check.status !== "ok");
  if (failed.length) say("bad", failed.map((c) => `✗ ${c.name}: ${c.message ?? ""}`).join("; "));
  else say("good", "✓ healthy");
  const { cpu, memory } = node?.usage ?? {};
  const disk = node?.fileSystem;
  remember("cpu /", cpu?.nanocores);
  remember("mem /", memory?.workingSetBytes);
  document.getElementById("node").replaceChildren(
    card("CPU", cores(cpu?.nanocores), `of ${cores(node?.capacityNanocores)}`, chart("cpu", "/")),
    card("Memory", bytes(memory?.workingSetBytes), `of ${bytes(memory?.limitBytes)}`, chart("mem", "/")),
    card("Disk free", bytes(disk?.availableBytes), `of ${bytes(disk?.capacityBytes)}`),
    card("Load", (node?.load ?? []).join("  ") || "–", `${node?.usage?.processes?.count ?? "–"} threads`),
  );
}

function say(className, text) {
  const word = document.getElementById("health");
  word.className = className;
  word.textContent = text;
}

function mood(container) {
  if (container.state === "running") return container.ready ? "good" : "wait";
  return container.state === "terminated" && container.exitCode === 0 ? "faint" : container.state === "waiting" ? "wait" : "bad";
}

function figures(uid) {
  const usage = pods.get(uid)?.usage ?? {};
  return [chart("cpu", uid, "CPU", cores(usage.nanocores)), chart("mem", uid, "Mem", bytes(usage.memoryBytes))];
}

function podItem(pod) {
  const item = element("li");
  const row = element("div", "pod");
  const names = element("div");
  names.append(element("div", "name", pod.name), element("div", "faint", `${pod.namespace}  ${pod.ip ?? ""}`));
  const phase = element("div", pod.ready ? "good" : pod.phase === "Failed" ? "bad" : pod.phase === "Succeeded" ? "faint" : "wait");
  phase.textContent = pod.terminating ? "Terminating" : `${pod.ready ? "✓ " : pod.phase === "Failed" ? "✗ " : ""}${pod.reason ?? pod.phase}`;
  row.append(names, phase, ...figures(pod.uid));
  const list = element("div", "containers");
  for (const container of pod.containers) {
    const box = element("span");
    const what = container.reason ?? container.state;
    const probes = container.probes.length ? ` · probes ${container.probes.join(", ")}: ${container.ready ? "passing" : "not passing"}` : "";
    const restarts = container.restarts ? ` · ${container.restarts} ${container.restarts === 1 ? "restart" : "restarts"}` : "";
    const button = element("button", "", `${container.name} logs`);
    button.type = "button";
    button.addEventListener("click", () => openLogs(pod, container));
    box.append(button, " ", element("span", mood(container), `${what}${restarts}${probes}`));
    list.append(box);
  }
  item.append(row, list);
  return item;
}

// Puts a pod in its place. Only what has changed is made anew, and the keyboard stays where it was.
function showPod(pod) {
  const list = document.getElementById("pods");
  const before = pods.get(pod.uid);
  const item = podItem(pod);
  pods.set(pod.uid, { pod, item, usage: before?.usage });
  item.querySelector(".pod").replaceChildren(...[...item.querySelector(".pod").children].slice(0, 2), ...figures(pod.uid));
  if (before) {
    const focused = before.item.contains(document.activeElement) ? document.activeElement.textContent : null;
    before.item.replaceWith(item);
    if (focused) [...item.querySelectorAll("button")].find((button) => button.textContent === focused)?.focus();
    return;
  }
  const name = ({ pod: { namespace, name } }) => `${namespace}/${name}`;
  const next = [...pods.values()].filter((other) => name(other) > name({ pod })).sort((a, b) => (name(a) < name(b) ? -1 : 1))[0];
  list.insertBefore(item, next?.item ?? null);
  countPods();
}

function hidePod(uid) {
  pods.get(uid)?.item.remove();
  pods.delete(uid);
  for (const kind of ["cpu", "mem"]) history.delete(`${kind} ${uid}`);
  countPods();
}

function countPods() {
  document.getElementById("pod-count").textContent = `(${pods.size})`;
  document.getElementById("no-pods").hidden = pods.size > 0;
}

function showUsage(usage) {
  for (const [uid, shown] of pods) {
    shown.usage = usage[uid];
    remember(`cpu ${uid}`, shown.usage?.nanocores);
    remember(`mem ${uid}`, shown.usage?.memoryBytes);
    const row = shown.item.querySelector(".pod");
    row.replaceChildren(...[...row.children].slice(0, 2), ...figures(uid));
  }
}

// Once for a burst of them.
let isDrawing = false;
function drawEvents() {
  if (isDrawing) return;
  isDrawing = true;
  setTimeout(() => {
    isDrawing = false;
    events.splice(0, Math.max(0, events.length - 100));
    const items = events.slice().reverse().map((event) => {
      const item = element("li");
      const subject = event.pod ? `${event.pod.name}${event.container ? `/${event.container.name}` : ""}` : event.name ?? event.subject;
      const when = element("time", "faint", age(event.time));
      when.dateTime = event.time;
      item.append(
        when, element("span", event.type === "Warning" ? "bad" : "", `${event.type === "Warning" ? "! " : ""}${event.reason}`),
        element("span", "subject", subject), element("span", "message faint", event.message),
      );
      return item;
    });
    document.getElementById("events").replaceChildren(...items);
  }, 50);
}

function openLogs(pod, container) {
  open = { namespace: pod.namespace, pod: pod.name, container: container.name };
  document.getElementById("logs").hidden = false;
  document.getElementById("log-name").textContent = `${pod.name}/${container.name}`;
  document.getElementById("log-text").textContent = "";
  document.getElementById("logs").scrollIntoView({ block: "nearest" });
  readLogs();
}

async function ask(path, parameters) {
  const answer = await fetch(`${path}?${new URLSearchParams(parameters)}`, { credentials: "omit" });
  if (!answer.ok) throw new Error((await answer.text()).trim());
  return answer.json();
}

async function readLogs() {
  const wanted = open;
  if (!wanted) return;
  const box = document.getElementById("log-text");
  let text;
  try {
    text = (await ask("/ui/logs.json", wanted)).lines.join("\n");
  } catch (error) {
    text = error.message;
  }
  if (open !== wanted || box.textContent === text) return;
  const follows = box.scrollTop + box.clientHeight >= box.scrollHeight - 4;
  box.textContent = text;
  if (follows) box.scrollTop = box.scrollHeight;
}

// Until the page is hidden. The browser comes back by itself when the stream breaks, and says what it has seen.
function follow() {
  if (live) return;
  live = new EventSource("/ui/live");
  let told = new Set();
  live.addEventListener("open", () => { told = new Set(); });
  live.addEventListener("pod", ({ data }) => {
    const pod = JSON.parse(data);
    told.add(pod.uid);
    showPod(pod);
  });
  live.addEventListener("gone", ({ data }) => hidePod(JSON.parse(data).uid));
  // All that there are have been told: what is shown besides is of before.
  live.addEventListener("synced", () => {
    for (const uid of [...pods.keys()]) if (!told.has(uid)) hidePod(uid);
    countPods();
  });
  live.addEventListener("dropped", () => { events.length = 0; });
  live.addEventListener("happened", ({ data }) => {
    events.push(JSON.parse(data));
    drawEvents();
  });
  live.addEventListener("error", () => say("bad", "✗ the agent does not answer"));
}

function stop() {
  live?.close();
  live = null;
  // The next stream tells the latest ones anew.
  events.length = 0;
}

async function measure() {
  if (!document.hidden) {
    try {
      const usage = await ask("/ui/usage.json", {});
      showNode(usage);
      showUsage(usage.pods);
      await readLogs();
    } catch (error) {
      say("bad", `✗ the agent does not answer: ${error.message}`);
    }
    for (const when of document.querySelectorAll("#events time")) when.textContent = age(when.dateTime);
  }
  setTimeout(measure, 2000);
}

document.getElementById("log-close").addEventListener("click", () => {
  open = null;
  document.getElementById("logs").hidden = true;
});
document.addEventListener("visibilitychange", () => (document.hidden ? stop() : follow()));
if (!document.hidden) follow();
measure();
"""##
    /// `style.css`.
    static let style = ##"""
:root {
  color-scheme: light dark;
  --text: #1c1f23; --faint: #5c6570; --page: #f4f5f7; --card: #fff; --line: #d9dde2;
  --good: #1a7f4b; --bad: #b3261e; --wait: #8a5a00; --cpu: #2563a8; --mem: #7a3fa0;
}
@media (prefers-color-scheme: dark) {
  :root {
    --text: #e6e8eb; --faint: #9aa4af; --page: #14171a; --card: #1d2126; --line: #343a42;
    --good: #5cc98f; --bad: #ff8a80; --wait: #e0b050; --cpu: #79b0ea; --mem: #c79be4;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.45 system-ui, "DejaVu Sans", sans-serif; }
header { display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: baseline; padding: .75rem 1rem; border-bottom: 1px solid var(--line); }
h1 { font-size: 1.15rem; margin: 0; } h1 span, h2 span { color: var(--faint); font-weight: normal; }
h2 { font-size: 1rem; margin: 0 0 .5rem; }
#health { margin: 0; }
main { display: grid; gap: 1rem; padding: 1rem; max-width: 80rem; margin: 0 auto; }
section { min-width: 0; }
#node { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .75rem; }
.card, #pods > li { background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: .6rem .75rem; }
.card p { margin: 0; } .card .figure { font-size: 1.2rem; }
ul, ol { list-style: none; margin: 0; padding: 0; }
#pods { display: grid; gap: .5rem; }
.pod { display: grid; grid-template-columns: minmax(0, 2fr) minmax(0, 1fr) repeat(2, minmax(11rem, 1fr)); gap: .25rem 1rem; align-items: center; }
.name { font-weight: 600; overflow-wrap: anywhere; } .faint { color: var(--faint); }
.good { color: var(--good); } .bad { color: var(--bad); } .wait { color: var(--wait); }
.chart { display: flex; align-items: center; gap: .5rem; white-space: nowrap; }
svg { width: 5.5rem; height: 1.75rem; flex: none; border-bottom: 1px solid var(--line); }
.card svg { width: 100%; height: 2.25rem; }
polyline { fill: none; stroke-width: 1.5; vector-effect: non-scaling-stroke; } polygon { opacity: .15; }
.cpu polyline { stroke: var(--cpu); } .cpu polygon { fill: var(--cpu); }
.mem polyline { stroke: var(--mem); } .mem polygon { fill: var(--mem); }
.containers { margin-top: .35rem; display: flex; flex-wrap: wrap; gap: .25rem 1rem; }
button { font: inherit; color: inherit; background: none; border: 1px solid var(--line); border-radius: 4px; padding: .1rem .5rem; cursor: pointer; }
button:hover { border-color: var(--faint); }
button:focus-visible, pre:focus-visible { outline: 2px solid var(--cpu); outline-offset: 1px; }
pre { margin: 0; padding: .6rem; max-height: 22rem; overflow: auto; background: var(--card); border: 1px solid var(--line); border-radius: 6px; font: 13px/1.4 "DejaVu Sans Mono", monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
#events li { display: grid; grid-template-columns: 5rem 11rem minmax(0, 14rem) minmax(0, 1fr); gap: .1rem 1rem; padding: .25rem 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
@media (max-width: 40rem) {
  main { padding: .75rem; }
  #node { grid-template-columns: 1fr 1fr; }
  .pod { grid-template-columns: 1fr 1fr; }
  .pod { align-items: start; }
  .pod .chart { gap: .3rem; } .pod svg { width: 3.5rem; }
  #events li { grid-template-columns: 4.5rem 1fr; }
  #events .subject, #events .message { grid-column: 1 / -1; }
}
"""##
}
