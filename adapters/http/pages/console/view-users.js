// @ts-check
import { ask, get, query } from "./api.js";
import { ask as askDialog, copyButton, show } from "./dialog.js";
import { disable, disabledFact, enable } from "./disable.js";
import { button, csv, el, isolated, link, say } from "./dom.js";
import { filters, filtersOf, nothing } from "./filters.js";
import { instant } from "./format.js";
import { badge } from "./icons.js";
import { editLabels, labelFacts } from "./labels.js";
import { USERS } from "./lists.js";
import { manyUsers } from "./many.js";
import { table } from "./table.js";
import { throttleOf } from "./throttle.js";
import { eventsTable } from "./view-events.js";
import { elsewhere, sessionsOf } from "./view-sessions.js";

export const name = "users";
export const title = "Users";

const ROWS = `${USERS.path}/rows`;
const PASSWORD = { label: "Password", type: "password", required: true, autocomplete: "new-password" };

export const view = (context) => (context.key ? one(context) : all(context));

/** In which state an account is, as far as its row tells. */
const states = (row, me) => [
  row.disabled_at ? badge("disabled", "disabled") : null,
  row.is_operator ? badge("operator", "operator") : null,
  row.id === me.user.id ? badge("you", "you") : null,
];

async function all(context) {
  const { search, change, go, me, signal, again } = context;
  const wanted = search.get("name") || "";
  const how = search.get("how") === "contains" ? "contains" : "prefix";
  const filter = [...filtersOf(USERS, search), ...(wanted ? [`username:${how}:${wanted}`] : [])];
  const sort = search.get("sort");
  const find = el("input", { type: "search", value: wanted, "aria-label": "Name", placeholder: "Find by name  /", autocomplete: "off" });
  const begins = el(
    "select",
    { "aria-label": "How", onchange: () => change({ how: begins.value, name: find.value.trim() }) },
    [
      ["prefix", "begins with"],
      ["contains", "contains"],
    ].map(([key, text]) => el("option", { value: key, selected: key === how }, text)),
  );
  if (search.get("new")) {
    history.replaceState(history.state, "", location.pathname); // gone back to, it is only the list
    create(go);
  }
  const many = manyUsers(filter, again);
  const none = wanted ? `No name here ${how === "prefix" ? "begins with" : "has"} “${wanted}”.` : "Nobody fits.";
  return [
    el(
      "header",
      {},
      el("h1", {}, title),
      el(
        "form",
        {
          onsubmit: (event) => {
            event.preventDefault();
            change({ name: find.value.trim(), how });
          },
        },
        begins,
        find,
      ),
      await filters(USERS, context, filter),
      csv(query(`${ROWS}.csv`, { filter, sort })),
      button("New user", () => create(go), ".primary"),
    ),
    many.bar,
    table({
      label: "Users",
      select: many,
      signal,
      sort,
      onsort: (by) => change({ sort: by }),
      columns: [
        {
          label: "Name",
          kind: "wide",
          card: "first",
          sort: "username",
          cell: (row) => link(isolated(row.username), `/ops/users/${row.id}`),
        },
        { label: "State", kind: "fixed", card: "end", cell: (row) => states(row, me) },
        { label: "Id", number: true, sort: "id", falling: true, card: "second", cell: (row) => String(row.id) },
        { label: "Signed up", card: "last", cell: (row) => instant(row.signup_time) },
        { label: "Disabled", cell: (row) => instant(row.disabled_at) },
      ],
      load: (after, stop, limit) => get(query(ROWS, { filter, sort, after, limit }), stop),
      open: (row) => go(`/ops/users/${row.id}`),
      empty: nothing(none, context),
    }).node,
  ];
}

function create(go) {
  return askDialog({
    title: "New user",
    action: "Create",
    fields: { username: { label: "Name", required: true, maxlength: 100 }, password: PASSWORD },
    act: async (values) => {
      const user = await ask("POST", "/api/ops/users", values);
      say(`${user.username} was created.`);
      go(`/ops/users/${user.id}`);
      return user;
    },
  });
}

