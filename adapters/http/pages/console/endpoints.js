// @ts-check
// How requests went by method and route: which endpoint is slow, and which one refuses or fails.

import { get, query, refusal } from "./api.js";
import { button, el, isolated } from "./dom.js";
import { milliseconds, number, share } from "./format.js";
import { icon } from "./icons.js";
import { table } from "./table.js";

/** @param {string[]} filter @param {any} context */
export async function endpoints(filter, { search, change, signal }) {
  const found = await get(query("/api/ops/logs/endpoints", { filter, limit: 500 }), signal).catch(refusal);
  if (typeof found === "string") return el("p.state", {}, found);
  const sort = search.get("sort") || "-requests";
  const column = sort.replace("-", "");
  const sorted = [...found].sort((a, b) => (sort.startsWith("-") ? -1 : 1) * (a[column] > b[column] ? 1 : a[column] < b[column] ? -1 : 0));
  const to = (row, more = {}) =>
    change({
      by: "",
      sort: "",
      ...more,
      filter: [...search.getAll("filter"), `method:eq:${row.method}`, `route:eq:${row.route}`, ...(more.filter || [])],
    });
  const part =
    (name, ...conditions) =>
    (row) =>
      row[name]
        ? button([icon(name), " ", share(row[name], row.requests)], () => to(row, { filter: conditions }), ".plain", `${row[name]} ${name}`)
        : el("span.none", {}, "–");
  return table({
    label: "Endpoints",
    signal,
    sort,
    onsort: (by) => change({ sort: by }),
    columns: [
      { label: "Method", sort: "method", card: "first", cell: (row) => row.method },
      { label: "Route", kind: "wide", sort: "route", card: "first", cell: (row) => (row.route ? isolated(row.route) : "no such path") },
      { label: "Requests", number: true, sort: "requests", falling: true, card: "end", cell: (row) => number(row.requests) },
      {
        label: "Refused",
        number: true,
        sort: "refused",
        falling: true,
        card: "second",
        cell: part("refused", "status:ge:400", "status:lt:500"),
      },
      { label: "Failed", number: true, sort: "failed", falling: true, card: "second", cell: part("failed", "status:ge:500") },
      { label: "p50", number: true, sort: "p50_ms", falling: true, cell: (row) => milliseconds(row.p50_ms) },
      { label: "p99", number: true, sort: "p99_ms", falling: true, card: "last", cell: (row) => milliseconds(row.p99_ms) },
      { label: "Slowest", number: true, sort: "slowest_ms", falling: true, cell: (row) => milliseconds(row.slowest_ms) },
    ],
    load: async () => ({ rows: sorted, next: null }),
    open: (row) => to(row, { sort: "-duration_ms" }),
    empty: "No request on record fits.",
  }).node;
}
