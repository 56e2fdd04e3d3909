// @ts-check
// Filters as the API has them, `column:comparison:value`, and as people read them. Pure: its tests say what comes out.

/** @typedef {"text" | "choice" | "integer" | "number" | "instant" | "boolean" | "user"} Kind */
/** @typedef {{label: string, kind: Kind, nullable?: boolean, values?: boolean}} Described */

/** What a column of each kind can be compared by, the likeliest first. @type {Record<Kind, string[]>} */
export const COMPARISONS = {
  text: ["eq", "ne", "prefix", "not_prefix", "contains"],
  choice: ["eq", "ne"],
  integer: ["eq", "ne", "ge", "le"],
  number: ["ge", "le"],
  instant: ["ge", "le"],
  boolean: ["eq"],
  user: ["eq", "ne"],
};

/** @type {Record<string, string>} */
const WORDS = {
  eq: "is",
  ne: "is not",
  lt: "less than",
  le: "at most",
  gt: "more than",
  ge: "at least",
  in: "is one of",
  prefix: "begins with",
  not_prefix: "does not begin with",
  contains: "contains",
  empty: "is empty",
  some: "is not empty",
};
/** @type {Record<string, string>} */
const TIMES = { lt: "before", le: "until", gt: "after", ge: "since" };

/** @param {string} comparison @param {Kind} kind */
export const word = (comparison, kind) => (kind === "instant" && TIMES[comparison]) || WORDS[comparison] || comparison;

/** Which comparisons are offered for a column. @param {Described} column */
export const offered = (column) => [
  ...COMPARISONS[column.kind],
  ...(column.nullable || column.kind === "text" || column.kind === "choice" ? ["empty", "some"] : []),
];

/** Whether it wants a value. @param {string} comparison */
export const wantsValue = (comparison) => comparison !== "empty" && comparison !== "some";

/** The filter for a choice. @param {string} name @param {Described} column @param {string} comparison @param {string} value */
export function filterOf(name, column, comparison, value) {
  if (wantsValue(comparison)) return `${name}:${comparison}:${value}`;
  if (column.nullable) return `${name}:null:${comparison === "empty"}`;
  return `${name}:${comparison === "empty" ? "eq" : "ne"}:`;
}

/** @param {string} filter @returns {{name: string, comparison: string, value: string}} */
export function parse(filter) {
  const [name, comparison = "", ...rest] = filter.split(":");
  const value = rest.join(":");
  if (comparison === "null") return { name, comparison: value === "true" ? "empty" : "some", value: "" };
  if (value === "" && comparison === "eq") return { name, comparison: "empty", value };
  if (value === "" && comparison === "ne") return { name, comparison: "some", value };
  return { name, comparison, value };
}

/**
 * A filter in words: the column, how it is compared, and the value as `write` puts it.
 * @param {string} filter @param {Record<string, Described>} columns
 * @param {(kind: Kind, value: string) => string} write
 */
export function sentence(filter, columns, write = (_, value) => value) {
  const { name, comparison, value } = parse(filter);
  const column = columns[name] || { label: name, kind: "text" };
  const said = column.kind === "boolean" ? (value === "true" ? "yes" : "no") : write(column.kind, value);
  return [column.label, word(comparison, column.kind), wantsValue(comparison) ? said : ""].filter(Boolean).join(" ");
}

const MINUTE_MS = 60_000;
/** Ranges that end now, by how they are written in an address. @type {Record<string, {label: string, length: number}>} */
export const LAST = {
  "15m": { label: "Last 15 minutes", length: 15 * MINUTE_MS },
  "1h": { label: "Last hour", length: 60 * MINUTE_MS },
  "1d": { label: "Last day", length: 24 * 60 * MINUTE_MS },
  "7d": { label: "Last week", length: 7 * 24 * 60 * MINUTE_MS },
  "30d": { label: "Last 30 days", length: 30 * 24 * 60 * MINUTE_MS },
};

/**
 * The range an address names, as instants in milliseconds; `null` is no bound.
 * @param {URLSearchParams} search @param {string} fallback @param {number} now
 * @returns {{last: string, since: number | null, until: number | null}}
 */
export function rangeOf(search, fallback, now) {
  const bound = (/** @type {string} */ name) => {
    const time = Date.parse(search.get(name) || "");
    return Number.isNaN(time) ? null : time;
  };
  const [since, until] = [bound("since"), bound("until")];
  if (since !== null || until !== null) return { last: "between", since, until };
  const last = search.get("last") || fallback;
  if (!LAST[last]) return { last: "all", since: null, until: null };
  // To the minute, so that pages and counts that are asked for one after the other agree.
  return { last, since: Math.floor((now - LAST[last].length) / MINUTE_MS) * MINUTE_MS, until: null };
}

/** The filters for a range. @param {string} column @param {{since: number | null, until: number | null}} range */
export const rangeFilters = (column, { since, until }) => [
  ...(since === null ? [] : [`${column}:ge:${new Date(since).toISOString()}`]),
  ...(until === null ? [] : [`${column}:lt:${new Date(until).toISOString()}`]),
];

const STEPS_S = [10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400];

/** How many seconds a bar spans, so that there are at most `most`. @param {number} begin @param {number} end */
export function barSeconds(begin, end, most = 90) {
  const seconds = (end - begin) / 1000;
  return STEPS_S.find((step) => seconds / step <= most) || Math.ceil(seconds / most / 86_400) * 86_400;
}
