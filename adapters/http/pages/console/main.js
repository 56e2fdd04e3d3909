// @ts-check
// The frame: which view, who one is, and the keys that work everywhere.

import { actionsOf } from "./actions.js";
import { changed, decoded } from "./address.js";
import { arrange, get, plainly } from "./api.js";
import { ask as askDialog } from "./dialog.js";
import { button, el, fill, link, say } from "./dom.js";
import { instant, span } from "./format.js";
import { showKeys } from "./keys.js";
import { forgetNames } from "./names.js";
import { palette } from "./palette.js";
import { arrive, makeFor, note } from "./place.js";
import { choose, preference } from "./preferences.js";
import { PRESETS } from "./presets.js";
import { settled } from "./table.js";
import * as events from "./view-events.js";
import * as invitations from "./view-invitations.js";
import * as login from "./view-login.js";
import * as logs from "./view-logs.js";
import * as monitor from "./view-monitor.js";
import * as nodes from "./view-nodes.js";
import * as sessions from "./view-sessions.js";
import * as setUp from "./view-set-up.js";
import * as settings from "./view-settings.js";
import * as tables from "./view-tables.js";
import * as tokens from "./view-tokens.js";
import * as users from "./view-users.js";

/** @typedef {{name: string, title: string, off?: string, view: (context: any) => any}} View */

/** @type {View[]} */
const VIEWS = [monitor, users, sessions, events, logs, tables, invitations, tokens, nodes, settings];
/** @type {View[]} */
const OPEN = [login, setUp];
const THEMES = { system: "Theme: system", light: "Theme: light", dark: "Theme: dark" };
const ZONES = { local: "Times: local", UTC: "Times: UTC" };

const main = /** @type {HTMLElement} */ (document.getElementById("view"));
const nav = /** @type {HTMLElement} */ (document.getElementById("nav"));
const about = /** @type {HTMLElement} */ (document.getElementById("about"));
let me = null;
let leaving = new AbortController();

/** @param {string} path */
export function go(path) {
  note();
  const focused = path.split("?")[0] === location.pathname ? labelOf(document.activeElement) : "";
  // What is shown already needs no second entry: back leads to where one came from.
  const isHere = path === location.pathname + location.search;
  if (!isHere) history.pushState(null, "", path);
  makeFor(isHere ? history.state : null);
  show(focused);
}

// What one finds a button or field by, when the view it is in is made anew.
const labelOf = (element) =>
  main.contains(element) && element !== main ? (element.getAttribute("aria-label") || element.textContent).replace(/ [↑↓]$/, "") : "";

const viewNamed = (name) => [...VIEWS, ...OPEN].find((each) => each.name === (name || monitor.name));

