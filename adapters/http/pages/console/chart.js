// @ts-check
// The one chart: lines over the range that was chosen, with axes, and the values under the pointer of all charts at once.

import { el, fill } from "./dom.js";
import { clock, moment, zoneOffset } from "./format.js";
import { nearest, runs, timeStep, timeTicks, valueTicks } from "./ticks.js";

const LEFT = 64;
const RIGHT = 8;
const TOP = 8;
const BOTTOM = 22;
const LEAST_DRAG = 6; // pixels

/** @import { Marks } from "./ticks.js" */

/** @typedef {{values: (number | null | undefined)[], tone: string}} Line */
/** @typedef {ReturnType<typeof together>} Cursor */

/** What several charts share: at which time the reader looks. */
export function together() {
  /** @type {Set<() => void>} */
  const listeners = new Set();
  /** @type {number | null} */
  let at = null;
  return {
    get at() {
      return at;
    },
    /** @param {number | null} time */
    look(time) {
      at = time;
      for (const listen of listeners) listen();
    },
    /** @param {() => void} listen */
    follow(listen) {
      listeners.add(listen);
    },
  };
}

/**
 * `write` says a value, `ticks` are options of `valueTicks`; a drag calls `onrange(begin, end)`. With `bars`, what was counted
 * from each time on stands in a bar, one kind on the other.
 * @param {string} label
 * @param {object} options
 * @param {(value: number) => string} options.write
 * @param {Marks} options.ticks
 * @param {Cursor} options.cursor
 * @param {(begin: number, end: number) => void} options.onrange
 * @param {number} [options.height]
 * @param {boolean} [options.bars]
 */
