// @ts-check
// How values are written, and in which zone times are shown and typed.

import { el, isolated } from "./dom.js";
import { preference } from "./preferences.js";

const plain = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 1 });
const short = new Intl.NumberFormat("en-GB", { notation: "compact", maximumFractionDigits: 1 });
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NEAR_MS = 180 * DAY_MS; // within which the year goes without saying

/** @type {Record<string, Record<string, Intl.DateTimeFormat>>} */
const formats = {};

/** @param {"hours" | "days" | "near" | "far"} name @param {Date | number} date */
function written(name, date) {
  const zone = preference("zone");
  const timeZone = zone === "UTC" ? "UTC" : undefined;
  formats[zone] ??= {
    hours: new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone }),
    days: new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone }),
    near: new Intl.DateTimeFormat("en-GB", {
      day: "numeric",
      month: "short",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      timeZone,
    }),
    far: new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short", timeZone }),
  };
  return formats[zone][name].format(date);
}

/** @param {number | null | undefined} value */
export const number = (value) => (value === null || value === undefined ? "–" : plain.format(value));
/** @param {number} value */
export const compact = (value) => short.format(value);

/** @param {number | null | undefined} value */
export function bytes(value) {
  if (value === null || value === undefined) return "–";
  const units = ["B", "KiB", "MiB", "GiB"];
  let unit = 0;
  let left = value;
  while (left >= 1024 && unit < units.length - 1) {
    left /= 1024;
    unit += 1;
  }
  return `${plain.format(left)} ${units[unit]}`;
}

/** @param {number | null | undefined} value */
export const milliseconds = (value) => (value === null || value === undefined ? "–" : `${plain.format(value)} ms`);

/** A duration that is known only to within a step. @param {number | null | undefined} value */
export const atMost = (value) => (value === null || value === undefined ? "–" : `≤ ${duration(value)}`);

/** @param {number} value in milliseconds */
export function duration(value) {
  if (value >= 1000) return `${plain.format(value / 1000)} s`;
  return `${value >= 10 ? Math.round(value) : plain.format(value)} ms`;
}

/** How long something has lasted, in its largest unit. @param {number} milliseconds_ */
export function span(milliseconds_) {
  const minutes = Math.max(0, Math.floor(milliseconds_ / 60_000));
  if (minutes < 60) return `${minutes} min`;
  return minutes < 2 * 1440 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1440)} days`;
}

/** Of how many. @param {number} part @param {number} of */
export const share = (part, of) => (part ? `${plain.format((100 * part) / of)} %` : "–");

/** How far the zone that is shown is ahead of UTC at this instant, in milliseconds. @param {number} instant_ */
export const zoneOffset = (instant_) => (preference("zone") === "UTC" ? 0 : -new Date(instant_).getTimezoneOffset() * 60_000);

/** A mark of an axis whose marks are so many milliseconds apart. @param {number} time @param {number} step */
export function clock(time, step) {
  const wall = time + zoneOffset(time);
  return step >= DAY_MS || (wall % DAY_MS === 0 && step >= HOUR_MS) ? written("days", time) : written("hours", time);
}

/** A time in a range so long: with its day, if that is more than one. @param {number} time @param {number} range */
export const moment = (time, range) => (range > DAY_MS ? `${written("days", time)}, ${written("hours", time)}` : written("hours", time));

/** A time of the day. @param {string} text in RFC 3339 */
export const hourOf = (text) => written("hours", new Date(text));

/** @param {string | null | undefined} text in RFC 3339 */
export function instant(text) {
  if (!text) return el("span.none", {}, "–");
  const date = new Date(text);
  const isNear = Math.abs(Date.now() - date.getTime()) < NEAR_MS;
  return el("time", { datetime: text, title: `${written("far", date)}; ${text}` }, written(isNear ? "near" : "far", date));
}

/** What a field for a time has in it. @param {number} time */
export const toField = (time) => new Date(time + zoneOffset(time)).toISOString().slice(0, 16);

/** The instant that was typed, in the zone that is shown; not a number, if it is none. @param {string} text */
export const fromField = (text) => new Date(preference("zone") === "UTC" ? `${text}Z` : text).getTime();

/** A cell for a value of whatever kind. @param {string} kind @param {any} data */
export function value(kind, data) {
  if (data === null || data === undefined) return el("span.none", {}, "–");
  if (kind === "instant") return instant(data);
  if (kind === "boolean") return data ? "yes" : "no";
  if (typeof data === "object") return isolated(JSON.stringify(data));
  return typeof data === "number" ? String(data) : isolated(data);
}

/** @param {{count: number, relation: string}} count */
export const relation = (count) =>
  `${count.relation === "at_most" ? "up to " : ""}${plain.format(count.count)}${count.relation === "at_least" ? "+" : ""}`;
