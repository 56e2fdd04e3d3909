// @ts-check
// Filters stand in the address, so that what is shown can be shared: a range of time, and conditions on columns.

import { get, query } from "./api.js";
import { filterOf, LAST, offered, parse, rangeFilters, rangeOf, sentence, wantsValue, word } from "./conditions.js";
import { button, el, fill, isolated } from "./dom.js";
import { fromField, hourOf, instant, relation, toField } from "./format.js";
import { learn, nameOf } from "./names.js";
import { preference } from "./preferences.js";

/** @typedef {import("./conditions.js").Described} Described */
/**
 * What of a list can be filtered: its columns, the one that the range of time is about, the range unless another is chosen, and
 * where the API counts rows and values.
 * @typedef {{columns: Record<string, Described>, time?: string, fallback?: string, path: string, noun: string}} List
 */

/** The filters for the API that an address stands for. @param {List} list @param {URLSearchParams} search */
export function filtersOf(list, search) {
  const range = rangeOf(search, list.fallback || "all", Date.now());
  return [...search.getAll("filter"), ...(list.time ? rangeFilters(list.time, range) : [])];
}

/**
 * A range, chips for the conditions there are, a line to add one, and how many rows there are.
 * @param {List} list @param {any} context @param {string[]} filter as the API is asked
 */
export async function filters(list, { search, change, signal }, filter) {
  const active = search.getAll("filter");
  const users = active.map(parse).filter(({ name }) => list.columns[name]?.kind === "user");
  await learn(
    users.flatMap(({ value }) => value.split(",").map(Number)),
    signal,
  );
  const without = (/** @type {string} */ each) => change({ filter: active.filter((/** @type {string} */ other) => other !== each) });
  return el(
    "div.filters",
    { role: "search" },
    list.time ? range(list, search, change) : null,
    active.map((/** @type {string} */ each) => {
      const said = sentence(each, list.columns, written);
      return el(
        "span.chip",
        { title: each },
        isolated(said),
        button("×", () => without(each), ".plain", `Without: ${said}`),
      );
    }),
    adding(list, active, change, signal),
    active.length ? button("Clear", () => change({ filter: [] }), ".plain") : null,
    counted(list, filter, signal),
  );
}

/** @param {string} kind @param {string} value */
function written(kind, value) {
  if (kind === "user") return nameOf(Number(value)) || `user ${value}`;
  return kind === "instant" ? instant(value).textContent || value : value;
}

/** @param {List} list @param {URLSearchParams} search @param {any} change */
function range(list, search, change) {
  const now = Date.now();
  const chosen = rangeOf(search, list.fallback || "all", now);
  const options = [["all", "Any time"], ...Object.entries(LAST).map(([key, { label }]) => [key, label]), ["between", "Between …"]];
  const show = (/** @type {Event} */ event) => {
    event.preventDefault();
    const [since, until] = [iso(from.value), iso(to.value)];
    const isTurned = since && until && until < since;
    change({ last: "", since: isTurned ? until : since, until: isTurned ? since : until });
  };
  const bounds = el("form.between", { hidden: chosen.last !== "between", onsubmit: show });
  const field = (/** @type {string} */ label, /** @type {number | null} */ time) =>
    el("input", { type: "datetime-local", "aria-label": label, value: time === null ? undefined : toField(time) });
  const from = field("From", chosen.since ?? now - LAST["1h"].length);
  const to = field("Until", chosen.until ?? now);
  const iso = (/** @type {string} */ text) => (text ? new Date(fromField(text)).toISOString() : "");
  fill(bounds, from, " – ", to, zoneName(), el("button", { type: "submit" }, "Show"));
  const select = el(
    "select",
    {
      "aria-label": "Time",
      onchange: () => {
        bounds.hidden = select.value !== "between";
        if (select.value !== "between") change({ last: select.value, since: "", until: "" });
      },
    },
    options.map(([key, label]) => el("option", { value: key, selected: key === chosen.last }, label)),
  );
  return [select, bounds];
}

const zoneName = () => el("small", {}, preference("zone") === "UTC" ? "UTC" : "local time");

