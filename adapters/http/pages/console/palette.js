// Ctrl-K: a view, or a user by the beginning of the name.

import { get, query } from "./api.js";
import { el, fill, isolated } from "./dom.js";

// What can be gone to without looking it up: an id of a user, an address, an id of a request.
function direct(wanted) {
  if (/^\d{1,15}$/.test(wanted)) return [{ kind: "User with the id", label: wanted, path: `/ops/users/${wanted}` }];
  if (/^[\d.]+\.[\d.]+$|^[0-9a-f:]*:[0-9a-f:]+$/i.test(wanted)) return [{ kind: "Sessions from", label: wanted, path: query("/ops/sessions", { filter: `address:eq:${wanted}` }) }];
  if (/^[\w-]{16}$/.test(wanted)) return [{ kind: "Request", label: wanted, path: query("/ops/logs", { filter: `request_id:eq:${wanted}` }) }];
  return [];
}

export function palette(views, go) {
  if (document.querySelector("dialog.palette")) return;
  const input = el("input", { type: "search", role: "combobox", "aria-expanded": "true", "aria-controls": "choices", "aria-label": "A view, or the beginning of a name", placeholder: "A view, a name, an id, an address or a request id", autocomplete: "off" });
  const list = el("ul", { id: "choices", role: "listbox", "aria-label": "Choices" });
  const dialog = el("dialog.palette", { "aria-label": "Search" }, input, list);
  let choices = [];
  let at = 0;
  let asked = new AbortController();

  function draw() {
    at = Math.max(0, Math.min(at, choices.length - 1));
    fill(list, choices.map((choice, index) => el("li", { id: `choice-${index}`, role: "option", "aria-selected": String(index === at), onclick: () => take(choice) },
      choice.kind, " ", isolated(choice.label))));
    if (choices.length) input.setAttribute("aria-activedescendant", `choice-${at}`);
    else input.removeAttribute("aria-activedescendant");
  }

  function take(choice) {
    dialog.close();
    if (choice) go(choice.path);
  }

  let soon;

  // Views at once; users a moment later, for a question a letter would be too many.
  function search() {
    asked.abort();
    clearTimeout(soon);
    const wanted = input.value.trim();
    const found = views.filter((view) => view.title.toLowerCase().includes(wanted.toLowerCase()));
    choices = found.map((view) => ({ kind: "Go to", label: view.title, path: `/ops/${view.name}` }));
    draw();
    if (wanted) soon = setTimeout(() => lookUp(wanted), 120);
  }

  async function lookUp(wanted) {
    asked = new AbortController();
    const { signal } = asked;
    const path = query("/api/ops/tables/users/rows", { filter: `username:prefix:${wanted}`, columns: "id,username", limit: 8 });
    const page = await get(path, signal).catch(() => ({ rows: [] }));
    if (signal.aborted) return;
    choices.push(...page.rows.map((row) => ({ kind: "User", label: row.username, path: `/ops/users/${row.id}` })), ...direct(wanted));
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
  dialog.addEventListener("close", () => { asked.abort(); clearTimeout(soon); dialog.remove(); });
  document.body.append(dialog);
  dialog.showModal();
  search();
}
