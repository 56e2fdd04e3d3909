// @ts-check
import { ask, get, query } from "./api.js";
import { ask as askDialog, copyButton, show } from "./dialog.js";
import { button, csv, el, isolated, say } from "./dom.js";
import { instant, value } from "./format.js";
import { named, who } from "./names.js";
import { removed, rowOf, table } from "./table.js";

export const name = "tokens";
export const title = "Tokens";

// What each scope opens, in half a line.
const SCOPES = {
  "api.view": "the API document and the settings",
  "data.view": "tables, rows and events",
  "data.create": "creating users",
  "data.update": "changing, disabling and enabling users, reset codes",
  "data.delete": "deleting users, ending sessions",
  "log.view": "the request log",
  "log.delete": "removing logged requests",
  "metrics.view": "metrics and nodes",
  "token.view": "listing access tokens",
  "token.revoke": "revoking access tokens",
  "data.roles": "setting roles and metadata",
  "events.view": "following events",
};

// What programs are often for.
const PRESETS = {
  Monitoring: ["metrics.view"],
  Reading: ["api.view", "data.view", "log.view", "metrics.view", "events.view"],
  "An application": ["events.view", "data.roles"],
};

export function view({ me, search, again, signal }) {
  const create = () =>
    askDialog({
      title: "New access token",
      action: "Create",
      fields: {
        name: { label: "Name", required: true, maxlength: 60 },
        scopes: { label: "Scopes", choices: me.scopes, words: SCOPES, presets: PRESETS, value: ["data.view"] },
        days: { label: "Days", type: "number", value: "90", required: true },
      },
      act: async ({ name: label, scopes, days }) => {
        if (!scopes.length) throw new Error("Choose a scope.");
        const token = await ask("POST", "/api/ops/tokens", { name: label, scopes, days: Number(days) });
        again();
        show({
          title: "The access token",
          text: "It is shown this once. Send it as Authorization: Bearer TOKEN.",
          content: [el("p", {}, el("code.secret", {}, token.token)), copyButton(token.token)],
        });
        return true;
      },
    });
  const revoke = async (row, tr) => {
    const done = await askDialog({
      title: `Revoke ${row.name}?`,
      action: `Revoke ${row.name}`,
      dangerous: true,
      text: "The next request with it is refused.",
      act: async () => {
        await ask("DELETE", `/api/ops/tokens/${row.id}`);
        say(`${row.name} was revoked.`);
        return true;
      },
    });
    if (done && !removed(tr)) again();
  };
  if (search.get("new")) {
    history.replaceState(history.state, "", location.pathname); // gone back to, it is only the list
    create();
  }
  return [
    el("header", {}, el("h1", {}, title), csv("/api/ops/tables/access_tokens/rows.csv"), button("New token", create, ".primary")),
    table({
      label: "Access tokens",
      signal,
      columns: [
        { label: "Name", card: "first", cell: (row) => isolated(row.name) },
        { label: "Scopes", kind: "long", card: "second", cell: (row) => row.scopes },
        { label: "Operator", cell: (row) => who(row.user_id) },
        { label: "Last used", card: "last", cell: (row) => value("instant", row.last_used_at) },
        { label: "Expires", cell: (row) => instant(row.expires_at) },
        { label: "", card: "end", cell: (row) => button("Revoke", (event) => revoke(row, rowOf(event))) },
      ],
      load: named((after, stop, limit) => get(query("/api/ops/tokens", { after, limit }), stop), "user_id"),
      empty: ["No program has access. ", button("Make a token", create)],
    }).node,
  ];
}
