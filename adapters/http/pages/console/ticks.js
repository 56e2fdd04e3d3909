// @ts-check
// Where the marks of a chart stand. Pure: the tables of its tests say what comes out.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const TIME_STEPS = [1, 2, 5, 10, 15, 30]
  .map((each) => each * MINUTE)
  .concat(
    [1, 2, 3, 6, 12].map((each) => each * HOUR),
    [1, 2, 5, 10].map((each) => each * DAY),
  );

/** @typedef {{most?: number, whole?: boolean, base?: number}} Marks */

/**
 * From nought to the first mark that is not below `top`: at most `most` steps, each 1, 2 or 5 times a power of ten.
 * `whole` has no fractions, and `base` 1024 has powers of two of the unit that fits.
 * @param {number} top
 * @param {Marks} [marks]
 * @returns {number[]}
 */
export function valueTicks(top, { most = 4, whole = false, base = 1000 } = {}) {
  if (!(top > 0) || !Number.isFinite(top)) return [0, 1];
  let step = base === 1024 ? binaryStep(top / most) : decimalStep(top / most);
  if (whole) step = Math.max(1, Math.ceil(step));
  const number = Math.max(1, Math.ceil(top / step - 1e-9));
  return Array.from({ length: number + 1 }, (_, index) => Number((index * step).toPrecision(12)));
}

/** @param {number} least */
function decimalStep(least) {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5].find((each) => each * power >= least * (1 - 1e-9)) ?? 10);
}

/** @param {number} least */
function binaryStep(least) {
  return 2 ** Math.max(0, Math.ceil(Math.log2(least) - 1e-9));
}

/**
 * The step of the marks of this range, in milliseconds: so that there are at most `most`.
 * @param {number} begin
 * @param {number} end
 * @param {number} [most]
 */
export function timeStep(begin, end, most = 6) {
  return TIME_STEPS.find((each) => (end - begin) / each <= most) || Math.ceil((end - begin) / most / DAY) * DAY;
}

/**
 * Instants from `begin` to `end` at round times of the zone; `offset(instant)` is how far it is ahead of UTC, and changes
 * where clocks are put forward and back.
 * @param {number} begin
 * @param {number} end
 * @param {{most?: number, offset?: (instant: number) => number}} [options]
 * @returns {number[]}
 */
export function timeTicks(begin, end, { most = 6, offset = () => 0 } = {}) {
  const step = timeStep(begin, end, most);
  /** @type {number[]} */
  const ticks = [];
  for (let wall = Math.ceil((begin + offset(begin)) / step) * step; ; wall += step) {
    const instant = wall - offset(wall - offset(wall));
    if (instant > end) return ticks;
    if (instant >= begin && instant > (ticks.at(-1) ?? -Infinity)) ticks.push(instant);
  }
}

/**
 * The last spans may not be over: what is known of them would be a fall that never happened.
 * @template {{began: string, seconds: number}} Span
 * @param {Span[]} spans
 * @param {number} now
 */
export function finished(spans, now) {
  return spans.filter((span) => Date.parse(span.began) + span.seconds * 1000 <= now);
}

/**
 * Runs of neighbours: where nothing was measured, a line ends.
 * @param {[time: number, value: number | null | undefined][]} points
 * @param {number} step
 */
export function runs(points, step) {
  /** @type {[time: number, value: number][][]} */
  const found = [];
  let last = null;
  for (const [time, value] of points) {
    if (value === null || value === undefined) {
      last = null;
      continue;
    }
    if (last === null || time - last > 1.5 * step) found.push([]);
    found[found.length - 1].push([time, value]);
    last = time;
  }
  return found;
}

/**
 * The point nearest to a time, by index; -1 if there is none.
 * @param {number[]} times
 * @param {number} wanted
 */
export function nearest(times, wanted) {
  let best = -1;
  times.forEach((time, index) => {
    if (best < 0 || Math.abs(time - wanted) < Math.abs(times[best] - wanted)) best = index;
  });
  return best;
}
