import { get, query } from "./api.js";
import { csv, el, isolated, whole } from "./dom.js";
import { filters } from "./filters.js";
import { instant } from "./format.js";
import { named, who } from "./names.js";
import { table } from "./table.js";

export const name = "events";
export const title = "Events";

const ROWS = "/api/ops/tables/events/rows";
const COLUMNS = ["kind", "user_id", "actor_id", "address", "at", "position", "user_agent"];

export function eventsTable({ filter, signal, limit }) {
  return table({
    label: "Events", signal,
    columns: [
      { label: "When", cell: (row) => instant(row.at) },
      { label: "What", kind: "fixed", cell: (row) => isolated(row.kind) },
      { label: "Whom", cell: (row) => who(row.user_id) },
      { label: "Operator", cell: (row) => who(row.actor_id) },
      { label: "Address", kind: "fixed", cell: (row) => isolated(row.address) },
      { label: "Details", kind: "wide", cell: (row) => whole(Object.entries(row.details).map(([key, each]) => `${key}: ${each}`).join(", ")) },
      { label: "Position", number: true, kind: "less", cell: (row) => String(row.position) },
    ],
    load: named((after, stop) => get(query(ROWS, { filter, after, limit }), stop), "user_id", "actor_id"),
    empty: "Nothing that fits has happened.",
  }).node;
}

export function view({ search, turn, signal }) {
  return [
    el("header", {}, el("h1", {}, title), filters({ columns: COLUMNS, search, turn }), csv(query(`${ROWS}.csv`, { filter: search.getAll("filter") }))),
    eventsTable({ filter: search.getAll("filter"), signal }),
  ];
}
