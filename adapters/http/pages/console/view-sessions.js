// @ts-check
import { ask, get, query } from "./api.js";
import { ask as askDialog } from "./dialog.js";
import { button, csv, el, say } from "./dom.js";
import { filters, filtersOf, nothing, picker } from "./filters.js";
import { instant } from "./format.js";
import { badge } from "./icons.js";
import { SESSIONS } from "./lists.js";
import { manySessions } from "./many-sessions.js";
import { named, who } from "./names.js";
import { endOwnOthers } from "./own.js";
import { removed, rowOf, table } from "./table.js";

export const name = "sessions";
export const title = "Sessions";

const ROWS = `${SESSIONS.path}/rows`;

/**
 * @param {{filter: string[], context: any, sort?: string | null, onsort?: (by: string) => void, empty: any, ofOne?: boolean,
 *   select?: import("./selection.js").Selection}} options
 * `ofOne`: all are of one user, who need not be named in each row
 */
function sessions({ filter, context, sort, onsort, empty, select, ofOne = false }) {
  const isHere = (row) => row.id === context.me.session_id;
  const ending = (row) => button("End", (event) => end(row, rowOf(event), ofOne ? context.again : null));
  const pick = picker(context);
  /** @type {import("./table.js").Column[]} */
  const columns = [
    { label: "Id", number: true, kind: "less", sort: "id", falling: true, cell: (row) => String(row.id) },
    { label: "User", sort: "user_id", card: "first", cell: (row) => who(row.user_id) },
    { label: "Address", kind: "fixed", card: "second", cell: (row) => pick("address", row.address) },
    {
      label: "Device",
      kind: "wide",
      card: "second",
      cell: (row) =>
        pick(
          row.device ? "device" : "user_agent",
          row.device || row.user_agent,
          el("bdi", { title: row.user_agent }, row.device || row.user_agent),
        ),
    },
    { label: "Opened", kind: "less", cell: (row) => instant(row.created_at) },
    { label: "Last seen", card: "last", cell: (row) => instant(row.last_seen_at) },
    { label: "Expires", sort: "expires_at", falling: true, cell: (row) => instant(row.expires_at) },
    { label: "", card: "end", cell: (row) => (isHere(row) ? badge("you", "this one") : ending(row)) },
  ];
  return table({
    label: "Sessions",
    signal: context.signal,
    select,
    sort,
    onsort,
    empty,
    columns: columns.filter((column) => !ofOne || column.label !== "User"),
    load: named((after, stop, limit) => get(query(ROWS, { filter, sort, after, limit }), stop), "user_id"),
    open: ofOne ? undefined : (row) => context.go(`/ops/users/${row.user_id}`),
  }).node;
}

/** Ends it, and then takes its row away, or makes the page anew on which it is not the only list. */
async function end(row, tr, again) {
  const done = await askDialog({
    title: `End session ${row.id}?`,
    action: `End session ${row.id}`,
    dangerous: true,
    text: ["Of ", who(row.user_id), ` at ${row.address}, ${row.device || row.user_agent}. It is dead at once.`],
    act: async () => {
      await ask("DELETE", `/api/ops/users/${row.user_id}/sessions/${row.id}`);
      say(`Session ${row.id} has ended.`);
      return true;
    },
  });
  if (!done) return;
  if (again) again();
  else removed(tr);
}

export function sessionsOf(user, context) {
  const all = () =>
    askDialog({
      title: `End all sessions of ${user.username}?`,
      action: "End all",
      dangerous: true,
      act: async () => {
        const { ended } = await ask("DELETE", `/api/ops/users/${user.id}/sessions`);
        say(`${ended} sessions have ended.`);
        context.again();
        return true;
      },
    });
  return [
    sessions({ filter: [`user_id:eq:${user.id}`], context: elsewhere(context, "/ops/sessions"), empty: "Signed in nowhere.", ofOne: true }),
    user.id === context.me.user.id
      ? el(
          "p",
          {},
          button("End my other sessions", () => endOwnOthers(context.again)),
        )
      : el("p", {}, button("End all", all)),
  ];
}

/** On another page, a value that is clicked leads to the list that it filters. */
export const elsewhere = (context, path) => ({
  ...context,
  search: new URLSearchParams(),
  change: ({ filter }) => context.go(query(path, { filter })),
});

export async function view(context) {
  const { search, change } = context;
  const filter = filtersOf(SESSIONS, search);
  const sort = search.get("sort");
  const select = manySessions(filter, context);
  return [
    el("header", {}, el("h1", {}, title), await filters(SESSIONS, context, filter), csv(query(`${ROWS}.csv`, { filter, sort }))),
    select.bar,
    sessions({ filter, context, sort, onsort: (by) => change({ sort: by }), empty: nothing("No session fits.", context), select }),
  ];
}
