// @ts-check
import { get, query } from "./api.js";
import { chart, together } from "./chart.js";
import { el, fill, link } from "./dom.js";
import { firstSteps } from "./first-steps.js";
import { atMost, bytes, compact, duration, milliseconds, number } from "./format.js";
import { nodeTable } from "./nodes.js";
import { finished } from "./ticks.js";

export const name = "monitor";
export const title = "Monitor";
export const off = "Nothing is measured here: FRONTDESK_METRICS is off.";

const SPANS = { hour: 1, day: 24, month: 30 * 24 };
const HOUR_MS = 3_600_000;
const EVERY_MS = 5000;
const MINUTES_KEPT_MS = 24 * HOUR_MS;

const percentage = (value) => (value === undefined ? "–" : `${number(value)} %`);
const count = (span, key) => span?.counts[key] || 0;

// What a tile says of the last whole minute, or of the levels now; where it leads, and when it is a cause for alarm.
/** @type {[string, (now: any) => string, (string | null)?, ((now: any) => boolean)?][]} */
const TILES = [
  ["Requests a minute", ({ last }) => number(count(last, "requests")), "/ops/logs"],
  ["Failed", ({ last }) => number(count(last, "failed")), "/ops/logs?filter=status:ge:500", ({ last }) => count(last, "failed") > 0],
  ["p99", ({ last }) => atMost(last?.latency_ms.p99), "/ops/logs?sort=-duration_ms"],
  ["Logins", ({ last }) => number(count(last, "log_ins")), "/ops/events?filter=kind:eq:logged_in"],
  ["Logins refused", ({ last }) => number(count(last, "log_ins_refused")), "/ops/events?filter=kind:eq:login_refused"],
  ["Sign-ups", ({ last }) => number(count(last, "sign_ups")), "/ops/events?filter=kind:eq:signed_up"],
  ["Active sessions", ({ gauge }) => number(gauge.active_sessions), "/ops/sessions"],
  ["Waiting for a hash", ({ gauge }) => number(gauge.hash_queue_waiting), null, ({ gauge }) => gauge.hash_queue_waiting > 8],
  ["Event loop lag", ({ gauge }) => milliseconds(gauge.event_loop_lag_ms), null, ({ gauge }) => gauge.event_loop_lag_ms > 250],
  ["Memory", ({ gauge }) => bytes(gauge.process_memory_bytes)],
  ["Processor", ({ gauge }) => percentage(gauge.process_cpu_percent)],
  ["Disk used", ({ gauge }) => percentage(gauge.disk_used_percent), null, ({ gauge }) => gauge.disk_used_percent > 90],
  ["Database", ({ gauge }) => bytes((gauge.database_bytes || 0) + (gauge.database_wal_bytes || 0)), "/ops/tables"],
  ["Wait for a connection", ({ gauge }) => milliseconds(gauge.pool_wait_ms), null, ({ gauge }) => gauge.pool_wait_ms > 500],
  [
    "Events behind",
    ({ gauge }) => (gauge.event_feed_lag_seconds === undefined ? "–" : `${number(gauge.event_feed_lag_seconds)} s`),
    null,
    ({ gauge }) => gauge.event_feed_lag_seconds > 10,
  ],
  ["Not recorded", ({ last }) => number(count(last, "requests_not_recorded")), "/ops/logs"],
];

const WHOLE = { whole: true };
const BINARY = { base: 1024 };
const percent = (value) => `${compact(value)} %`;
const counted = (key) => (span) => count(span, key);
const level = (key) => (span) => span.gauges[key] ?? null;

// [title, how values are written, options of their marks, {line: [how it is read, tone]}]
/**
 * @typedef {(span: any) => number | null} Read
 * @type {[string, (value: number) => string, import("./ticks.js").Marks, Record<string, [Read, string]>, boolean?][]}
 */
const CHARTS = [
  [
    "Requests a minute",
    compact,
    WHOLE,
    { all: [counted("requests"), "main"], refused: [counted("refused"), "warn"], failed: [counted("failed"), "alarm"] },
    true,
  ],
  ["Duration", duration, {}, { p50: [(span) => span.latency_ms.p50, "main"], p99: [(span) => span.latency_ms.p99, "warn"] }],
  [
    "Logins a minute",
    compact,
    WHOLE,
    { succeeded: [counted("log_ins"), "main"], refused: [counted("log_ins_refused"), "warn"], "sign-ups": [counted("sign_ups"), "other"] },
    true,
  ],
  ["Processor, highest", percent, {}, { service: [level("process_cpu_percent"), "main"], machine: [level("host_cpu_percent"), "other"] }],
  ["Memory, highest", bytes, BINARY, { service: [level("process_memory_bytes"), "main"] }],
  ["Event loop lag, highest", duration, {}, { lag: [level("event_loop_lag_ms"), "main"] }],
];

