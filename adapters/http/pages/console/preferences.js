// @ts-check
// What the reader has chosen for this browser: the theme, the zone in which times are shown, whether first steps are.

/** @type {Record<string, string[]>} */
const CHOICES = { theme: ["system", "light", "dark"], zone: ["local", "UTC"], steps: ["shown", "hidden"] };

/** What was chosen on this page. @type {Record<string, string>} */
const chosen = {};

/** The choice made, or the first there is. @param {string} name @returns {string} */
export function preference(name) {
  /** @type {string | null} */
  let kept = chosen[name] ?? null;
  try {
    kept ??= localStorage.getItem(name);
  } catch {} // the browser keeps nothing for us
  return kept !== null && CHOICES[name].includes(kept) ? kept : CHOICES[name][0];
}

/** Make the next choice, and say which it is. @param {string} name @returns {string} */
export function choose(name) {
  const choices = CHOICES[name];
  const next = choices[(choices.indexOf(preference(name)) + 1) % choices.length];
  chosen[name] = next;
  try {
    localStorage.setItem(name, next);
  } catch {} // then it lasts until the page is left
  if (name === "theme") document.documentElement.dataset.theme = next;
  return next;
}
