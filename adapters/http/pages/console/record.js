// @ts-check
// One request in full: what was asked, how it went, and what was sent.

import { get, query } from "./api.js";
import { curl } from "./curl.js";
import { button, copy, el, isolated, link } from "./dom.js";
import { bytes, instant, milliseconds } from "./format.js";
import { learn, who } from "./names.js";

const SHOWN_MAX = 20_000; // characters

const pretty = (data) => {
  const text = typeof data === "string" ? data : JSON.stringify(data, null, 2);
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}\n… ${bytes(text.length - SHOWN_MAX)} more` : text;
};

const isThere = (data) => data !== null && data !== undefined && data !== "";

/** Behind a fold, unless it is why one looks. */
const part = (label, data, open = false) =>
  isThere(data) ? el("details", { open }, el("summary", {}, label), el("pre", { tabindex: 0 }, pretty(data))) : null;

const headers = (label, fields) =>
  el(
    "details",
    {},
    el("summary", {}, `${label} (${Object.keys(fields).length})`),
    el(
      "dl.headers",
      {},
      Object.entries(fields).map(([name, each]) => el("div", {}, el("dt", {}, isolated(name)), el("dd", {}, isolated(each)))),
    ),
  );

/** @param {any} row with everything that is kept @param {string} [address] where it stands alone */
export function record(row, address) {
  const place = el("div");
  const line = `${row.method} ${row.path}${row.query ? `?${row.query}` : ""}`;
  const facts = {
    Status: el(`span.status.${row.level}`, {}, `${row.status} ${row.problem}`.trim()),
    Level: row.level,
    Duration: milliseconds(row.duration_ms),
    Time: instant(row.time),
    Route: isolated(row.route || "no such path"),
    User: who(row.user_id),
    Address: isolated(row.address || "–"),
    "User agent": isolated(row.user_agent || "–"),
    "Request id": isolated(row.request_id),
    Trace: row.trace_id ? link(isolated(row.trace_id), query("/ops/logs", { filter: `trace_id:eq:${row.trace_id}`, last: "all" })) : "–",
    Node: isolated(`${row.node}/${row.worker}`),
    Database: `${row.statements} ${row.statements === 1 ? "statement" : "statements"} in ${milliseconds(row.statements_ms)}`,
    Size: `${bytes(row.request_bytes)} in, ${bytes(row.response_bytes)} out`,
  };
  return el(
    "div.record",
    {},
    el(
      "p",
      {},
      el("code", {}, isolated(line)),
      " ",
      button("Copy as curl", () => copy(curl(row, location.origin), place)),
      " ",
      address ? link("Its address", address) : null,
    ),
    place,
    el(
      "dl.facts",
      {},
      Object.entries(facts).map(([label, content]) => el("div", {}, el("dt", {}, label), el("dd", {}, content))),
    ),
    part("Error", row.error, true),
    part("Body", row.request_body, true),
    headers("Request headers", row.request_headers),
    headers("Response headers", row.response_headers),
  );
}

/** With the requests before and after it, of those that the filter lets through. */
export async function page(key, filter, search, signal) {
  const row = await get(`/api/ops/logs/${encodeURIComponent(key)}`, signal);
  await learn([row.user_id], signal);
  const beside = async (comparison, sort) => {
    const asked = { filter: [...filter, `id:${comparison}:${row.id}`], sort, columns: "id", limit: 1 };
    const { rows } = await get(query("/api/ops/logs", asked), signal);
    return rows[0]?.id;
  };
  const [newer, older] = await Promise.all([beside("gt", "id"), beside("lt", "-id")]);
  const to = (id, rel, text) => (id ? el("a", { href: `/ops/logs/${id}${suffix(search)}`, rel }, text) : el("span.none", {}, text));
  return [
    el(
      "header",
      {},
      el("h1", {}, `Request ${row.id}`),
      link("All requests", `/ops/logs${suffix(search)}`),
      el("span.space"),
      to(newer, "prev", "← Newer"),
      to(older, "next", "Older →"),
    ),
    record(row),
  ];
}

const suffix = (search) => (search.toString() ? `?${search}` : "");