// Tiles and charts are made once and told what to show, so that focus, pointer and selection stay where they are.
function tiles() {
  const values = TILES.map(() => el("dd"));
  const nodes = TILES.map(([label, , href], index) => el("div.tile", {}, el("dt", {}, href ? link(label, href) : label), values[index]));
  return {
    node: el("dl.tiles", {}, nodes),
    update(now) {
      TILES.forEach(([, read, , alarm], index) => {
        values[index].textContent = read(now);
        nodes[index].classList.toggle("alarm", Boolean(alarm?.(now)));
      });
    },
  };
}

function charts(onrange) {
  const cursor = together();
  const made = CHARTS.map(([label, write, ticks]) => chart(label, { write, ticks, cursor, onrange }));
  return {
    node: el(
      "div.charts",
      {},
      made.map((each) => each.node),
    ),
    update({ begin, end, seconds, spans }) {
      const times = spans.map((span) => Date.parse(span.began));
      made.forEach((each, index) => {
        const [, , , lines, perMinute] = CHARTS[index];
        const share = perMinute ? 60 / seconds : 1;
        each.update({
          begin,
          end,
          times,
          step: seconds * 1000,
          lines: Object.fromEntries(
            Object.entries(lines).map(([line, [read, tone]]) => [
              line,
              {
                tone,
                values: spans.map((span) => {
                  const value = read(span) ?? null;
                  return value === null ? null : value * share;
                }),
              },
            ]),
          ),
        });
      });
    },
  };
}

export async function view({ search, change, signal }) {
  const chosen = SPANS[search.get("span")] ? search.get("span") : "hour";
  const node = search.get("node") || "";
  const since = Date.parse(search.get("since"));
  const until = Date.parse(search.get("until"));
  const zoomed = since < until;
  const trouble = el("p.trouble", { role: "alert" });
  const numbers = tiles();
  const lines = charts((from, to) => change({ since: new Date(from).toISOString(), until: new Date(to).toISOString() }));
  const places = el("div");
  const nodeChoice = el("select", { "aria-label": "Node", onchange: () => change({ node: nodeChoice.value }) });
  let listed = "";

  function show(nodes) {
    const names = [...new Set([...nodes.map((each) => each.node), ...(node ? [node] : [])])].sort();
    if (listed !== names.join()) {
      listed = names.join();
      fill(
        nodeChoice,
        [["", "All nodes"], ...names.map((each) => [each, each])].map(([value, text]) =>
          el("option", { value, selected: value === node }, text),
        ),
      );
    }
    if (places.contains(document.activeElement)) return;
    fill(
      places,
      nodeTable(nodes, (each) => query("/ops/monitor", { span: chosen, node: each })),
    );
  }

  async function look() {
    const end = zoomed ? until : Date.now();
    const begin = zoomed ? since : end - SPANS[chosen] * HOUR_MS;
    const step = Date.now() - begin > MINUTES_KEPT_MS + 60_000 ? "hour" : "minute";
    const history = (parameters) => get(query("/api/ops/metrics/history", { node, ...parameters }), signal);
    const [now, spans, minutes, nodes] = await Promise.all([
      get(query("/api/ops/metrics", { node }), signal),
      history({ step, since: new Date(begin).toISOString(), until: new Date(end).toISOString() }),
      history({ step: "minute", since: new Date(Date.now() - 180_000).toISOString() }),
      get("/api/ops/nodes", signal),
    ]);
    numbers.update({ last: finished(minutes, Date.now()).at(-1), gauge: now.gauges });
    lines.update({ begin, end, seconds: step === "hour" ? 3600 : 60, spans: finished(spans, Date.now()) });
    show(nodes);
  }

  await look();
  const timer = setInterval(() => {
    if (document.hidden) return;
    look().then(
      () => fill(trouble),
      (error) => {
        if (!signal.aborted) fill(trouble, error.message);
      },
    );
  }, EVERY_MS);
  signal.addEventListener("abort", () => clearInterval(timer));
  const choice = el(
    "select",
    { "aria-label": "Time", onchange: () => change({ span: choice.value, since: "", until: "" }) },
    Object.keys(SPANS).map((span) => el("option", { value: span, selected: span === chosen && !zoomed }, `The last ${span}`)),
    zoomed ? el("option", { value: chosen, selected: true }, "The range you chose") : null,
  );
  const whole = zoomed ? link("Whole range", query("/ops/monitor", { span: chosen, node })) : null;
  const header = el("header", {}, el("h1", {}, title), choice, nodeChoice, whole);
  return [header, trouble, await firstSteps(signal), numbers.node, lines.node, places];
}
