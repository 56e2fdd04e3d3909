// @ts-check
import { get } from "./api.js";
import { el, isolated } from "./dom.js";
import { table } from "./table.js";

export const name = "settings";
export const title = "Settings";

export async function view({ signal }) {
  const settings = await get("/api/ops/settings", signal);
  const groups = [...new Set(settings.map((each) => each.group))];
  return [
    el("header", {}, el("h1", {}, title)),
    el("p", {}, "What is in effect in this process. Change the environment or .env, and restart."),
    groups.map((group) => [
      el("h2", {}, group),
      of(
        group,
        settings.filter((each) => each.group === group),
        signal,
      ),
    ]),
  ];
}

const of = (group, rows, signal) =>
  table({
    label: group,
    signal,
    columns: [
      { label: "Name", kind: "fixed", card: "first", cell: (row) => el("code", {}, row.name) },
      {
        label: "Value",
        kind: "long",
        card: "second",
        cell: (row) => (row.value ? isolated(row.value) : el("span.none", {}, `not set: ${row.unset}`)),
      },
      { label: "From", card: "end", cell: (row) => (row.source === "default" ? el("span.none", {}, "default") : row.source) },
      { label: "What for", kind: "long", card: "second", cell: (row) => row.meaning },
    ],
    load: async () => ({ rows, next: null }),
  }).node;