/** @param {List} list @param {string[]} active @param {any} change @param {AbortSignal} signal */
function adding(list, active, change, signal) {
  const values = el("datalist", { id: "values" });
  const names = Object.keys(list.columns);
  const column = el(
    "select",
    { "aria-label": "Column", onchange: () => choose() },
    names.map((name) => el("option", { value: name }, list.columns[name].label)),
  );
  const comparison = el("select", { "aria-label": "Comparison", onchange: () => place() });
  const value = el("span");
  /** @type {HTMLInputElement | HTMLSelectElement} */
  let input = el("input");

  function choose() {
    const described = list.columns[column.value];
    fill(
      comparison,
      offered(described).map((each) => el("option", { value: each }, word(each, described.kind))),
    );
    place();
  }

  function place() {
    const described = list.columns[column.value];
    input = field(described);
    fill(values);
    fill(value, wantsValue(comparison.value) ? input : null);
  }

  function field(described) {
    const attributes = { "aria-label": "Value", required: true, autocomplete: "off" };
    if (described.kind === "boolean") {
      return el(
        "select",
        attributes,
        [
          ["true", "yes"],
          ["false", "no"],
        ].map(([key, text]) => el("option", { value: key }, text)),
      );
    }
    if (described.kind === "instant") return el("input", { ...attributes, type: "datetime-local" });
    const isNumber = described.kind === "integer" || described.kind === "number";
    const made = el("input", {
      ...attributes,
      type: "search",
      placeholder: `${described.kind === "user" ? "Name or id" : "Value"}  /`,
      list: described.values ? "values" : undefined,
      pattern: isNumber ? "-?[0-9]+([.][0-9]+)?" : undefined,
      inputmode: isNumber ? "decimal" : undefined,
      title: isNumber ? "A number" : undefined,
    });
    if (described.values) made.addEventListener("focus", () => suggest(column.value), { once: true });
    return made;
  }

  // What there is, the most frequent first; if that takes too long, one types.
  async function suggest(name) {
    const found = await get(query(`${list.path}/values/${name}`, { limit: 100 }), signal).catch(() => []);
    fill(
      values,
      found
        .filter((each) => each.value !== "" && each.value !== null)
        .map((each) => el("option", { value: String(each.value) }, `${each.value} (${each.count})`)),
    );
  }

  async function submit(event) {
    event.preventDefault();
    const described = list.columns[column.value];
    let text = wantsValue(comparison.value) ? input.value.trim() : "";
    input.setCustomValidity?.("");
    if (described.kind === "instant" && text) text = new Date(fromField(text)).toISOString();
    if (described.kind === "user" && text && !/^\d+$/.test(text)) {
      const { rows } = await get(query("/api/ops/tables/users/rows", { filter: `username:eq:${text}`, columns: "id" }), signal);
      if (!rows.length) {
        input.setCustomValidity(`Nobody has the name “${text}”.`);
        input.addEventListener("input", () => input.setCustomValidity(""), { once: true });
        input.reportValidity();
        return;
      }
      text = String(rows[0].id);
    }
    change({ filter: [...new Set([...active, filterOf(column.value, described, comparison.value, text)])] });
  }

  choose();
  return el("form", { onsubmit: submit }, column, comparison, value, values, el("button", { type: "submit" }, "Filter"));
}

/** How many there are, which is told when it is known. @param {List} list @param {string[]} filter @param {AbortSignal} signal */
export function counted(list, filter, signal) {
  const node = el("span.count", { role: "status" });
  const ask = () =>
    get(query(`${list.path}/count`, { filter }), signal).then(
      (count) => fill(node, `${relation(count)} ${count.count === 1 ? list.noun.replace(/s$/, "") : list.noun}`),
      () => {}, // it is only not told
    );
  document.addEventListener("row-removed", ask, { signal });
  ask();
  return node;
}

/**
 * Makes values that filter by themselves: a click shows only these, an Alt-click all but these.
 * @param {any} context
 */
export const picker =
  ({ search, change }) =>
  (/** @type {string} */ column, /** @type {any} */ value, /** @type {any} */ content = undefined) => {
    if (value === null || value === undefined || value === "") return el("span.none", {}, "–");
    const pick = (/** @type {MouseEvent} */ event) => {
      const filter = `${column}:${event.altKey ? "ne" : "eq"}:${value}`;
      change({ filter: [...new Set([...search.getAll("filter"), filter])] });
    };
    const title = `${value}\nClick: only these. Alt-click: all but these.`;
    return el("button.value", { type: "button", tabindex: -1, title, onclick: pick }, content ?? isolated(value));
  };

/** What is said of an empty list, and what can be done about it. @param {string} text @param {any} context */
export const nothing = (text, { search, change }) =>
  search.has("filter") || search.has("last") || search.has("since")
    ? [text, " ", button("Clear filters", () => change({ filter: [], last: "all", since: "", until: "" }))]
    : text;

/** @param {string} text */
export const atHour = (text) => el("time", { datetime: text }, hourOf(text));
