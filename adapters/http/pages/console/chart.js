// The one chart: lines over the range that was chosen, with axes, and the values under the pointer of all charts at once.

import { el, fill } from "./dom.js";
import { clock } from "./format.js";
import { nearest, runs, timeStep, timeTicks, valueTicks } from "./ticks.js";

const HEIGHT = 150;
const LEFT = 64;
const RIGHT = 8;
const TOP = 8;
const BOTTOM = 22;
const LEAST_DRAG = 6; // pixels

// What several charts share: at which time the reader looks.
export function together() {
  const listeners = new Set();
  let at = null;
  return {
    get at() { return at; },
    look(time) { at = time; listeners.forEach((listen) => listen()); },
    follow(listen) { listeners.add(listen); },
  };
}

// `write` says a value, `ticks` are options of `valueTicks`; a drag calls `onrange(begin, end)`.
export function chart(label, { write, ticks, cursor, onrange }) {
  const legend = el("span.legend");
  const when = el("span.when");
  const svg = el("svg", { height: HEIGHT, width: "100%", tabindex: 0, role: "img" });
  const node = el("figure.chart", {}, el("figcaption", {}, el("strong", {}, label), legend, when), svg);
  let data = { begin: 0, end: 1, step: 60_000, times: [], lines: {} };
  let width = 600;
  let dragged = null;

  const x = (time) => LEFT + ((time - data.begin) / (data.end - data.begin)) * (width - LEFT - RIGHT);
  const timeAt = (px) => data.begin + ((px - LEFT) / (width - LEFT - RIGHT)) * (data.end - data.begin);

  function draw() {
    const values = Object.values(data.lines).flatMap((line) => line.values).filter((value) => value !== null && value !== undefined);
    const marks = valueTicks(Math.max(0, ...values), ticks);
    const y = (value) => TOP + (1 - value / marks.at(-1)) * (HEIGHT - TOP - BOTTOM);
    const step = timeStep(data.begin, data.end);
    const grid = marks.map((mark) => [
      el("line.grid", { x1: LEFT, x2: width - RIGHT, y1: y(mark), y2: y(mark) }),
      el("text", { x: LEFT - 6, y: y(mark) + 4, "text-anchor": "end" }, write(mark)),
    ]);
    const axis = timeTicks(data.begin, data.end, { offset: (instant) => -new Date(instant).getTimezoneOffset() * 60_000 })
      .map((time) => el("text", { x: Math.min(Math.max(x(time), LEFT + 14), width - RIGHT - 18), y: HEIGHT - 6, "text-anchor": "middle" }, clock(time, step)));
    const paths = Object.values(data.lines).flatMap((line) => runs(line.values.map((value, index) => [data.times[index], value]), data.step)
      .map((run) => el(`path.${line.tone}`, { d: run.map(([time, value], index) => `${index ? "L" : "M"}${x(time).toFixed(1)} ${y(value).toFixed(1)}`).join("") + (run.length > 1 ? "" : "h0.1") })));
    fill(svg, grid, axis, paths, el("rect.chosen", { y: TOP, height: HEIGHT - TOP - BOTTOM, x: 0, width: 0 }), el("line.look", { y1: TOP, y2: HEIGHT - BOTTOM, x1: 0, x2: 0, visibility: "hidden" }));
    svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    read();
  }

  // The values at the time one looks at, or the last ones.
  function read() {
    const index = cursor.at === null ? data.times.length - 1 : nearest(data.times, cursor.at);
    const said = (line) => (line.values[index] === null || line.values[index] === undefined ? "–" : write(line.values[index]));
    fill(legend, Object.entries(data.lines).map(([name, line]) => el(`span.${line.tone}`, {}, `${name} ${said(line)}`)));
    const time = data.times[index];
    when.textContent = time === undefined ? "nothing was measured" : clock(time, 60_000);
    svg.setAttribute("aria-label", `${label} at ${when.textContent}: ${Object.entries(data.lines).map(([name, line]) => `${name} ${said(line)}`).join(", ")}`);
    const look = svg.querySelector(".look");
    if (!look) return;
    const shown = cursor.at !== null && time !== undefined;
    look.setAttribute("visibility", shown ? "visible" : "hidden");
    if (shown) { look.setAttribute("x1", x(time)); look.setAttribute("x2", x(time)); }
  }

  const place = (event) => event.clientX - svg.getBoundingClientRect().left;
  svg.addEventListener("pointermove", (event) => {
    cursor.look(Math.min(Math.max(timeAt(place(event)), data.begin), data.end));
    if (dragged === null) return;
    const [from, to] = [Math.min(dragged, place(event)), Math.max(dragged, place(event))];
    const chosen = svg.querySelector(".chosen");
    chosen.setAttribute("x", from);
    chosen.setAttribute("width", to - from);
  });
  svg.addEventListener("pointerleave", () => { if (dragged === null) cursor.look(null); });
  svg.addEventListener("pointerdown", (event) => { dragged = place(event); svg.setPointerCapture(event.pointerId); });
  svg.addEventListener("pointerup", (event) => {
    const from = dragged;
    dragged = null;
    if (from !== null && Math.abs(place(event) - from) >= LEAST_DRAG) {
      onrange(...[timeAt(from), timeAt(place(event))].sort((a, b) => a - b).map((time) => Math.min(Math.max(time, data.begin), data.end)));
    } else draw();
  });
  svg.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }[event.key];
    if (event.key === "Escape") { cursor.look(null); return; }
    if (by === undefined || !data.times.length) return;
    event.preventDefault();
    const now = cursor.at === null ? data.times.length - 1 : nearest(data.times, cursor.at);
    cursor.look(data.times[Math.min(Math.max(now + by, 0), data.times.length - 1)]);
  });
  svg.addEventListener("blur", () => cursor.look(null));
  cursor.follow(read);
  new ResizeObserver(([entry]) => { width = Math.max(240, Math.round(entry.contentRect.width)); draw(); }).observe(svg);
  return {
    node,
    // {begin, end, step, times, lines: {name: {values, tone}}}: the range, the distance of neighbours, and what was measured.
    update(next) { data = next; if (dragged === null) draw(); },
  };
}
