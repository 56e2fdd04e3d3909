// How values are written.

import { el, isolated } from "./dom.js";

const when = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" });
const longAgo = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });
const plain = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 1 });
const short = new Intl.NumberFormat("en-GB", { notation: "compact", maximumFractionDigits: 1 });

export const number = (value) => (value === null || value === undefined ? "–" : plain.format(value));
export const compact = (value) => short.format(value);

export function bytes(value) {
  if (value === null || value === undefined) return "–";
  const units = ["B", "KiB", "MiB", "GiB"];
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) { value /= 1024; unit += 1; }
  return `${plain.format(value)} ${units[unit]}`;
}

export const milliseconds = (value) => (value === null || value === undefined ? "–" : `${plain.format(value)} ms`);

// A duration that is known only to within a step.
export const atMost = (value) => (value === null || value === undefined ? "–" : `≤ ${duration(value)}`);

export function duration(value) {
  if (value >= 1000) return `${plain.format(value / 1000)} s`;
  return `${value >= 10 ? Math.round(value) : plain.format(value)} ms`;
}

const hours = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const days = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });

// A mark of an axis whose marks are so many milliseconds apart.
export function clock(time, step) {
  const date = new Date(time);
  const midnight = date.getHours() === 0 && date.getMinutes() === 0;
  return step >= 86_400_000 || (midnight && step >= 3_600_000) ? days.format(date) : hours.format(date);
}

export function instant(text) {
  if (!text) return "–";
  const date = new Date(text);
  const isNear = Math.abs(Date.now() - date) < 180 * 86_400_000;
  return el("time", { datetime: text, title: `${longAgo.format(date)}; ${text}` }, (isNear ? when : longAgo).format(date));
}

// A cell for a value of whatever kind.
export function value(kind, data) {
  if (data === null || data === undefined) return el("span.none", {}, "–");
  if (kind === "instant") return instant(data);
  if (kind === "boolean") return data ? "yes" : "no";
  if (typeof data === "object") return isolated(JSON.stringify(data));
  return typeof data === "number" ? String(data) : isolated(data);
}

export const relation = (count) =>
  ({ exact: "", at_least: "more than ", at_most: "up to " })[count.relation] + plain.format(count.count);
