// @ts-check
// One line a node: how many workers of it are up, and what it does for all.

import { el, isolated } from "./dom.js";
import { instant } from "./format.js";

const HEADS = ["Node", "State", "Workers", "Version", "Started", "Last seen", "Does for all"];

/** @param {any[]} nodes @param {(node: string) => string} address where figures of one node are */
export function nodeTable(nodes, address) {
  const up = (node) => node.workers.filter((worker) => worker.state === "up");
  const latest = (node, key) =>
    node.workers
      .map((worker) => worker[key])
      .sort()
      .at(-1);
  const line = (node) =>
    el(
      "tr",
      {},
      el("th", { scope: "row" }, el("a", { href: address(node.node) }, isolated(node.node))),
      [
        el(`span.state.${node.state}`, {}, node.state),
        String(up(node).length),
        isolated(node.workers[0].version),
        instant(latest(node, "started")),
        instant(latest(node, "seen")),
        up(node)
          .flatMap((worker) => worker.leases)
          .join(", ") || "–",
      ].map((content, index) => el("td", { "data-label": HEADS[index + 1] }, content)),
    );
  return el(
    "table.nodes",
    {},
    el("caption", {}, "Nodes"),
    el(
      "thead",
      {},
      el(
        "tr",
        {},
        HEADS.map((label) => el("th", { scope: "col" }, label)),
      ),
    ),
    el("tbody", {}, nodes.map(line)),
  );
}
