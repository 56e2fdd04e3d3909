import { get, query } from "./api.js";
import { csv, el, link } from "./dom.js";
import { filters } from "./filters.js";
import { relation, value } from "./format.js";
import { table } from "./table.js";

export const name = "tables";
export const title = "Tables";

const path = (table_) => `/api/ops/tables/${encodeURIComponent(table_)}`;

export async function view(context) {
  const known = await get("/api/ops/tables", context.signal);
  const chosen = known.find((each) => each.name === context.key);
  return chosen ? rows(chosen, context) : list(known, context);
}

function list(known, { go, signal }) {
  return [
    el("header", {}, el("h1", {}, title)),
    table({
      label: "Tables", signal,
      columns: [
        { label: "Table", cell: (each) => link(each.name, `/ops/tables/${each.name}`) },
        { label: "Rows", number: true, cell: (each) => relation(each.rows) },
        { label: "Columns", kind: "long", cell: (each) => each.columns.map((column) => column.name).join(", ") },
      ],
      load: async () => ({ rows: known, next: null }),
      open: (each) => go(`/ops/tables/${each.name}`),
    }).node,
  ];
}

function rows(chosen, { search, turn, signal }) {
  const filter = search.getAll("filter");
  const sort = search.get("sort");
  const open = chosen.columns.filter((column) => !column.secret);
  return [
    el("header", {}, el("h1", {}, chosen.name), filters({ columns: open.map((column) => column.name), search, turn }),
      csv(query(`${path(chosen.name)}/rows.csv`, { filter, sort }))),
    el("details", {}, el("summary", {}, "Structure"), table({
      label: "Structure", signal,
      columns: [
        { label: "Column", cell: (column) => column.name },
        { label: "Kind", cell: (column) => column.kind },
        { label: "", cell: (column) => [column.key && "key", column.indexed && "indexed", column.nullable && "may be empty", column.writable && "writable", column.secret && "secret"].filter(Boolean).join(", ") },
        { label: "Refers to", cell: (column) => value("text", column.references) },
      ],
      load: async () => ({ rows: chosen.columns, next: null }),
    }).node),
    table({
      label: `Rows of ${chosen.name}`, signal, scrolls: true, sort, onsort: (by) => turn({ filter, sort: by }),
      columns: open.map((column) => ({
        label: column.name, sort: column.nullable ? undefined : column.name, number: ["integer", "number"].includes(column.kind),
        cell: (row) => value(column.kind, row[column.name]),
      })),
      load: (after, stop) => get(query(`${path(chosen.name)}/rows`, { filter, sort, after }), stop),
      empty: "No row fits.",
    }).node,
  ];
}
