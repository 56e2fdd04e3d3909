import { get, query } from "./api.js";
import { chart } from "./chart.js";
import { el, fill, isolated, link } from "./dom.js";
import { bytes, compact, instant, milliseconds, number } from "./format.js";

export const name = "monitor";
export const title = "Monitor";

const SPANS = { hour: ["minute", 1], day: ["minute", 24], month: ["hour", 30 * 24] };
const EVERY_MS = 5000;

const count = (span, key) => span.counts[key] || 0;

// One line a node; how many workers of it are up, and what it does for all.
function nodeTable(nodes, search) {
  const leases = (node) => node.workers.filter((worker) => worker.state === "up").flatMap((worker) => worker.leases);
  const latest = (node, key) => node.workers.map((worker) => worker[key]).sort().at(-1);
  const address = (node) => `/ops/monitor?${new URLSearchParams({ span: search.get("span") || "hour", node })}`;
  return el("table.nodes", {},
    el("caption", {}, "Nodes"),
    el("thead", {}, el("tr", {}, ["Node", "State", "Workers", "Version", "Started", "Last seen", "Does for all"].map((label) => el("th", { scope: "col" }, label)))),
    el("tbody", {}, nodes.map((node) => el("tr", {},
      el("th", { scope: "row" }, el("a", { href: address(node.node) }, isolated(node.node))),
      el("td", { "data-label": "State" }, el(`span.state.${node.state}`, {}, node.state)),
      el("td", { "data-label": "Workers" }, String(node.workers.filter((worker) => worker.state === "up").length)),
      el("td", { "data-label": "Version" }, isolated(node.workers[0].version)),
      el("td", { "data-label": "Started" }, instant(latest(node, "started"))),
      el("td", { "data-label": "Last seen" }, instant(latest(node, "seen"))),
      el("td", { "data-label": "Does for all" }, leases(node).join(", ") || "–")))));
}

function tiles(now, before) {
  const gauge = now.gauges;
  const last = before || now; // The present minute is not over yet.
  const tile = (label, value, href, alarm) =>
    el(`div.tile${alarm ? ".alarm" : ""}`, {}, el("dt", {}, href ? link(label, href) : label), el("dd", {}, value));
  return el("dl.tiles", {},
    tile("Requests a minute", number(count(last, "requests")), "/ops/logs"),
    tile("Failed", number(count(last, "failed")), "/ops/logs?filter=status:ge:500", count(last, "failed") > 0),
    tile("p99", milliseconds(last.latency_ms.p99), "/ops/logs?sort=-duration_ms"),
    tile("Logins", number(count(last, "log_ins")), "/ops/events?filter=kind:eq:logged_in"),
    tile("Logins refused", number(count(last, "log_ins_refused")), "/ops/events?filter=kind:eq:login_refused"),
    tile("Sign-ups", number(count(last, "sign_ups")), "/ops/events?filter=kind:eq:signed_up"),
    tile("Active sessions", number(gauge.active_sessions), "/ops/sessions"),
    tile("Waiting for a hash", number(gauge.hash_queue_waiting), null, gauge.hash_queue_waiting > 8),
    tile("Event loop lag", milliseconds(gauge.event_loop_lag_ms), null, gauge.event_loop_lag_ms > 250),
    tile("Memory", bytes(gauge.process_memory_bytes)),
    tile("Processor", `${number(gauge.process_cpu_percent)} %`),
    tile("Disk used", `${number(gauge.disk_used_percent)} %`, null, gauge.disk_used_percent > 90),
    tile("Database", bytes((gauge.database_bytes || 0) + (gauge.database_wal_bytes || 0)), "/ops/tables"),
    tile("Wait for a connection", milliseconds(gauge.pool_wait_ms), null, gauge.pool_wait_ms > 500),
    tile("Events behind", gauge.event_feed_lag_seconds === undefined ? "–" : `${number(gauge.event_feed_lag_seconds)} s`, null, gauge.event_feed_lag_seconds > 10),
    tile("Not recorded", number(count(last, "requests_not_recorded")), "/ops/logs"));
}

function charts(spans) {
  const times = spans.map((span) => Date.parse(span.began));
  const pick = (read) => spans.map((span) => read(span) ?? null);
  if (!times.length) return el("p.state", {}, "Nothing has happened in this time.");
  return el("div.charts", {},
    chart("Requests", times, { all: pick((s) => count(s, "requests")), refused: pick((s) => count(s, "refused")), failed: pick((s) => count(s, "failed")) }),
    chart("Duration", times, { p50: pick((s) => s.latency_ms.p50), p99: pick((s) => s.latency_ms.p99) }, milliseconds),
    chart("Logins", times, { right: pick((s) => count(s, "log_ins")), refused: pick((s) => count(s, "log_ins_refused")), "sign-ups": pick((s) => count(s, "sign_ups")) }),
    chart("Processor", times, { service: pick((s) => s.gauges.process_cpu_percent), machine: pick((s) => s.gauges.host_cpu_percent) }, (v) => `${compact(v)} %`),
    chart("Memory", times, { service: pick((s) => s.gauges.process_memory_bytes) }, bytes),
    chart("Event loop lag", times, { lag: pick((s) => s.gauges.event_loop_lag_ms) }, milliseconds));
}

export async function view({ search, turn, signal }) {
  const chosen = SPANS[search.get("span")] ? search.get("span") : "hour";
  const [step, hours] = SPANS[chosen];
  const numbers = el("div", { "aria-live": "off" });
  const lines = el("div");
  const places = el("div");
  const node = search.get("node") || "";
  const trouble = el("p.trouble", { role: "alert" });

  async function look() {
    const since = new Date(Date.now() - hours * 3_600_000).toISOString();
    const [now, spans, nodes] = await Promise.all([
      get(query("/api/ops/metrics", { node }), signal),
      get(query("/api/ops/metrics/history", { step, since, node }), signal),
      get("/api/ops/nodes", signal),
    ]);
    choose(nodes);
    fill(places, nodeTable(nodes, search));
    const before = step === "minute" ? spans.at(-2) : null;
    fill(numbers, tiles(now, before));
    fill(lines, charts(spans));
  }

  const nodeChoice = el("select", { "aria-label": "Node", onchange: (event) => turn({ span: chosen, node: event.target.value }) });
  function choose(nodes) {
    const names = [...new Set([...nodes.map((each) => each.node), ...(node ? [node] : [])])].sort();
    if (nodeChoice.length === names.length + 1) return;
    fill(nodeChoice, [["", "All nodes"], ...names.map((name) => [name, name])].map(([value, text]) =>
      el("option", { value, selected: value === node }, text)));
  }

  await look();
  const timer = setInterval(() => {
    if (document.hidden) return;
    look().then(() => fill(trouble), (error) => { if (!signal.aborted) fill(trouble, error.message); });
  }, EVERY_MS);
  signal.addEventListener("abort", () => clearInterval(timer));
  const choice = el("select", { "aria-label": "Time", onchange: (event) => turn({ span: event.target.value, node }) },
    Object.keys(SPANS).map((span) => el("option", { value: span, selected: span === chosen }, `The last ${span}`)));
  return [el("header", {}, el("h1", {}, title), choice, nodeChoice), trouble, numbers, lines, places];
}