export function chart(label, { write, ticks, cursor, onrange, height = 150, bars = false }) {
  const legend = el("span.legend");
  const when = el("span.when");
  const svg = el("svg", { height, width: "100%", tabindex: 0, role: "img" });
  const node = el("figure.chart", {}, el("figcaption", {}, el("strong", {}, label), legend, when), svg);
  /** @type {{begin: number, end: number, step: number, times: number[], lines: Record<string, Line>}} */
  let data = { begin: 0, end: 1, step: 60_000, times: [], lines: {} };
  let width = 600;
  /** @type {number | null} */
  let dragged = null;

  const x = (time) => LEFT + ((time - data.begin) / (data.end - data.begin)) * (width - LEFT - RIGHT);
  const timeAt = (px) => data.begin + ((px - LEFT) / (width - LEFT - RIGHT)) * (data.end - data.begin);

  function draw() {
    const marks = valueTicks(highest(), ticks);
    const y = (value) => TOP + (1 - value / marks[marks.length - 1]) * (height - TOP - BOTTOM);
    const step = timeStep(data.begin, data.end);
    const grid = marks.map((mark) => [
      el("line.grid", { x1: LEFT, x2: width - RIGHT, y1: y(mark), y2: y(mark) }),
      el("text", { x: LEFT - 6, y: y(mark) + 4, "text-anchor": "end" }, write(mark)),
    ]);
    const axis = timeTicks(data.begin, data.end, { offset: zoneOffset }).map((time) => {
      const middle = Math.min(Math.max(x(time), LEFT + 14), width - RIGHT - 18);
      return el("text", { x: middle, y: height - 6, "text-anchor": "middle" }, clock(time, step));
    });
    const paths = bars ? stacks(y) : lines(y);
    fill(
      svg,
      grid,
      axis,
      paths,
      el("rect.chosen", { y: TOP, height: height - TOP - BOTTOM, x: 0, width: 0 }),
      el("line.look", { y1: TOP, y2: height - BOTTOM, x1: 0, x2: 0, visibility: "hidden" }),
    );
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    read();
  }

  // Which time one looks at; of bars the one that the pointer is in.
  function at() {
    if (cursor.at === null) return data.times.length - 1;
    return nearest(data.times, bars ? cursor.at - data.step / 2 : cursor.at);
  }

  function highest() {
    const all = Object.values(data.lines).map((line) => line.values);
    if (bars) return Math.max(0, ...data.times.map((_, index) => all.reduce((sum, values) => sum + (values[index] ?? 0), 0)));
    return Math.max(0, ...all.flat().filter((value) => value !== null && value !== undefined));
  }

  // One path for neighbours; who has none is a dot.
  function lines(y) {
    return Object.values(data.lines).flatMap((line) => {
      const points = line.values.map((value, index) => /** @type {[number, typeof value]} */ ([data.times[index], value]));
      return runs(points, data.step).map((run) => {
        const drawn = run.map(([time, value], index) => `${index ? "L" : "M"}${x(time).toFixed(1)} ${y(value).toFixed(1)}`).join("");
        return run.length > 1 ? el(`path.${line.tone}`, { d: drawn }) : el(`path.${line.tone}.lone`, { d: `${drawn}h0.1` });
      });
    });
  }

  function stacks(y) {
    return data.times.flatMap((time, index) => {
      const from = Math.max(x(time), LEFT);
      const wide = Math.max(1, Math.min(x(time + data.step), width - RIGHT) - from - 1);
      let below = 0;
      return Object.values(data.lines)
        .filter((line) => line.values[index])
        .map((line) => {
          const top = below + (line.values[index] ?? 0);
          const bar = el(`rect.${line.tone}`, { x: from, width: wide, y: y(top), height: Math.max(1, y(below) - y(top)) });
          below = top;
          return bar;
        });
    });
  }

  // The values at the time one looks at, or the last ones.
  function read() {
    const index = at();
    const isTotal = bars && cursor.at === null;
    /** @param {Line} line */
    const of = (line) => (isTotal ? line.values.reduce((sum, value) => (sum ?? 0) + (value ?? 0), 0) : line.values[index]);
    /** @param {Line} line */
    const said = (line) => {
      const value = of(line);
      return value === null || value === undefined ? "–" : write(value);
    };
    fill(
      legend,
      Object.entries(data.lines).map(([name, line]) => el(`span.${line.tone}`, {}, `${name} ${said(line)}`)),
    );
    const time = data.times[index];
    when.textContent = time === undefined ? "nothing was measured" : isTotal ? "altogether" : moment(time, data.end - data.begin);
    svg.setAttribute(
      "aria-label",
      `${label} at ${when.textContent}: ${Object.entries(data.lines)
        .map(([name, line]) => `${name} ${said(line)}`)
        .join(", ")}`,
    );
    const look = svg.querySelector(".look");
    if (!look) return;
    const shown = cursor.at !== null && time !== undefined;
    look.setAttribute("visibility", shown ? "visible" : "hidden");
    if (!shown) return;
    look.setAttribute("x1", String(x(time)));
    look.setAttribute("x2", String(x(time)));
  }

  /** @param {PointerEvent} event */
  const place = (event) => event.clientX - svg.getBoundingClientRect().left;
  svg.addEventListener("pointermove", (event) => {
    cursor.look(Math.min(Math.max(timeAt(place(event)), data.begin), data.end));
    if (dragged === null) return;
    const [from, to] = [Math.min(dragged, place(event)), Math.max(dragged, place(event))];
    const chosen = svg.querySelector(".chosen");
    chosen?.setAttribute("x", String(from));
    chosen?.setAttribute("width", String(to - from));
  });
  svg.addEventListener("pointerleave", () => {
    if (dragged === null) cursor.look(null);
  });
  svg.addEventListener("pointerdown", (event) => {
    dragged = place(event);
    svg.setPointerCapture(event.pointerId);
  });
  svg.addEventListener("pointerup", (event) => {
    const from = dragged;
    dragged = null;
    if (from !== null && Math.abs(place(event) - from) >= LEAST_DRAG) {
      const [begin, end] = [timeAt(from), timeAt(place(event))]
        .sort((a, b) => a - b)
        .map((time) => Math.min(Math.max(time, data.begin), data.end));
      onrange(begin, end);
    } else draw();
  });
  svg.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }[event.key];
    if (event.key === "Escape") {
      cursor.look(null);
      return;
    }
    if (by === undefined || !data.times.length) return;
    event.preventDefault();
    const time = data.times[Math.min(Math.max(at() + by, 0), data.times.length - 1)];
    cursor.look(bars ? time + data.step / 2 : time);
  });
  svg.addEventListener("blur", () => cursor.look(null));
  cursor.follow(read);
  new ResizeObserver(([entry]) => {
    width = Math.max(240, Math.round(entry.contentRect.width));
    draw();
  }).observe(svg);
  return {
    node,
    // {begin, end, step, times, lines: {name: {values, tone}}}: the range, the distance of neighbours, and what was measured.
    update(next) {
      data = next;
      if (dragged === null) draw();
    },
  };
}
