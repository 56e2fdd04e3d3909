// @ts-check
import { ask, get, query } from "./api.js";
import { sentence } from "./conditions.js";
import { ask as askDialog } from "./dialog.js";
import { button, csv, el, fill, say, whole } from "./dom.js";
import { endpoints } from "./endpoints.js";
import { filters, filtersOf, nothing, picker } from "./filters.js";
import { instant, milliseconds, number, relation } from "./format.js";
import { histogram } from "./histogram.js";
import { icon } from "./icons.js";
import { REQUESTS } from "./lists.js";
import { learn, who } from "./names.js";
import { page, record } from "./record.js";
import { table } from "./table.js";

export const name = "logs";
export const title = "Logs";
export const off = "Requests are not recorded here: FRONTDESK_REQUEST_LOG is off.";

// What the console itself asks would hide what others do.
export const NOT_OURS = ["route:not_prefix:/api/ops", "route:not_prefix:/ops"];
const ICONS = { warning: "refused", error: "failed" };

export const status = (row) =>
  el(`span.status.${row.level}`, {}, ICONS[row.level] ? [icon(ICONS[row.level], ICONS[row.level]), " "] : null, String(row.status));

function requests({ load, context, sort, onsort }) {
  const pick = picker(context);
  const own = context.search.get("own");
  const address = (row) => query(`/ops/logs/${row.id}`, { filter: context.search.getAll("filter"), own });
  return table({
    label: "Requests",
    signal: context.signal,
    sort,
    onsort,
    load,
    open: async (row) => record(await get(`/api/ops/logs/${row.id}`), address(row)),
    empty: nothing("No request on record fits.", context),
    columns: [
      { label: "When", sort: "time", falling: true, card: "last", cell: (row) => instant(row.time) },
      { label: "Status", kind: "fixed", card: "first", cell: (row) => pick("status", row.status, status(row)) },
      { label: "Method", kind: "less", card: "first", cell: (row) => pick("method", row.method) },
      { label: "Path", kind: "wide", card: "first", cell: (row) => whole(row.query ? `${row.path}?${row.query}` : row.path) },
      { label: "Duration", number: true, sort: "duration_ms", falling: true, card: "end", cell: (row) => milliseconds(row.duration_ms) },
      { label: "Problem", kind: "fixed", card: "second", cell: (row) => pick("problem", row.problem) },
      { label: "User", card: "second", cell: (row) => who(row.user_id) },
      { label: "Address", kind: "less", cell: (row) => pick("address", row.address) },
      { label: "Node", kind: "less", cell: (row) => pick("node", row.node) },
    ],
  });
}

function follow(list, filter, signal) {
  const state = el("p.state", { role: "status" }, "Waiting for requests …");
  let seen;
  (async () => {
    while (!signal.aborted) {
      try {
        const found = await get(query("/api/ops/logs/tail", { filter, after: seen, wait: seen === undefined ? 0 : 5 }), signal);
        seen = found.next;
        await learn(
          found.rows.map((row) => row.user_id),
          signal,
        );
        list.prepend(found.rows);
        fill(state, "Live.");
      } catch (error) {
        if (signal.aborted) return;
        if (error.code === "not_found") {
          fill(state, off);
          return;
        }
        if (error.code === "invalid_query") seen = undefined; // The records were made anew.
        fill(state, `${error.message} Trying again …`);
        await new Promise((resolve) => setTimeout(resolve, 3000));
      }
    }
  })();
  return state;
}

/** Removing asks first, and says how many there are. */
async function forget(filter, again) {
  const count = await get(query("/api/ops/logs/count", { filter }));
  const many = `${relation(count)} ${count.count === 1 ? "record" : "records"}`;
  return askDialog({
    title: `Remove ${many}?`,
    action: `Remove ${many}`,
    dangerous: true,
    text: `All with: ${filter.map((each) => sentence(each, REQUESTS.columns)).join("; ")}. They cannot be brought back.`,
    act: async () => {
      const { forgotten } = await ask("DELETE", query("/api/ops/logs", { filter }));
      say(forgotten === 1 ? "1 record was removed." : `${number(forgotten)} records were removed.`);
      again();
      return true;
    },
  });
}

export async function view(context) {
  const { key, search, change, again, signal } = context;
  const ours = search.get("own") === "yes" ? [] : NOT_OURS;
  if (key) return page(key, [...search.getAll("filter"), ...ours], search, signal);
  const filter = [...filtersOf(REQUESTS, search), ...ours];
  const live = search.get("live") === "yes";
  const byEndpoint = search.get("by") === "endpoint" && !live;
  const lost = el("span");
  const header = el(
    "header",
    {},
    el("h1", {}, title),
    await filters(REQUESTS, context, filter),
    el("span.space"),
    button(byEndpoint ? "By request" : "By endpoint", () => change({ by: byEndpoint ? "" : "endpoint", sort: "", live: "" })),
    button(ours.length ? "Show the console's own" : "Hide the console's own", () => change({ own: ours.length ? "yes" : "" }), ".plain"),
    csv(query("/api/ops/logs/rows.csv", { filter, sort: live || byEndpoint ? undefined : search.get("sort") })),
    button(live ? "Stop" : "Live", () => change({ live: live ? "" : "yes", by: "" })),
    search.has("filter") && !live ? button("Remove", () => forget(filter, again), ".dangerous") : null,
  );
  if (byEndpoint) return [header, await histogram(filter, context), await endpoints(filter, context)];
  const sort = live ? null : search.get("sort");
  const list = requests({
    context,
    sort,
    onsort: live ? undefined : (by) => change({ sort: by }),
    load: async (after, stop, limit) => {
      const found = await get(query("/api/ops/logs", { filter, sort, after, limit }), stop);
      await learn(
        found.rows.map((row) => row.user_id),
        stop,
      );
      fill(lost, found.lost ? `${number(found.lost)} could not be recorded. ` : "");
      return found;
    },
  });
  const followed = [...search.getAll("filter"), ...ours];
  return [header, lost, live ? follow(list, followed, signal) : await histogram(filter, context), list.node];
}
