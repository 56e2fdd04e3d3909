// @ts-check
import { get, query } from "./api.js";
import { el, fill } from "./dom.js";
import { nodeTable } from "./nodes.js";

export const name = "nodes";
export const title = "Nodes";
export const off = "Nothing is measured here: FRONTDESK_METRICS is off.";

const EVERY_MS = 5000;

export async function view({ signal }) {
  const place = el("div");
  const trouble = el("p.trouble", { role: "alert" });
  async function look() {
    const nodes = await get("/api/ops/nodes", signal);
    if (!place.contains(document.activeElement)) {
      fill(
        place,
        nodeTable(nodes, (node) => query("/ops/monitor", { node })),
      );
    }
  }
  await look();
  const timer = setInterval(
    () =>
      look().then(
        () => fill(trouble),
        (error) => {
          if (!signal.aborted) fill(trouble, error.message);
        },
      ),
    EVERY_MS,
  );
  signal.addEventListener("abort", () => clearInterval(timer));
  return [
    el("header", {}, el("h1", {}, title)),
    el(
      "p.hint",
      {},
      "The processes that serve this database, with their figures behind the name. One of them does for all what is done once.",
    ),
    trouble,
    place,
  ];
}
