// The pure parts of the charts, as tables. `node --test tests/console`

import assert from "node:assert/strict";
import { test } from "node:test";

import { finished, nearest, runs, timeStep, timeTicks, valueTicks } from "../../adapters/http/pages/console/ticks.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const at = (text) => Date.parse(text);
const utc = (instants) => instants.map((each) => new Date(each).toISOString().slice(5, 16));

test("values are marked at round numbers, and the highest is not above the last mark", () => {
  for (const [top, options, expected] of [
    [0, {}, [0, 1]],
    [1, { whole: true }, [0, 1]],
    [3, { whole: true }, [0, 1, 2, 3]],
    [7, { whole: true }, [0, 2, 4, 6, 8]],
    [100, {}, [0, 50, 100]],
    [101, {}, [0, 50, 100, 150]],
    [1448.2, {}, [0, 500, 1000, 1500]],
    [1e9, {}, [0, 5e8, 1e9]],
    [0.3, {}, [0, 0.1, 0.2, 0.3]],
    [120 * 2 ** 20, { base: 1024 }, [0, 32, 64, 96, 128].map((each) => each * 2 ** 20)],
    [1, { base: 1024 }, [0, 1]],
    [NaN, {}, [0, 1]],
    [-5, { whole: true }, [0, 1]],
  ])
    assert.deepEqual(valueTicks(top, options), expected, `${top}`);
});

test("times are marked at round times of the zone", () => {
  const begin = at("2026-11-27T02:04:10Z");
  for (const [span, expected] of [
    [HOUR, ["11-27T02:10", "11-27T02:20", "11-27T02:30", "11-27T02:40", "11-27T02:50", "11-27T03:00"]],
    [DAY, ["11-27T06:00", "11-27T12:00", "11-27T18:00", "11-28T00:00"]],
    [5 * MINUTE, ["11-27T02:05", "11-27T02:06", "11-27T02:07", "11-27T02:08", "11-27T02:09"]],
  ])
    assert.deepEqual(utc(timeTicks(begin, begin + span)), expected);
  assert.equal(timeStep(begin, begin + 30 * DAY), 5 * DAY);
  assert.equal(timeTicks(begin, begin + 30 * DAY).length, 6);
  assert.deepEqual(timeTicks(begin, begin), []);
});

test("days begin at midnight of the zone, also when the clocks are put back", () => {
  const change = at("2026-10-25T01:00:00Z"); // from UTC+2 to UTC+1
  const offset = (instant) => (instant < change ? 2 : 1) * HOUR;
  const ticks = timeTicks(at("2026-10-24T00:00:00Z"), at("2026-10-27T12:00:00Z"), { most: 4, offset });
  assert.deepEqual(utc(ticks), ["10-24T22:00", "10-25T23:00", "10-26T23:00"]);
  const forward = (instant) => (instant < at("2026-03-29T01:00:00Z") ? 1 : 2) * HOUR;
  const hours = timeTicks(at("2026-03-29T00:00:00Z"), at("2026-03-29T03:00:00Z"), { offset: forward });
  assert.deepEqual(hours, [...new Set(hours)], "no mark comes twice");
  assert.deepEqual(
    hours,
    [...hours].sort((a, b) => a - b),
  );
});

test("a span that is not over is left out", () => {
  const spans = [
    { began: "2026-11-27T02:00:00Z", seconds: 60 },
    { began: "2026-11-27T02:01:00Z", seconds: 60 },
  ];
  assert.deepEqual(finished(spans, at("2026-11-27T02:01:59Z")), spans.slice(0, 1));
  assert.deepEqual(finished(spans, at("2026-11-27T02:02:00Z")), spans);
});

test("where nothing was measured, a line ends", () => {
  assert.deepEqual(
    runs(
      [
        [0, 1],
        [60, 2],
        [180, 3],
        [240, null],
        [300, 4],
      ],
      60,
    ),
    [
      [
        [0, 1],
        [60, 2],
      ],
      [[180, 3]],
      [[300, 4]],
    ],
  );
  assert.deepEqual(runs([], 60), []);
});

test("the nearest point is found", () => {
  assert.equal(nearest([10, 20, 30], 24), 1);
  assert.equal(nearest([10, 20, 30], -5), 0);
  assert.equal(nearest([], 5), -1);
});
