import { ask, get, query } from "./api.js";
import { ask as askDialog, copyButton, show } from "./dialog.js";
import { button, csv, el, isolated, link, say } from "./dom.js";
import { instant, value } from "./format.js";
import { sessionsOf } from "./view-sessions.js";
import { eventsTable } from "./view-events.js";
import { table } from "./table.js";

export const name = "users";
export const title = "Users";

const ROWS = "/api/ops/tables/users/rows";
const KINDS = { all: [], operators: ["is_operator:eq:true"], disabled: ["disabled_at:null:false"] };
const PASSWORD = { label: "Password", type: "password", required: true, autocomplete: "new-password" };

export const view = (context) => (context.key ? one(context) : all(context));

function all({ search, turn, go, signal }) {
  const wanted = search.get("name") || "";
  const kind = KINDS[search.get("kind")] ? search.get("kind") : "all";
  const how = search.get("how") === "contains" ? "contains" : "prefix";
  const filter = [...KINDS[kind], ...(wanted ? [`username:${how}:${wanted}`] : [])];
  const find = el("input", { type: "search", value: wanted, "aria-label": "Name", placeholder: "Name  /", autocomplete: "off" });
  const choose = (name_, options, now) => el("select", { "aria-label": name_, onchange: (event) => turn({ name: wanted, kind, how, [name_.toLowerCase()]: event.target.value }) },
    options.map((each) => el("option", { value: each, selected: each === now }, each)));
  return [
    el("header", {}, el("h1", {}, title),
      el("form", { role: "search", onsubmit: (event) => { event.preventDefault(); turn({ name: find.value.trim(), kind, how }); } },
        choose("Kind", Object.keys(KINDS), kind), choose("How", ["prefix", "contains"], how), find),
      csv(query(`${ROWS}.csv`, { filter })), button("New user", () => create(go), ".primary")),
    table({
      label: "Users", signal,
      columns: [
        { label: "Name", kind: "wide", cell: (row) => link(isolated(row.username), `/ops/users/${row.id}`) },
        { label: "Id", number: true, cell: (row) => String(row.id) },
        { label: "Signed up", cell: (row) => instant(row.signup_time) },
        { label: "Disabled", cell: (row) => value("instant", row.disabled_at) },
        { label: "Operator", cell: (row) => value("boolean", row.is_operator) },
      ],
      load: (after, stop) => get(query(ROWS, { filter, after }), stop),
      open: (row) => go(`/ops/users/${row.id}`),
      empty: wanted ? `No name here ${how === "prefix" ? "begins with" : "has"} “${wanted}”.` : "Nobody has signed up yet.",
    }).node,
  ];
}

function create(go) {
  return askDialog({
    title: "New user", action: "Create",
    fields: { username: { label: "Name", required: true, maxlength: 100 }, password: PASSWORD },
    act: async (values) => {
      const user = await ask("POST", "/api/ops/users", values);
      say(`${user.username} was created.`);
      go(`/ops/users/${user.id}`);
      return user;
    },
  });
}

async function one({ key, go, signal, turn }) {
  const path = `/api/ops/users/${encodeURIComponent(key)}`;
  const user = await get(`${ROWS}/${encodeURIComponent(key)}`, signal);
  const again = () => turn({});

  const act = async (work, done) => {
    try {
      await work();
      say(done);
      again();
    } catch (error) {
      say(error.message);
    }
  };

  const edit = () => {
    let seen = user;
    return askDialog({
      title: `Change ${user.username}`, action: "Change",
      fields: {
        username: { label: "Name", value: user.username, required: true, maxlength: 100 },
        password: { label: "New password", type: "password", autocomplete: "new-password", help: "Leave it empty to keep the old one. A new one ends all sessions." },
      },
      act: async ({ username, password }) => {
        const changes = { version: seen.version };
        if (username !== seen.username) changes.username = username;
        if (password) changes.password = password;
        try {
          await ask("PATCH", path, changes);
        } catch (error) {
          if (error.code !== "edit_conflict") throw error;
          const now = await get(`${ROWS}/${key}`);
          const changed = Object.keys(now).filter((name_) => JSON.stringify(now[name_]) !== JSON.stringify(seen[name_]) && !["version", "username_key"].includes(name_));
          seen = now;
          throw new Error(`Somebody else changed this user meanwhile: ${changed.map((name_) => `${name_} is now ${now[name_]}`).join(", ") || "the password"}. Change again to go on with yours.`);
        }
        say("Changed.");
        again();
        return true;
      },
    });
  };

  const remove = () => askDialog({
    title: `Delete ${user.username}?`, dangerous: true, action: `Delete ${user.username}`,
    text: "The account, its sessions, and personal data in its events go for good. The name can be taken again; the id never.",
    fields: { name: { label: `Type ${user.username} to confirm`, required: true } },
    act: async (values) => {
      if (values.name !== user.username) throw new Error("This is another name.");
      const receipt = await ask("DELETE", path);
      say(`${user.username} was deleted, with ${receipt.sessions} sessions.`);
      go("/ops/users");
      return true;
    },
  });

  const resetCode = async () => {
    try {
      const made = await ask("POST", `${path}/reset-code`);
      show({
        title: `A code for ${user.username}`,
        text: "Hand it over; it is shown this once. Whoever has it can set a new password with it (POST /api/user/reset). It expires:",
        content: [el("p", {}, instant(made.expires)), el("p", {}, el("code.secret", {}, made.code)), copyButton(made.code)],
      });
    } catch (error) {
      say(error.message);
    }
  };

  const shut = Boolean(user.disabled_at);
  return [
    el("header", {}, el("h1", {}, isolated(user.username)),
      button("Change", edit, ".primary"),
      shut ? button("Enable", () => act(() => ask("POST", `${path}/enable`), "Enabled."))
        : button("Disable", () => askDialog({ title: `Disable ${user.username}?`, text: "All sessions and access keys end at once, and logins are refused.", action: `Disable ${user.username}`, dangerous: true, act: () => ask("POST", `${path}/disable`) }).then((done) => { if (done) { say(`${user.username} is disabled.`); again(); } })),
      user.is_operator ? button("Demote", () => askDialog({ title: `Demote ${user.username}?`, text: "Access keys and codes of this operator end at once. The account and its sessions stay.", action: `Demote ${user.username}`, dangerous: true, act: () => ask("POST", `${path}/demote`) }).then((done) => done && again())) : null,
      button("Reset code", resetCode),
      button("Delete", remove, ".dangerous")),
    el("dl.facts", {}, Object.entries({
      Id: String(user.id), "Signed up": instant(user.signup_time), Disabled: value("instant", user.disabled_at),
      Operator: value("boolean", user.is_operator), Version: String(user.version),
    }).map(([label, content]) => el("div", {}, el("dt", {}, label), el("dd", {}, content)))),
    el("p", {}, link("Requests of this user", query("/ops/logs", { filter: `user_id:eq:${user.id}` }))),
    el("h2", {}, "Sessions"),
    sessionsOf(user, { signal, done: again, go }),
    el("h2", {}, "What happened"),
    eventsTable({ filter: [`user_id:eq:${user.id}`], signal, limit: 20 }),
  ];
}