/** @param {string} focused the label of what had the focus, which it gets back */
async function show(focused = "") {
  leaving.abort();
  leaving = new AbortController();
  for (const each of document.querySelectorAll("dialog")) each.close(); // what it asks is of the view that is left
  forgetNames();
  const { signal } = leaving;
  const [, , name = "", key = ""] = location.pathname.split("/");
  const view = viewNamed(name);
  const open = OPEN.some((each) => each === view);
  main.setAttribute("aria-busy", "true");
  try {
    if (!open && me === null) me = await get("/api/ops/me", signal);
    drawNav(open, view);
    const search = new URLSearchParams(location.search);
    const here = location.pathname;
    const context = {
      key: decoded(key),
      search,
      signal,
      go,
      me,
      forget: () => {
        me = null;
      },
      // Who is somewhere else by now is left alone.
      again: () => here === location.pathname && go(location.pathname + location.search),
      // Another address for what is shown, so that it can be shared and gone back to: what is not named here stays.
      change: (changes) => go(changed(search, changes)),
    };
    const content = view ? await view.view(context) : el("div", {}, el("h1", {}, "There is no such view"), link("To the monitor", "/ops"));
    if (signal.aborted) return;
    fill(main, content);
    document.title = `${view ? main.querySelector("h1")?.textContent || view.title : "Not found"} · Frontdesk`;
    const first = /** @type {HTMLElement | null} */ (main.querySelector("[autofocus]"));
    const same = focused ? [...main.querySelectorAll("button, a, select, input")].find((each) => labelOf(each) === focused) : null;
    /** @type {HTMLElement} */ (same || first || main).focus({ preventScroll: true });
    await settled(main);
    if (!signal.aborted) arrive();
    if (!open) drawAbout(signal);
  } catch (error) {
    if (signal.aborted || error.status === 401) return;
    if (error.code === "not_found" && view?.off) {
      fill(main, el("h1", {}, view.title), el("p.state", {}, view.off));
      return;
    }
    if (error.code === "not_an_operator") {
      fill(main, el("h1", {}, "Only for operators"), el("p.state", {}, `${error.message} `, link("Log in as somebody else", "/ops/login")));
      return;
    }
    const isGone = ["no_such_row", "no_such_user"].includes(error.code);
    fill(
      main,
      el(
        "div.state",
        { role: "alert" },
        el("h1", {}, isGone ? "Nothing has this id" : "This could not be shown"),
        el(
          "p",
          {},
          isGone ? "It may have been deleted. " : `${error.message} `,
          isGone && view ? link(`To ${view.title.toLowerCase()}`, `/ops/${view.name}`) : button("Try again", () => show()),
        ),
      ),
    );
  } finally {
    if (!signal.aborted) main.removeAttribute("aria-busy");
  }
}

function drawNav(open, current) {
  nav.hidden = open;
  about.hidden = open;
  if (open) return;
  const preset = ([label, href]) =>
    el("a.preset", { href, "aria-current": href === location.pathname + location.search ? "page" : undefined }, label);
  const key = /Mac|iPhone|iPad/.test(navigator.platform) ? "⌘K" : "Ctrl-K";
  const menu = button(
    current?.title || "Menu",
    () => {
      const isOpen = nav.classList.toggle("open");
      menu.setAttribute("aria-expanded", String(isOpen));
    },
    ".menu",
    "Menu",
  );
  menu.setAttribute("aria-expanded", "false");
  nav.classList.remove("open");
  fill(
    nav,
    el("div.brand", {}, el("strong", {}, "Frontdesk"), menu),
    el(
      "div.links",
      {},
      VIEWS.map((view) => [
        el("a", { href: `/ops/${view.name}`, "aria-current": view === current ? "page" : undefined }, view.title),
        view === current ? (PRESETS[view.name] || []).map(preset) : null,
      ]),
      el("a", { href: "/schema", "data-outside": "" }, "API"),
      el("span.space"),
      button(`Search  ${key}`, search, ".plain"),
      button("Keys  ?", showKeys, ".plain"),
      button(THEMES[preference("theme")], theme, ".plain"),
      button(ZONES[preference("zone")], zone, ".plain"),
      el("span.me", {}, link(el("bdi", {}, me.user.username), `/ops/users/${me.user.id}`), " ", button("Log out", logOut, ".plain")),
    ),
  );
}

// Which service this is, below everything: whoever reports something has to say so.
async function drawAbout(signal) {
  const found = await get("/api/ops/about", signal).catch(() => null);
  if (!found) return;
  fill(
    about,
    `Frontdesk ${found.version} on ${found.node}, up `,
    el("span", { title: found.started }, span(Date.now() - Date.parse(found.started))),
    ` since `,
    instant(found.started),
    `; ${found.database}, data in `,
    el("code", {}, found.data_dir),
  );
}

function theme() {
  choose("theme");
  const isOpen = nav.classList.contains("open");
  drawNav(false, viewNamed(location.pathname.split("/")[2]));
  nav.classList.toggle("open", isOpen);
  // The button that was pressed is drawn anew, and keeps the focus.
  [...nav.querySelectorAll("button")].find((each) => each.textContent?.startsWith("Theme"))?.focus();
}

