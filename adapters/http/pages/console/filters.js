// Filters stand in the address, so that what is shown can be shared.

import { button, el, isolated } from "./dom.js";

const COMPARISONS = ["eq", "ne", "lt", "le", "gt", "ge", "prefix", "not_prefix", "contains", "in", "null"];

// Chips for the filters there are, and a line to add one: column, comparison, value.
export function filters({ columns, search, turn, keep = {} }) {
  const active = search.getAll("filter");
  const others = () => ({ ...keep, sort: search.get("sort") });
  const column = el("select", { "aria-label": "Column" }, columns.map((name) => el("option", { value: name }, name)));
  const comparison = el("select", { "aria-label": "Comparison" }, COMPARISONS.map((name) => el("option", { value: name }, name)));
  const value = el("input", { type: "search", "aria-label": "Value", placeholder: "Value  /", autocomplete: "off" });
  return el("form.filters", {
    role: "search",
    onsubmit: (event) => {
      event.preventDefault();
      if (value.value || comparison.value === "eq") turn({ ...others(), filter: [...active, `${column.value}:${comparison.value}:${value.value}`] });
    },
  },
  active.map((filter) => el("span.chip", {}, isolated(filter),
    el("button.plain", { type: "button", "aria-label": `Without ${filter}`, onclick: () => turn({ ...others(), filter: active.filter((each) => each !== filter) }) }, "×"))),
  column, comparison, value, el("button", { type: "submit" }, "Filter"),
  active.length ? button("All", () => turn(others()), ".plain") : null);
}
