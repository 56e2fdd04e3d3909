import { get } from "./api.js";
import { el, isolated } from "./dom.js";
import { table } from "./table.js";

export const name = "settings";
export const title = "Settings";

export function view({ signal }) {
  return [
    el("header", {}, el("h1", {}, title)),
    el("p", {}, "What is in effect in this process. Change the environment or .env, and restart."),
    table({
      label: "Settings", signal,
      columns: [
        { label: "Name", cell: (row) => el("code", {}, row.name) },
        { label: "Value", kind: "long", cell: (row) => isolated(row.value) },
        { label: "From", cell: (row) => row.source },
      ],
      load: async (_, stop) => ({ rows: await get("/api/ops/settings", stop), next: null }),
    }).node,
  ];
}