function zone() {
  choose("zone");
  go(location.pathname + location.search);
}

const search = () =>
  palette(
    [
      ...actionsOf(main),
      ...VIEWS.map((view) => ({ kind: "Go to", label: view.title, path: `/ops/${view.name}` })),
      ...Object.values(PRESETS)
        .flat()
        .map(([label, path]) => ({ kind: "Show", label, path })),
      { kind: "Do", label: "New user", path: "/ops/users?new=yes" },
      { kind: "Do", label: "New invitation", path: "/ops/invitations?new=yes" },
      { kind: "Do", label: "Invite an operator", path: "/ops/invitations?new=operator" },
      { kind: "Go to", label: "My account", path: `/ops/users/${me.user.id}` },
      { kind: "Do", label: "New token", path: "/ops/tokens?new=yes" },
      { kind: "Do", label: "Change the theme", act: theme },
      { kind: "Do", label: "Times in local time or UTC", act: zone },
      { kind: "Do", label: "Show the keys", act: showKeys },
      { kind: "Do", label: "Log out", act: logOut },
    ],
    go,
  );

async function logOut() {
  await plainly("/api/user/logout");
  me = null;
  go("/ops/login");
}

arrange({
  onSignedOut: () => {
    me = null;
    const here = location.pathname + location.search;
    if (!location.pathname.startsWith("/ops/login")) go(`/ops/login?next=${encodeURIComponent(here)}`);
  },
  confirmOwner: async () =>
    Boolean(
      await askDialog({
        title: "Is it you?",
        text: "This needs a login of the last ten minutes.",
        fields: {
          password: { label: `Password of ${me.user.username}`, type: "password", required: true, autocomplete: "current-password" },
        },
        action: "Log in again",
        act: async ({ password }) => {
          await plainly("/api/user/login", { username: me.user.username, password });
          Object.assign(me, await get("/api/ops/me")); // it is another session now
          return true;
        },
      }),
    ),
});

document.addEventListener("click", (event) => {
  const anchor = /** @type {Element} */ (event.target).closest("a[href^='/ops']");
  if (!anchor || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  go(anchor.getAttribute("href") || "");
});

document.addEventListener("keydown", (event) => {
  const target = /** @type {HTMLElement} */ (event.target);
  const typing = target.closest("input, select, textarea, dialog");
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && me) {
    event.preventDefault();
    search();
  } else if (event.key === "/" && !typing) {
    event.preventDefault();
    /** @type {HTMLElement | null} */ (main.querySelector("input[type=search]"))?.focus();
  } else if (event.key === "?" && !typing && me) {
    showKeys();
  } else if ((event.key === "n" || event.key === "p") && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    /** @type {HTMLElement | null} */ (main.querySelector(`a[rel=${event.key === "n" ? "next" : "prev"}]`))?.click();
  } else if (event.key === "Escape" && !target.closest("dialog")) {
    const detail = target.closest("tr")?.nextElementSibling;
    if (target.matches("input")) firstRow()?.focus();
    else if (detail?.classList.contains("detail")) target.closest("tr")?.click();
    else if (location.pathname.split("/")[3]) history.back();
  } else if (event.key === "ArrowDown" && !typing && !target.closest("tbody, svg")) {
    firstRow()?.focus();
  }
});

const firstRow = () =>
  /** @type {HTMLElement[]} */ ([...main.querySelectorAll("tbody tr[tabindex='0']")]).find((row) => row.checkVisibility());

let noted;
addEventListener(
  "scroll",
  () => {
    clearTimeout(noted);
    noted = setTimeout(note, 150);
  },
  { passive: true },
);
addEventListener("popstate", (event) => {
  clearTimeout(noted);
  makeFor(event.state);
  show();
});
addEventListener("offline", () => say("The network is gone."));
addEventListener("online", () => show());
makeFor(history.state);
show();
