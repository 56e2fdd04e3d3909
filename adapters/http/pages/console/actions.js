// @ts-check
// What can be done on the page that is shown, for the palette: its buttons, by their names.

const PLACES = "header button, header a.csv, [role=toolbar] button";
const NOT_ALONE = ".value, .chip button, [type=submit]"; // a condition has its own row, a form its fields

/** @param {HTMLElement} main @returns {import("./palette.js").Choice[]} */
export function actionsOf(main) {
  const found = /** @type {HTMLElement[]} */ ([...main.querySelectorAll(PLACES)]);
  return found
    .filter((each) => each.checkVisibility() && !each.matches(NOT_ALONE))
    .map((each) => ({ kind: "Here", label: each.getAttribute("aria-label") || each.textContent?.trim() || "", act: () => each.click() }));
}
