// @ts-check
// What is worth doing in a new installation; each step ticks itself, and all of it goes when it is done or hidden.

import { get, query } from "./api.js";
import { button, copy, el, fill, link } from "./dom.js";
import { icon } from "./icons.js";
import { choose, preference } from "./preferences.js";

const EVERY_MS = 10_000;
const TABLES = "/api/ops/tables";

const signUp = () =>
  `curl -i ${location.origin}/api/user/signup -H 'Content-Type: application/json' ` +
  `-d '{"username": "ada", "password": "a quiet harbour at dawn"}'`;

function command() {
  const place = el("div");
  return [
    el("code.secret", {}, signUp()),
    button("Copy", () => copy(signUp(), place)),
    " or ",
    link("create one here", "/ops/users?new=yes"),
    place,
  ];
}

/** @type {{label: string, how: () => any, table: string, filter: string[], more: number}[]} done with `more` such rows than one needs */
const STEPS = [
  { label: "Sign a test user up", how: command, table: "users", filter: ["is_operator:eq:false"], more: 0 },
  { label: "Make a token for a program", how: () => link("New token", "/ops/tokens?new=yes"), table: "access_tokens", filter: [], more: 0 },
  {
    label: "Add a second operator",
    how: () => link("Invite an operator", "/ops/invitations?new=operator"),
    table: "users",
    filter: ["is_operator:eq:true"],
    more: 1,
  },
];

/** Which steps are done: one row of each kind is enough to know. @param {boolean[]} known @param {AbortSignal} signal */
const look = (known, signal) =>
  Promise.all(
    STEPS.map(async ({ table, filter, more }, index) => {
      if (known[index]) return true;
      const page = await get(query(`${TABLES}/${table}/rows`, { filter, columns: "id", limit: more + 1 }), signal);
      return page.rows.length > more;
    }),
  );

/** Nothing, if all is done or was hidden. @param {AbortSignal} signal */
export async function firstSteps(signal) {
  if (preference("steps") === "hidden") return null;
  let done = await look([], signal).catch(() => STEPS.map(() => true)); // what cannot be known is not urged
  if (done.every(Boolean)) return null;
  const node = el("section.steps", { "aria-label": "First steps" });
  const list = el("ol");

  function draw() {
    fill(
      list,
      STEPS.map(({ label, how }, index) =>
        el(
          `li${done[index] ? ".done" : ""}`,
          {},
          el("span", {}, done[index] ? [icon("active", "done"), " "] : null, label),
          done[index] ? null : el("div", {}, how()),
        ),
      ),
    );
  }

  /** @type {number} */
  let timer;
  async function lookAgain() {
    const now = document.hidden ? done : await look(done, signal).catch(() => done);
    if (signal.aborted || !node.isConnected) return;
    if (now.join() !== done.join()) {
      done = now;
      draw();
    }
    if (!done.every(Boolean)) timer = setTimeout(lookAgain, EVERY_MS);
  }
  timer = setTimeout(lookAgain, EVERY_MS);
  signal.addEventListener("abort", () => clearTimeout(timer));

  const close = () => {
    choose("steps");
    clearTimeout(timer);
    node.remove();
  };
  draw();
  return fill(node, el("header", {}, el("h2", {}, "First steps"), button("Hide", close, ".plain")), list);
}
