// @ts-check
// What a user did and what happened to them, events and requests in one list, of one day or of all.

import { get, query } from "./api.js";
import { button, el, isolated, whole } from "./dom.js";
import { picker } from "./filters.js";
import { fromField, instant, toField } from "./format.js";
import { EVENTS, REQUESTS } from "./lists.js";
import { merged } from "./merge.js";
import { learn, who } from "./names.js";
import { record } from "./record.js";
import { table } from "./table.js";
import { detail, told } from "./view-events.js";
import { NOT_OURS, status } from "./view-logs.js";
import { elsewhere } from "./view-sessions.js";

const DAY_MS = 86_400_000;

/** The day of this instant, in the zone that is shown: 2026-03-04. @param {number} time */
const dayOf = (time) => toField(time).slice(0, 10);

/** So many days after this one. @param {string} day @param {number} days */
const later = (day, days) => new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);

/** The first instants of this day and of the next. @param {string} day */
const boundsOf = (day) => [day, later(day, 1)].map((each) => new Date(fromField(`${each}T00:00`)).toISOString());

/** The day an address names, if it is one. @param {URLSearchParams} search */
function chosenDay(search) {
  const day = search.get("day") || "";
  return /^\d{4}-\d{2}-\d{2}$/.test(day) && !Number.isNaN(Date.parse(day)) ? day : "";
}

/** @param {any} user @param {string} day */
function sourcesOf(user, day) {
  const within = (/** @type {string} */ column) => {
    if (!day) return [];
    const [begin, end] = boundsOf(day);
    return [`${column}:ge:${begin}`, `${column}:lt:${end}`];
  };
  const events = (/** @type {string} */ column, /** @type {(row: any) => boolean} */ isMeant) => ({
    time: (/** @type {any} */ row) => Date.parse(row.at),
    load: async (/** @type {any} */ after, /** @type {any} */ signal, /** @type {any} */ limit) => {
      const asked = { filter: [`${column}:eq:${user.id}`, ...within("at")], sort: "-position", after, limit };
      const page = await get(query(`${EVENTS.path}/rows`, asked), signal);
      await learn(
        page.rows.flatMap((/** @type {any} */ row) => [row.user_id, row.actor_id]),
        signal,
      );
      return { ...page, rows: page.rows.filter(isMeant) };
    },
  });
  const requests = {
    time: (/** @type {any} */ row) => Date.parse(row.time),
    load: async (/** @type {any} */ after, /** @type {any} */ signal, /** @type {any} */ limit) => {
      const filter = [`user_id:eq:${user.id}`, ...within("time"), ...NOT_OURS];
      return get(query(REQUESTS.path, { filter, after, limit }), signal).catch((error) => {
        if (error.code === "not_found") return { rows: [], next: null }; // they are not recorded here
        throw error;
      });
    },
  };
  // What they did to others as an operator, also if they are none any more.
  const done = events("actor_id", (row) => row.user_id !== user.id);
  return { requests, all: [events("user_id", () => true), requests, done] };
}

/** @param {any} user @param {any} context */
export function timeline(user, context) {
  const { search, change, signal } = context;
  const day = chosenDay(search);
  const { requests, all } = sourcesOf(user, day);
  const isRequest = (/** @type {any} */ { source }) => source === requests;
  const [ofEvents, ofRequests] = ["/ops/events", "/ops/logs"].map((path) => picker(elsewhere(context, path)));
  const pick = (/** @type {any} */ entry) => (isRequest(entry) ? ofRequests : ofEvents);
  const what = (/** @type {any} */ entry) => {
    const { row } = entry;
    if (!isRequest(entry)) return pick(entry)("kind", row.kind);
    return [ofRequests("status", row.status, status(row)), " ", isolated(row.method)];
  };
  const details = (/** @type {any} */ entry) => {
    const { row } = entry;
    if (isRequest(entry)) return whole([row.query ? `${row.path}?${row.query}` : row.path, row.problem].filter(Boolean).join("  "));
    return row.user_id === user.id || row.user_id === null ? whole(told(row)) : [who(row.user_id), " ", whole(told(row))];
  };
  const today = dayOf(Date.now());
  const field = el("input", {
    type: "date",
    value: day,
    max: today,
    "aria-label": "Day",
    // While a year is typed, it is one of long ago.
    onchange: () => (field.value === "" || field.value >= "1970") && change({ day: field.value }),
  });
  const to = (/** @type {string} */ label, /** @type {string} */ text, /** @type {number} */ days) =>
    button(text, () => change({ day: later(day || today, days) }), "", label);
  const empty = day ? ["Nothing is on record of this day. ", button("All days", () => change({ day: "" }))] : "Nothing is on record.";
  return [
    el(
      "header.section",
      {},
      el("h2", {}, "Timeline"),
      to("Day before", "‹", -1),
      field,
      day && day < today ? to("Day after", "›", 1) : null,
      day === today ? null : button("Today", () => change({ day: today })),
      day ? button("All days", () => change({ day: "" })) : null,
    ),
    table({
      label: "Timeline",
      signal,
      empty,
      columns: [
        { label: "When", card: "end", cell: ({ row }) => instant(row.at || row.time) },
        { label: "What", kind: "fixed", card: "first", cell: what },
        { label: "Details", kind: "wide", card: "second", cell: details },
        { label: "Operator", cell: (entry) => (isRequest(entry) ? el("span.none", {}, "–") : who(entry.row.actor_id)) },
        { label: "Address", kind: "fixed", card: "last", cell: (entry) => pick(entry)("address", entry.row.address) },
      ],
      open: async (entry) => {
        const { row } = entry;
        if (!isRequest(entry)) return detail(row);
        const whole_ = await get(`/api/ops/logs/${row.id}`, signal);
        return record(whole_, query(`/ops/logs/${row.id}`, { filter: `user_id:eq:${user.id}` }));
      },
      load: merged(all, 30),
    }).node,
  ];
}
