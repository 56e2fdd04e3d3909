import { ask, get, query } from "./api.js";
import { ask as askDialog } from "./dialog.js";
import { button, csv, el, isolated, say } from "./dom.js";
import { filters } from "./filters.js";
import { instant } from "./format.js";
import { named, who } from "./names.js";
import { table } from "./table.js";

export const name = "sessions";
export const title = "Sessions";

const ROWS = "/api/ops/tables/sessions/rows";
const COLUMNS = ["user_id", "address", "user_agent", "created_at", "last_seen_at", "expires_at", "id"];

function sessions({ filter, sort, onsort, signal, done, empty, go }) {
  return table({
    label: "Sessions", signal, sort, onsort, empty,
    columns: [
      { label: "Id", number: true, kind: "less", sort: "id", falling: true, cell: (row) => String(row.id) },
      { label: "User", cell: (row) => who(row.user_id) },
      { label: "Address", kind: "fixed", cell: (row) => isolated(row.address) },
      { label: "Device", kind: "wide", cell: (row) => el("span", { title: row.user_agent }, isolated(row.device || row.user_agent)) },
      { label: "Opened", kind: "less", cell: (row) => instant(row.created_at) },
      { label: "Last seen", cell: (row) => instant(row.last_seen_at) },
      { label: "Expires", sort: "expires_at", falling: true, cell: (row) => instant(row.expires_at) },
      { label: "", cell: (row) => button("End", () => end(row, done)) },
    ],
    load: named((after, stop) => get(query(ROWS, { filter, sort, after }), stop), "user_id"),
    open: (row) => go(`/ops/users/${row.user_id}`),
  }).node;
}

function end(row, done) {
  return askDialog({
    title: `End session ${row.id}?`, action: `End session ${row.id}`, dangerous: true,
    text: ["Of ", who(row.user_id), ` at ${row.address}, ${row.device || row.user_agent}. It is dead at once.`],
    act: async () => {
      await ask("DELETE", `/api/ops/users/${row.user_id}/sessions/${row.id}`);
      say(`Session ${row.id} has ended.`);
      done();
      return true;
    },
  }).then(() => undefined);
}

export function sessionsOf(user, { signal, done, go }) {
  const all = () => askDialog({
    title: `End all sessions of ${user.username}?`, action: "End all", dangerous: true,
    act: async () => {
      const { ended } = await ask("DELETE", `/api/ops/users/${user.id}/sessions`);
      say(`${ended} sessions have ended.`);
      done();
      return true;
    },
  });
  return [sessions({ filter: [`user_id:eq:${user.id}`], signal, done, go, empty: "Signed in nowhere." }), el("p", {}, button("End all", all))];
}

export function view({ search, turn, signal, go }) {
  const filter = search.getAll("filter");
  const sort = search.get("sort");
  return [
    el("header", {}, el("h1", {}, title), filters({ columns: COLUMNS, search, turn }), csv(query(`${ROWS}.csv`, { filter, sort }))),
    sessions({ filter, sort, onsort: (by) => turn({ filter, sort: by }), signal, done: () => turn({ filter, sort }), go, empty: "No session fits." }),
  ];
}
