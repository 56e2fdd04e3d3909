// @ts-check
import { get, query } from "./api.js";
import { csv, el, isolated, link, whole } from "./dom.js";
import { filters, filtersOf, nothing, picker } from "./filters.js";
import { instant } from "./format.js";
import { EVENTS } from "./lists.js";
import { named, who } from "./names.js";
import { table } from "./table.js";

export const name = "events";
export const title = "Events";

const ROWS = `${EVENTS.path}/rows`;
const SENTENCES = {
  renamed: ({ from, to }) => `from ${from} to ${to}`,
  login_refused: ({ reason, pseudonym }) => reason?.replaceAll("_", " ") ?? (pseudonym ? `nobody has the name ${pseudonym}` : ""),
  throttle_reset: ({ waits }) => `${waits} counts of attempts were forgotten`,
};

/** What is told of an event, in one line. */
export const told = ({ kind, details }) =>
  SENTENCES[kind]?.(details) ??
  Object.entries(details)
    .map(([key, each]) => `${key.replaceAll("_", " ")}: ${each}`)
    .join(", ");

export function detail(row) {
  const facts = {
    Address: isolated(row.address),
    Device: isolated(row.device || "–"),
    "User agent": isolated(row.user_agent || "–"),
    ...Object.fromEntries(Object.entries(row.details).map(([key, each]) => [key.replaceAll("_", " "), isolated(String(each))])),
    Position: String(row.position),
  };
  return el(
    "div",
    {},
    el(
      "dl.facts",
      {},
      Object.entries(facts).map(([label, content]) => el("div", {}, el("dt", {}, label), el("dd", {}, content))),
    ),
    link("What else came from this address", query("/ops/events", { filter: `address:eq:${row.address}` })),
  );
}

export async function view(context) {
  const { search, change, signal } = context;
  const filter = filtersOf(EVENTS, search);
  const sort = search.get("sort");
  const pick = picker(context);
  return [
    el("header", {}, el("h1", {}, title), await filters(EVENTS, context, filter), csv(query(`${ROWS}.csv`, { filter, sort }))),
    table({
      label: "Events",
      signal,
      sort,
      onsort: (by) => change({ sort: by }),
      open: detail,
      empty: nothing("Nothing that fits has happened.", context),
      columns: [
        { label: "When", sort: "at", falling: true, card: "end", cell: (row) => instant(row.at) },
        { label: "What", kind: "fixed", sort: "kind", card: "first", cell: (row) => pick("kind", row.kind) },
        { label: "Whom", card: "second", cell: (row) => who(row.user_id) },
        { label: "Operator", cell: (row) => who(row.actor_id) },
        { label: "Address", kind: "fixed", card: "last", cell: (row) => pick("address", row.address) },
        { label: "Details", kind: "wide", cell: (row) => whole(told(row)) },
        { label: "Position", number: true, kind: "less", sort: "position", falling: true, cell: (row) => String(row.position) },
      ],
      load: named((after, stop, limit) => get(query(ROWS, { filter, sort, after, limit }), stop), "user_id", "actor_id"),
    }).node,
  ];
}
