// @ts-check
import { ask, get, query } from "./api.js";
import { ask as askDialog, copyButton, show } from "./dialog.js";
import { button, csv, el, isolated, say } from "./dom.js";
import { instant } from "./format.js";
import { badge } from "./icons.js";
import { named, who } from "./names.js";
import { table } from "./table.js";

export const name = "invitations";
export const title = "Invitations";

const PATH = "/api/ops/invitations";

/** Whether it can be used, and if not, why. @param {any} row */
function stateOf(row) {
  if (row.revoked_at) return "revoked";
  if (row.used >= row.uses) return "used up";
  return Date.parse(row.expires_at) <= Date.now() ? "expired" : "open";
}

export function view({ search, again, signal }) {
  const create = () =>
    askDialog({
      title: "New invitation",
      action: "Create",
      fields: {
        note: { label: "For whom", maxlength: 200, help: "For operators; whoever is invited does not see it." },
        roles: { label: "Roles", help: "What each account gets: words with spaces between, as in: member editor" },
        uses: { label: "Uses", type: "number", value: "1", required: true },
        days: { label: "Days", type: "number", value: "7", required: true },
      },
      act: async ({ note, roles, uses, days }) => {
        const words = roles.split(/[\s,]+/).filter(Boolean);
        const made = await ask("POST", PATH, { note, roles: words, uses: Number(uses), days: Number(days) });
        again();
        show({
          title: "The code",
          text: "It is shown this once. Whoever signs up sends it as invitation.",
          content: [el("p", {}, el("code.secret", {}, made.code)), copyButton(made.code)],
        });
        return true;
      },
    });
  const inviteOperator = () =>
    askDialog({
      title: "Invite an operator",
      action: "Invite",
      text: "Operators may do everything here, to everybody's accounts.",
      fields: { note: { label: "For whom", maxlength: 200, help: "For operators; whoever is invited does not see it." } },
      act: async ({ note }) => {
        const made = await ask("POST", "/api/ops/operators/invitations", { note });
        again();
        const address = `${location.origin}/ops/set-up#${made.code}`;
        show({
          title: "The link",
          text: "It is shown this once. It works once, for 24 hours, as long as you are an operator and keep your password.",
          content: [el("p", {}, el("code.secret", {}, address)), copyButton(address)],
        });
        return true;
      },
    });
  const revoke = async (row) => {
    const done = await askDialog({
      title: "Revoke this invitation?",
      action: "Revoke it",
      dangerous: true,
      text: "Nobody can sign up with it any more. Who has, stays.",
      act: async () => {
        await ask("DELETE", `${PATH}/${row.id}`);
        say("It was revoked.");
        return true;
      },
    });
    if (done) again();
  };
  const wanted = search.get("new");
  if (wanted) {
    history.replaceState(history.state, "", location.pathname); // gone back to, it is only the list
    if (wanted === "operator") inviteOperator();
    else create();
  }
  const revoking = (row) => (stateOf(row) === "open" ? button("Revoke", () => revoke(row)) : null);
  return [
    el(
      "header",
      {},
      el("h1", {}, title),
      csv("/api/ops/tables/invitations/rows.csv"),
      button("Invite an operator", inviteOperator),
      button("New invitation", create, ".primary"),
    ),
    table({
      label: "Invitations",
      signal,
      columns: [
        { label: "For whom", kind: "wide", card: "first", cell: (row) => (row.note ? isolated(row.note) : `invitation ${row.id}`) },
        { label: "State", card: "second", cell: stateOf },
        { label: "Used", number: true, cell: (row) => `${row.used} of ${row.uses}` },
        {
          label: "To be",
          cell: (row) => (row.is_for_operator ? badge("operator", "operator") : row.roles.replaceAll(",", ", ") || "user"),
        },
        { label: "Operator", cell: (row) => (row.issuer_id ? who(row.issuer_id) : "command line") },
        { label: "Expires", card: "last", cell: (row) => instant(row.expires_at) },
        { label: "", card: "end", cell: revoking },
      ],
      load: named((after, stop, limit) => get(query(PATH, { after, limit }), stop), "issuer_id"),
      empty: ["Nobody is invited. ", button("Invite somebody", create)],
    }).node,
  ];
}
