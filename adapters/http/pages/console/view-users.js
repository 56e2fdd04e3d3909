// @ts-check
import { ask, get, query } from "./api.js";
import { ask as askDialog } from "./dialog.js";
import { button, csv, el, isolated, link, say } from "./dom.js";
import { filters, filtersOf, nothing, picker } from "./filters.js";
import { instant } from "./format.js";
import { USERS } from "./lists.js";
import { manyUsers } from "./many.js";
import { table } from "./table.js";
import { states, userPage } from "./user-page.js";

export const name = "users";
export const title = "Users";

const ROWS = `${USERS.path}/rows`;
const PASSWORD = { label: "Password", type: "password", required: true, autocomplete: "new-password" };

export const view = (context) => (context.key ? userPage(context) : all(context));

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
  const pick = picker(context);
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
        { label: "Signed up", sort: "signup_time", falling: true, card: "last", cell: (row) => instant(row.signup_time) },
        { label: "From", kind: "fixed", cell: (row) => pick("signup_address", row.signup_address) },
        { label: "Last used", kind: "less", cell: (row) => instant(row.last_used_at) },
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
