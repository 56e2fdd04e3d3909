// @ts-check
// Ctrl-K: something to do here, a view, a user by the beginning of a name of today or before, what an id or an address leads to.

import { get, query } from "./api.js";
import { el, fill, isolated } from "./dom.js";
import { learn, nameOf } from "./names.js";

/** @typedef {{kind: string, label: string, path?: string, act?: () => void}} Choice */

const SOON_MS = 120; // after the last letter: a question a letter would be too many

/** What can be gone to without looking it up. @param {string} wanted @returns {Choice[]} */
function direct(wanted) {
  if (/^\d{1,15}$/.test(wanted)) return [{ kind: "User with the id", label: wanted, path: `/ops/users/${wanted}` }];
  if (/^[\d.]+\.[\d.]+$|^[0-9a-f:]*:[0-9a-f:]+$/i.test(wanted)) {
    return [
      ["Sessions from", "sessions", "address"],
      ["Users signed up from", "users", "signup_address"],
      ["Events from", "events", "address"],
      ["Requests from", "logs", "address"],
    ].map(([kind, view, column]) => ({ kind, label: wanted, path: query(`/ops/${view}`, { filter: `${column}:eq:${wanted}` }) }));
  }
  if (/^[\w-]{16}$/.test(wanted)) {
    return [{ kind: "Request", label: wanted, path: query("/ops/logs", { filter: `request_id:eq:${wanted}`, last: "all", own: "yes" }) }];
  }
  return [];
}

/** Users whose names began like this once. @param {string} wanted @param {AbortSignal} signal @returns {Promise<Choice[]>} */
async function renamed(wanted, signal) {
  const filter = ["kind:eq:renamed", `details:contains:"from": ${JSON.stringify(wanted).slice(0, -1)}`];
  const columns = "position,user_id,details";
  const { rows } = await get(query("/api/ops/tables/events/rows", { filter, columns, sort: "-position", limit: 8 }), signal);
  await learn(
    rows.map((row) => row.user_id),
    signal,
  );
  return rows
    .filter((row) => row.user_id !== null)
    .map(({ user_id: id, details }) => ({ kind: `Was ${details.from}`, label: nameOf(id) || `user ${id}`, path: `/ops/users/${id}` }));
}

/** @param {Choice[]} known what can be chosen by its words @param {(path: string) => void} go */
export function palette(known, go) {
  if (document.querySelector("dialog[open]")) return;
  const input = el("input", {
    type: "search",
    role: "combobox",
    "aria-expanded": "true",
    "aria-controls": "choices",
    autocomplete: "off",
    "aria-label": "A view, an action, or the beginning of a name",
    placeholder: "A view, an action, a name, an id, an address or a request id",
  });
  const list = el("ul", { id: "choices", role: "listbox", "aria-label": "Choices" });
  const dialog = el("dialog.palette", { "aria-label": "Search" }, input, list);
  /** @type {Choice[]} */
  let choices = [];
  let at = 0;
  let asked = new AbortController();
  let soon;

  function draw() {
    at = Math.max(0, Math.min(at, choices.length - 1));
    fill(
      list,
      choices.map((choice, index) =>
        el(
          "li",
          { id: `choice-${index}`, role: "option", "aria-selected": String(index === at), onclick: () => take(choice) },
          el("small", {}, choice.kind),
          " ",
          isolated(choice.label),
        ),
      ),
    );
    list.children[at]?.scrollIntoView({ block: "nearest" });
    if (choices.length) input.setAttribute("aria-activedescendant", `choice-${at}`);
    else input.removeAttribute("aria-activedescendant");
  }

  /** @param {Choice | undefined} choice */
  function take(choice) {
    dialog.close();
    if (choice?.act) choice.act();
    else if (choice?.path) go(choice.path);
  }

  // What is known at once; users a moment later.
  function search() {
    asked.abort();
    clearTimeout(soon);
    const wanted = input.value.trim();
    const words = wanted.toLowerCase();
    choices = known.filter((each) => `${each.kind} ${each.label}`.toLowerCase().includes(words));
    draw();
    if (wanted) soon = setTimeout(() => lookUp(wanted), SOON_MS);
  }

  /** @param {string} wanted */
  async function lookUp(wanted) {
    asked = new AbortController();
    const { signal } = asked;
    const path = query("/api/ops/tables/users/rows", { filter: `username:prefix:${wanted}`, columns: "id,username", limit: 8 });
    const page = await get(path, signal).catch(() => ({ rows: [] }));
    if (signal.aborted) return;
    choices.push(...page.rows.map((row) => ({ kind: "User", label: row.username, path: `/ops/users/${row.id}` })), ...direct(wanted));
    draw();
    choices.push(...(await renamed(wanted, signal).catch(() => [])));
    if (signal.aborted) return;
    draw();
    if (!choices.length) fill(list, el("li.none", { role: "option", "aria-disabled": "true" }, "Nothing has this name, id or address."));
  }

  input.addEventListener("input", search);
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      at += event.key === "ArrowDown" ? 1 : -1;
      draw();
    } else if (event.key === "Enter") {
      event.preventDefault();
      take(choices[at]);
    }
  });
  dialog.addEventListener("close", () => {
    asked.abort();
    clearTimeout(soon);
    dialog.remove();
  });
  document.body.append(dialog);
  dialog.showModal();
  search();
}
