// The one table: pages that follow when one scrolls or asks for more, rows that arrows walk and Enter opens.

import { button, el, fill } from "./dom.js";

// `columns`: [{name, label, cell(row), number, sort}]; `load(after, signal)` gives {rows, next}; `open(row)` what Enter and
// a click do: nothing, go somewhere, or give a node to unfold below the row. `empty` says why there is nothing.
export function table({ label, columns, load, open, empty, sort, onsort, signal }) {
  const body = el("tbody");
  const state = el("p.state", { role: "status" });
  const more = button("More", () => next());
  let after = null;
  let busy = false;

  const head = el("tr", {}, columns.map((column) => {
    const dir = sort === column.sort ? "ascending" : sort === `-${column.sort}` ? "descending" : undefined;
    const text = column.sort && onsort
      ? button(column.label + ({ ascending: " ↑", descending: " ↓" }[dir] || ""), () => onsort(dir === "ascending" ? `-${column.sort}` : column.sort), ".plain")
      : column.label;
    return el(`th${column.number ? ".number" : ""}`, { scope: "col", "aria-sort": dir }, text);
  }));

  function line(row) {
    const cells = columns.map((column) => el(`td${column.number ? ".number" : ""}`, { "data-label": column.label }, column.cell(row)));
    const tr = el("tr", { tabindex: body.children.length || !open ? "-1" : "0" }, cells);
    if (open) tr.classList.add("opens");
    tr.addEventListener("click", (event) => { if (!event.target.closest("a, button")) unfold(tr, row); });
    tr.addEventListener("keydown", (event) => {
      if (event.target !== tr) return;
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); unfold(tr, row); }
    });
    return tr;
  }

  async function unfold(tr, row) {
    if (!open) return;
    if (tr.nextElementSibling?.classList.contains("detail")) {
      tr.nextElementSibling.remove();
      tr.removeAttribute("aria-expanded");
      return;
    }
    const content = await open(row);
    if (!(content instanceof Node)) return;
    tr.setAttribute("aria-expanded", "true");
    tr.after(el("tr.detail", {}, el("td", { colspan: columns.length }, content)));
  }

  body.addEventListener("keydown", (event) => {
    const rows = [...body.querySelectorAll(":scope > tr:not(.detail)")];
    const at = rows.indexOf(event.target);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, j: at + 1, k: at - 1, Home: 0, End: rows.length - 1 }[event.key];
    if (at < 0 || to === undefined || !rows[to]) return;
    event.preventDefault();
    rows[at].tabIndex = -1;
    rows[to].tabIndex = 0;
    rows[to].focus();
  });

  async function next() {
    if (busy) return;
    busy = true;
    more.hidden = true;
    fill(state, "Loading …");
    try {
      const page = await load(after, signal);
      if (signal?.aborted) return;
      body.append(...page.rows.map(line));
      after = page.next;
      more.hidden = after === null;
      fill(state, body.children.length ? "" : empty || "There is nothing here.");
    } catch (error) {
      if (error.name === "AbortError") return;
      fill(state, `${error.message} `, button("Try again", () => next()));
    } finally {
      busy = false;
    }
  }

  const watch = new IntersectionObserver(([entry]) => { if (entry.isIntersecting && !more.hidden) next(); }, { rootMargin: "400px" });
  watch.observe(more);
  signal?.addEventListener("abort", () => watch.disconnect());
  const first = next();
  const node = el("div.table", {}, el("table", {}, el("caption.hidden", {}, label), el("thead", {}, head), body), state, more);
  return {
    node,
    ready: first,
    prepend(rows) {
      body.prepend(...rows.map(line).reverse());
      if (body.children.length) fill(state);
    },
  };
}
