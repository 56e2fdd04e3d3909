// The one table: pages that follow when one scrolls or asks for more, rows that arrows walk and Enter opens.

import { button, el, fill } from "./dom.js";

// `columns`: [{name, label, cell(row), number, sort}]; `load(after, signal)` gives {rows, next}; `open(row)` what Enter and
// a click do: nothing, go somewhere, or give a node to unfold below the row. `empty` says why there is nothing.
const KEPT = 500; // of rows that come by themselves

export function table({ label, columns, load, open, empty, sort, onsort, signal, scrolls = false }) {
  const body = el("tbody");
  const state = el("p.state", { role: "status" });
  const more = button("More", () => next());
  let after = null;
  let busy = false;

  // Of numbers and times the highest come first, of names the lowest.
  const other = (column, dir) => (dir === "ascending" || (!dir && column.falling) ? `-${column.sort}` : column.sort);

  const head = el("tr", {}, columns.map((column) => {
    const dir = !column.sort ? undefined : sort === column.sort ? "ascending" : sort === `-${column.sort}` ? "descending" : undefined;
    const text = column.sort && onsort
      ? button(column.label + ({ ascending: " ↑", descending: " ↓" }[dir] || ""), () => onsort(other(column, dir)), ".plain")
      : column.label;
    return el(`th${column.number ? ".number" : ""}${column.kind === "less" ? ".less" : ""}`, { scope: "col", "aria-sort": dir }, text);
  }));

  function line(row, first) {
    const cells = columns.map((column) => el(`td${column.number ? ".number" : ""}${column.kind ? `.${column.kind}` : ""}`, { "data-label": column.label }, column.cell(row)));
    const tr = el("tr", { tabindex: first ? "0" : "-1" }, cells);
    if (open) tr.classList.add("opens");
    tr.addEventListener("click", (event) => {
      // Whoever marks text to copy it opens nothing.
      if (!event.target.closest("a, button") && getSelection().isCollapsed) unfold(tr, row);
    });
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
      tr.classList.remove("unfolded");
      return;
    }
    const content = await open(row);
    if (!(content instanceof Node)) return;
    tr.classList.add("unfolded");
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
      const isFirst = !body.children.length;
      body.append(...page.rows.map((row, index) => line(row, isFirst && !index)));
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
  const node = el(`div.table${scrolls ? ".scrolls" : ""}`, { tabindex: scrolls ? 0 : -1 }, el("table", {}, el("caption.hidden", {}, label), el("thead", {}, head), body), state, more);
  return {
    node,
    ready: first,
    prepend(rows) {
      body.prepend(...rows.map((row) => line(row, false)).reverse());
      while (body.children.length > KEPT) body.lastElementChild.remove();
      if (!body.querySelector("[tabindex='0']")) body.firstElementChild?.setAttribute("tabindex", "0");
      if (body.children.length) fill(state);
    },
  };
}
