// @ts-check
// The keys that do something, for who asks.

import { show } from "./dialog.js";
import { el } from "./dom.js";

const KEYS = [
  ["Ctrl-K or ⌘K", "Search: a button of this page, a view, an action, a user (also by an old name), an address, a request id"],
  ["/", "Into the search field, or the value of a filter"],
  ["↓ ↑ or j k, Home, End", "Along the rows; from the page, ↓ enters them"],
  ["Enter or Space", "Opens or unfolds the row"],
  ["Space, Shift-Space", "In a list with boxes: selects the row; all from the last one on. What to do with them: Ctrl-K"],
  ["Esc", "Folds it, leaves the field, closes the dialog, goes back"],
  ["← →", "In a chart: the values before and after, in all charts"],
  ["n p", "On the page of a request: the next one, the one before"],
  ["Alt-click", "On a value of a list: all but these"],
  ["?", "These keys"],
];

export function showKeys() {
  if (document.querySelector("dialog[open]")) return;
  show({
    title: "Keys",
    content: el(
      "dl.keys",
      {},
      KEYS.map(([key, does]) => el("div", {}, el("dt", {}, el("kbd", {}, key)), el("dd", {}, does))),
    ),
    closes: true,
  });
}
