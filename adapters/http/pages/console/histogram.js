// @ts-check
// How many requests there were over time, above their list.

import { get, query, refusal } from "./api.js";
import { chart, together } from "./chart.js";
import { barSeconds, rangeOf } from "./conditions.js";
import { el } from "./dom.js";
import { compact } from "./format.js";
import { REQUESTS } from "./lists.js";

/** Bars of the range that is shown; a drag narrows it. @param {string[]} filter @param {any} context */
export async function histogram(filter, { search, change, signal }) {
  const range = rangeOf(search, REQUESTS.fallback || "all", Date.now());
  const end = range.until ?? Date.now();
  const first = range.since ?? (await oldest(filter, signal).catch(refusal)) ?? end - 3_600_000;
  if (typeof first === "string") return el("p.state", {}, `No histogram: ${first}`);
  const begin = first;
  const seconds = barSeconds(begin, end);
  const step = seconds * 1000;
  const asked = { filter, since: new Date(begin).toISOString(), until: new Date(end).toISOString(), step: seconds };
  const bars = await get(query("/api/ops/logs/histogram", asked), signal).catch(refusal);
  if (typeof bars === "string") return el("p.state", {}, `No histogram: ${bars}`);
  const figure = chart("Requests", {
    write: compact,
    ticks: { whole: true },
    cursor: together(),
    height: 96,
    bars: true,
    onrange: (since, until) => change({ last: "", since: new Date(since).toISOString(), until: new Date(until).toISOString() }),
  });
  // Where nothing was recorded, there was nothing.
  const counts = new Map(bars.map((bar) => [Date.parse(bar.began), bar]));
  const times = [];
  for (let time = Math.floor(begin / step) * step; time < end; time += step) times.push(time);
  const values = (name) => times.map((time) => counts.get(time)?.[name] ?? 0);
  figure.update({
    begin,
    end,
    step,
    times,
    lines: {
      failed: { values: values("failed"), tone: "alarm" },
      refused: { values: values("refused"), tone: "warn" },
      answered: { values: values("answered"), tone: "main" },
    },
  });
  return figure.node;
}

async function oldest(filter, signal) {
  const { rows } = await get(query(REQUESTS.path, { filter, sort: "time", columns: "time", limit: 1 }), signal);
  return rows.length ? Date.parse(rows[0].time) : null;
}
