import { ask, get, query } from "./api.js";
import { curl } from "./curl.js";
import { ask as askDialog } from "./dialog.js";
import { button, copy, el, fill, isolated, link, say, whole } from "./dom.js";
import { filters } from "./filters.js";
import { bytes, instant, milliseconds, number } from "./format.js";
import { learn, who } from "./names.js";
import { table } from "./table.js";

export const name = "logs";
export const title = "Logs";

const COLUMNS = ["status", "problem", "route", "level", "method", "user_id", "address", "duration_ms", "request_id", "time", "path", "user_agent", "node", "worker"];
const SHOWN_MAX = 20_000;

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
  const filter = search.getAll("filter");
  const sort = search.get("sort");
  const live = search.get("live") === "yes";
  const lost = el("span");
  const list = requests({
    signal, sort, onsort: live ? undefined : (by) => turn({ filter, sort: by }),
    load: async (after, stop) => {
      const page = await get(query("/api/ops/logs", { filter, sort: live ? undefined : sort, after }), stop);
      await learn(page.rows.map((row) => row.user_id), stop);
      fill(lost, page.lost ? `${number(page.lost)} could not be recorded. ` : "");
      return page;
    },
  });
  const forget = () => askDialog({
    title: "Remove these records?", action: "Remove", dangerous: true, text: `All records with ${filter.join(" and ")}.`,
    act: async () => {
      const { forgotten } = await ask("DELETE", query("/api/ops/logs", { filter }));
      say(`${forgotten} records were removed.`);
      turn({ filter });
      return true;
    },
  });
  return [
    el("header", {}, el("h1", {}, title), filters({ columns: COLUMNS, search, turn, keep: { live: live ? "yes" : "" } }),
      button(live ? "Stop" : "Live", () => turn({ filter, live: live ? "" : "yes" })),
      filter.length && !live ? button("Remove", forget, ".dangerous") : null),
    el("p", {}, lost), live ? follow(list, filter, signal) : null, list.node,
  ];
}
