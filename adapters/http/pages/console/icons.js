// @ts-check
// Small pictures that say in which state something is; each has a text for who does not see it.

import { el } from "./dom.js";

/** Outlines on a square of 16. @type {Record<string, string>} */
const PATHS = {
  operator: "M8 1.5 13.5 3.5V8c0 3.2-2.3 5.4-5.5 6.5C4.8 13.4 2.5 11.2 2.5 8V3.5zM5.5 8l2 2 3.5-4",
  disabled: "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM3.5 3.5l9 9",
  waits: "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM8 4.5V8l2.5 2",
  active: "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM5 8l2 2 4-4.5",
  refused: "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM5 8h6",
  failed: "M8 2 15 14H1zM8 6.5v3.5M8 12v.2",
  you: "M8 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2.5 14.5c.5-3 2.8-4.5 5.5-4.5s5 1.5 5.5 4.5",
};

/** @param {string} name @param {string} [label] without one it is only beside a text that says the same */
export const icon = (name, label) =>
  el(
    "svg.icon",
    { viewBox: "0 0 16 16", role: label ? "img" : undefined, "aria-hidden": label ? undefined : "true", "aria-label": label },
    label ? el("title", {}, label) : null,
    el("path", { d: PATHS[name] }),
  );

/** A state in a picture and words. @param {string} name @param {...any} content */
export const badge = (name, ...content) => el(`span.badge.${name}`, {}, icon(name), " ", ...content);