async function one(context) {
  const { key, go, me, again, signal } = context;
  const path = `/api/ops/users/${encodeURIComponent(key)}`;
  const user = await get(`${ROWS}/${encodeURIComponent(key)}`, signal);

  const edit = () => {
    let seen = user;
    return askDialog({
      title: `Change ${user.username}`,
      action: "Change",
      fields: {
        username: { label: "Name", value: user.username, required: true, maxlength: 100 },
        password: {
          label: "New password",
          type: "password",
          autocomplete: "new-password",
          help: "Leave it empty to keep the old one. A new one ends all sessions.",
        },
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
          const changed = Object.keys(now).filter(
            (name_) => JSON.stringify(now[name_]) !== JSON.stringify(seen[name_]) && !["version", "username_key"].includes(name_),
          );
          seen = now;
          const what =
            changed
              .map((name_) => `${name_} is now ${typeof now[name_] === "object" ? JSON.stringify(now[name_]) : now[name_]}`)
              .join(", ") || "the password";
          throw new Error(`Somebody else changed this user meanwhile: ${what}. Change again to go on with yours.`);
        }
        say("Changed.");
        again();
        return true;
      },
    });
  };

  const remove = () =>
    askDialog({
      title: `Delete ${user.username}?`,
      dangerous: true,
      action: `Delete ${user.username}`,
      text: "The account, its sessions, and personal data in its events go for good. The name can be taken again; the id never.",
      fields: { name: { label: `Type ${user.username} to confirm`, required: true } },
      act: async (values) => {
        if (values.name !== user.username) throw new Error("This is another name.");
        const receipt = await ask("DELETE", path);
        say(`${user.username} was deleted; ${receipt.sessions === 1 ? "1 session" : `${receipt.sessions} sessions`} ended.`);
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

  const promote = async () => {
    const done = await askDialog({
      title: `Make ${user.username} an operator?`,
      action: "Make operator",
      text: "Operators may do everything here, to everybody's accounts.",
      act: () => ask("POST", `${path}/promote`),
    });
    if (done) leave(`${user.username} is an operator.`);
  };
  const demote = async () => {
    const done = await askDialog({
      title: `Demote ${user.username}?`,
      action: `Demote ${user.username}`,
      dangerous: true,
      text: "Access keys and codes of this operator end at once. The account and its sessions stay.",
      act: () => ask("POST", `${path}/demote`),
    });
    if (done) leave(`${user.username} is no operator any more.`);
  };
  const leave = (said) => {
    say(said);
    again();
  };

  const facts = {
    Id: String(user.id),
    "Signed up": instant(user.signup_time),
    Disabled: await disabledFact(user, context),
    Version: String(user.version),
    ...labelFacts(user),
  };
  return [
    el(
      "header",
      {},
      el("h1", {}, isolated(user.username)),
      user.disabled_at ? null : badge("active", "active"),
      states(user, me),
      await throttleOf(user, context),
      el(
        "div.doing",
        {},
        button("Change", edit, ".primary"),
        button("Roles", () => editLabels(user, again)),
        user.disabled_at ? button("Enable", () => enable(user, again)) : button("Disable", () => disable(user, again)),
        user.is_operator ? button("Demote", demote) : button("Make operator", promote),
        button("Reset code", resetCode),
        button("Delete", remove, ".dangerous"),
      ),
    ),
    el(
      "dl.facts",
      {},
      Object.entries(facts)
        .filter(([, content]) => content !== null)
        .map(([label, content]) => el("div", {}, el("dt", {}, label), el("dd", {}, content))),
    ),
    el("p", {}, link("Requests of this user", query("/ops/logs", { filter: `user_id:eq:${user.id}`, last: "all" }))),
    el("h2", {}, "Sessions"),
    sessionsOf(user, context),
    el("h2", {}, "What happened"),
    eventsTable({
      filter: [`user_id:eq:${user.id}`],
      context: elsewhere(context, "/ops/events"),
      limit: 20,
      ofOne: true,
      empty: "Nothing is on record.",
    }),
  ];
}
