// @ts-check
import { get, query } from "./api.js";
import { csv, el, isolated, link } from "./dom.js";
import { filters, filtersOf, nothing } from "./filters.js";
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
      label: "Tables",
      signal,
      columns: [
        { label: "Table", card: "first", cell: (each) => link(each.name, `/ops/tables/${each.name}`) },
        { label: "Rows", number: true, card: "end", cell: (each) => relation(each.rows) },
        { label: "Columns", kind: "long", card: "second", cell: (each) => each.columns.map((column) => column.name).join(", ") },
      ],
      load: async () => ({ rows: known, next: null }),
      open: (each) => go(`/ops/tables/${each.name}`),
    }).node,
  ];
}

const KINDS = { json: "text", bytes: "text" };

/** What it refers to can be gone to. */
function cell(column, row) {
  const data = row[column.name];
  if (!column.references || data === null) return value(column.kind, data);
  const [table_, key] = column.references.split(".");
  const href = table_ === "users" ? `/ops/users/${data}` : query(`/ops/tables/${table_}`, { filter: `${key}:eq:${data}` });
  return link(String(data), href);
}

async function rows(chosen, context) {
  const { search, change, signal } = context;
  const open = chosen.columns.filter((column) => !column.secret);
  const described = open.map((column) => [
    column.name,
    {
      label: column.name,
      kind: KINDS[column.kind] || column.kind,
      nullable: column.nullable,
      values: column.kind === "text",
    },
  ]);
  /** @type {import("./filters.js").List} */
  const listed = { path: path(chosen.name), noun: "rows", columns: Object.fromEntries(described) };
  const filter = filtersOf(listed, search);
  const sort = search.get("sort");
  const detail = (row) =>
    el(
      "dl.facts.stacked",
      {},
      open.map((column) => el("div", {}, el("dt", {}, column.name), el("dd", {}, cell(column, row)))),
    );
  return [
    el(
      "header",
      {},
      el("h1", {}, chosen.name),
      await filters(listed, context, filter),
      csv(query(`${path(chosen.name)}/rows.csv`, { filter, sort })),
    ),
    el("details", {}, el("summary", {}, "Structure"), structure(chosen, signal)),
    table({
      label: `Rows of ${chosen.name}`,
      signal,
      scrolls: true,
      sort,
      onsort: (by) => change({ sort: by }),
      columns: open.map((column) => ({
        label: column.name,
        sort: column.nullable ? undefined : column.name,
        number: ["integer", "number"].includes(column.kind),
        kind: ["json", "text"].includes(column.kind) ? "cut" : undefined,
        cell: (row) => cell(column, row),
      })),
      load: (after, stop, limit) => get(query(`${path(chosen.name)}/rows`, { filter, sort, after, limit }), stop),
      open: detail,
      empty: nothing("No row fits.", context),
    }).node,
  ];
}

const structure = (chosen, signal) =>
  table({
    label: "Structure",
    signal,
    columns: [
      { label: "Column", cell: (column) => isolated(column.name) },
      { label: "Kind", cell: (column) => column.kind },
      { label: "Is", cell: (column) => traits(column).join(", ") || "–" },
      {
        label: "Refers to",
        cell: (column) => (column.references ? link(column.references, `/ops/tables/${column.references.split(".")[0]}`) : "–"),
      },
    ],
    load: async () => ({ rows: chosen.columns, next: null }),
  }).node;

const traits = (column) =>
  [
    column.key && "key",
    column.indexed && "indexed",
    column.nullable && "may be empty",
    column.writable && "writable",
    column.secret && "secret",
  ].filter(Boolean);
