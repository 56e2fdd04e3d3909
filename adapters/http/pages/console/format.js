// How values are written.

import { el, isolated } from "./dom.js";

const when = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });
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

export function instant(text) {
  return text ? el("time", { datetime: text, title: text }, when.format(new Date(text))) : "–";
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
