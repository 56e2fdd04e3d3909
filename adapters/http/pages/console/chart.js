// The one chart: lines over time, each scaled from nought to the highest of all.

import { el } from "./dom.js";
import { compact } from "./format.js";

const WIDTH = 600;
const HEIGHT = 96;

// `lines`: {label: [value or null, …]}, one value for each of `times`.
export function chart(label, times, lines, write = compact) {
  const values = Object.values(lines).flat().filter((value) => value !== null && value !== undefined);
  const top = Math.max(...values, 0) || 1;
  const begin = times[0];
  const span = times.at(-1) - begin || 1;
  const x = (time) => ((time - begin) / span) * WIDTH;
  const y = (value) => HEIGHT - (value / top) * (HEIGHT - 8);
  const gap = 2.5 * (span / Math.max(times.length - 1, 1));
  const paths = Object.values(lines).map((points, number) => {
    let path = "";
    let last = null;
    points.forEach((value, index) => {
      if (value === null || value === undefined) { last = null; return; }
      const joined = last !== null && times[index] - last <= Math.max(gap, 90_000);
      path += `${joined ? "L" : "M"}${x(times[index]).toFixed(1)} ${y(value).toFixed(1)}`;
      if (!joined) path += "h0.1";
      last = times[index];
    });
    return el(`path.line${number}`, { d: path || "M0 0", "vector-effect": "non-scaling-stroke" });
  });
  const now = Object.entries(lines).map(([name, points], number) =>
    el(`span.key${number}`, {}, `${name} ${points.at(-1) === null || points.at(-1) === undefined ? "–" : write(points.at(-1))}`));
  const text = `${label}: highest ${write(top)}`;
  return el("figure.chart", {},
    el("figcaption", {}, el("strong", {}, label), now, el("span.top", {}, `highest ${write(values.length ? top : 0)}`)),
    el("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img", "aria-label": text },
      el("line.axis", { x1: 0, x2: WIDTH, y1: HEIGHT, y2: HEIGHT }), paths));
}
