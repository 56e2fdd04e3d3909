import { get, query } from "./api.js";
import { el, isolated, link } from "./dom.js";
import { filters } from "./filters.js";
import { instant, value } from "./format.js";
import { table } from "./table.js";

export const name = "events";
export const title = "Events";

const ROWS = "/api/ops/tables/events/rows";
const COLUMNS = ["kind", "user_id", "actor_id", "address", "at", "position", "user_agent"];

const who = (id) => (id === null ? value("text", null) : link(`user ${id}`, `/ops/users/${id}`));

export function eventsTable({ filter, signal, limit }) {
  return table({
    label: "Events", signal,
    columns: [
      { label: "When", cell: (row) => instant(row.at) },
      { label: "What", cell: (row) => isolated(row.kind) },
      { label: "Whom", cell: (row) => who(row.user_id) },
      { label: "Operator", cell: (row) => who(row.actor_id) },
      { label: "Address", cell: (row) => isolated(row.address) },
      { label: "Details", cell: (row) => isolated(Object.entries(row.details).map(([key, each]) => `${key}: ${each}`).join(", ")) },
      { label: "Position", number: true, cell: (row) => String(row.position) },
    ],
    load: (after, stop) => get(query(ROWS, { filter, after, limit }), stop),
    empty: "Nothing that fits has happened.",
  }).node;
}

export function view({ search, turn, signal }) {
  return [
    el("header", {}, el("h1", {}, title), filters({ columns: COLUMNS, search, turn })),
    eventsTable({ filter: search.getAll("filter"), signal }),
  ];
}
