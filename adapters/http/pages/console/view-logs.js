import { ask, get, query } from "./api.js";
import { curl } from "./curl.js";
import { ask as askDialog } from "./dialog.js";
import { button, copy, csv, el, fill, isolated, link, say, whole } from "./dom.js";
import { filters } from "./filters.js";
import { bytes, instant, milliseconds, number } from "./format.js";
import { learn, who } from "./names.js";
import { table } from "./table.js";

export const name = "logs";
export const title = "Logs";

const COLUMNS = ["status", "problem", "route", "level", "method", "user_id", "address", "duration_ms", "request_id", "time", "path", "user_agent", "node", "worker"];
const SHOWN_MAX = 20_000;
// What the console itself asks would hide what others do.
const NOT_OURS = ["route:not_prefix:/api/ops", "path:not_prefix:/ops"];

const pretty = (data) => {
  const text = typeof data === "string" ? data : JSON.stringify(data, null, 2);
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}\n… ${bytes(text.length - SHOWN_MAX)} more` : text;
};

async function detail(row) {
  const record = await get(`/api/ops/logs/${row.id}`);
  const part = (label, data) => (data === null || data === undefined ? null
    : el("section", {}, el("h3", {}, label), el("pre", { tabindex: 0 }, pretty(data))));
  const place = el("div");
  return el("div.record", {},
    el("p", {}, `${record.statements} statements in ${milliseconds(record.statements_ms)}; ${bytes(record.request_bytes)} in, ${bytes(record.response_bytes)} out; id `, isolated(record.request_id), ` on ${record.node}/${record.worker} `,
      button("Copy as curl", () => copy(curl(record, location.origin), place)), " ", link("Its address", `/ops/logs/${record.id}`)),
    place, part("Request", record.request_headers), part("Body", record.request_body),
    part("Response", record.response_headers), part("Error", record.error));
}

function requests({ load, signal, sort, onsort }) {
  return table({
    label: "Requests", signal, sort, onsort, load, open: detail, empty: "No request on record fits.",
    columns: [
      { label: "When", cell: (row) => instant(row.time) },
      { label: "Status", number: true, cell: (row) => el(`span.status.${row.level}`, {}, String(row.status)) },
      { label: "Method", kind: "less", cell: (row) => isolated(row.method) },
      { label: "Path", kind: "wide", cell: (row) => whole(row.query ? `${row.path}?${row.query}` : row.path) },
      { label: "Duration", number: true, sort: "duration_ms", falling: true, cell: (row) => milliseconds(row.duration_ms) },
      { label: "Problem", kind: "fixed", cell: (row) => isolated(row.problem) },
      { label: "User", cell: (row) => who(row.user_id) },
      { label: "Address", kind: "fixed", cell: (row) => isolated(row.address) },
      { label: "Node", kind: "less", cell: (row) => isolated(row.node) },
    ],
  });
}

function follow(list, filter, signal) {
  const state = el("p.state", { role: "status" }, "Waiting for requests …");
  let seen;
  (async () => {
    while (!signal.aborted) {
      try {
        const found = await get(query("/api/ops/logs/tail", { filter, after: seen, wait: seen === undefined ? 0 : 5 }), signal);
        seen = found.next;
        await learn(found.rows.map((row) => row.user_id), signal);
        list.prepend(found.rows);
        fill(state, "Live.");
      } catch (error) {
        if (signal.aborted) return;
        if (error.code === "invalid_query") seen = undefined; // The records were made anew.
        fill(state, `${error.message} Trying again …`);
        await new Promise((resolve) => setTimeout(resolve, 3000));
      }
    }
  })();
  return state;
}

export async function view({ key, search, turn, signal }) {
  if (key) return [el("header", {}, el("h1", {}, `Request ${key}`), link("All requests", "/ops/logs")), await detail({ id: key })];
  const chosen = search.getAll("filter");
  const own = search.get("own") === "yes";
  const filter = own ? chosen : [...chosen, ...NOT_OURS];
  const sort = search.get("sort");
  const live = search.get("live") === "yes";
  const lost = el("span");
  const list = requests({
    signal, sort, onsort: live ? undefined : (by) => turn({ filter: chosen, sort: by, own: own ? "yes" : "" }),
    load: async (after, stop) => {
      const page = await get(query("/api/ops/logs", { filter, sort: live ? undefined : sort, after }), stop);
      await learn(page.rows.map((row) => row.user_id), stop);
      fill(lost, page.lost ? `${number(page.lost)} could not be recorded. ` : "");
      return page;
    },
  });
  const forget = () => askDialog({
    title: "Remove these records?", action: "Remove", dangerous: true, text: `All records with ${chosen.join(" and ")}, also those of the console.`,
    act: async () => {
      const { forgotten } = await ask("DELETE", query("/api/ops/logs", { filter: chosen }));
      say(`${forgotten} records were removed.`);
      turn({ filter: chosen });
      return true;
    },
  });
  return [
    el("header", {}, el("h1", {}, title), filters({ columns: COLUMNS, search, turn, keep: { live: live ? "yes" : "", own: own ? "yes" : "" } }),
      button(own ? "Hide the console's own" : "Show the console's own", () => turn({ filter: chosen, live: live ? "yes" : "", sort, own: own ? "" : "yes" }), ".plain"),
      csv(query("/api/ops/logs/rows.csv", { filter, sort: live ? undefined : sort })),
      button(live ? "Stop" : "Live", () => turn({ filter: chosen, live: live ? "" : "yes", own: own ? "yes" : "" })),
      chosen.length && !live ? button("Remove", forget, ".dangerous") : null),
    el("p", {}, lost), live ? follow(list, filter, signal) : null, list.node,
  ];
}
