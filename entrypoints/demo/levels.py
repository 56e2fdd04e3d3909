"""How the service was doing: levels of each minute, and figures of hours that are long over."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp
from random import Random

from application.operations.metrics import Figures
from entrypoints.demo.acts import Act, Guessed, LoggedIn, Mistyped, SignedUp
from entrypoints.demo.lives import Story
from entrypoints.demo.rhythm import DAY, HOUR
from entrypoints.demo.traffic import A_MINUTE

_MIB = 2**20
_MEMORY, _GROWING, _SETTLED = 98 * _MIB, 9 * _MIB, 12 * HOUR
_RELEASES = (22 * DAY, 13 * DAY, 4 * DAY)
"""So long ago it was started anew; and after the outage."""

_USUAL = 4
"""The class of durations in which most are: up to a millisecond."""

COUNTED: Mapping[str, tuple[type[Act], ...]] = {
    "log_ins": (LoggedIn,),
    "log_ins_refused": (Mistyped, Guessed),
    "sign_ups": (SignedUp,),
}
"""Which acts are counted under which name."""


class Accounts:
    """How many of the acts that are counted there were in some time."""

    def __init__(self, acts: Sequence[Act]) -> None:
        self._times = {
            name: sorted(act.at for act in acts if isinstance(act, kinds))
            for name, kinds in COUNTED.items()
        }

    def counts(self, begin: datetime, end: datetime) -> dict[str, int]:
        """By name, from `begin` on and before `end`; those that there were none of are left out."""
        found = {
            name: bisect_left(times, end) - bisect_left(times, begin)
            for name, times in self._times.items()
        }
        return {name: number for name, number in found.items() if number}


@dataclass(frozen=True, slots=True)
class Levels:
    """What was measured of the process and its machine, as the service names it."""

    random: Random
    story: Story

    def at(self, at: datetime, requests: float) -> dict[str, float]:
        """The highest levels of a minute with so many requests."""
        random, busy = self.random, requests / A_MINUTE
        active = sum(visit.is_open(at) for visit in self.story.visits)
        growth = self.story.rhythm.growth(at)
        begin, end = self.story.rhythm.trouble
        is_troubled = begin <= at < end
        return {
            "process_memory_bytes": self._memory(at) + random.randrange(_MIB // 2),
            "process_cpu_percent": round(1.4 + 4 * busy + 1.5 * random.random(), 1),
            "process_threads": 9,
            "process_open_files": 27 + round(8 * busy) + 40 * is_troubled,
            "host_cpu_percent": round(7 + 13 * busy + 6 * random.random() + 38 * is_troubled, 1),
            "host_memory_percent": round(41 + 2 * random.random(), 1),
            "disk_used_percent": round(34 + 4 * growth, 1),
            "active_sessions": active,
            "database_bytes": round(1.1 * _MIB * growth),
            "database_wal_bytes": round((0.1 + 0.4 * random.random()) * _MIB),
            "hash_queue_waiting": int(random.random() < busy / 20),
            "hash_queue_running": int(random.random() < busy / 3),
            "writers_waiting": 6 * is_troubled + int(random.random() < busy / 30),
            "pool_wait_ms": round(0.4 * random.random() + 1_900 * is_troubled, 1),
            "look_up_batch": random.choice((1, 1, 1, 2)),
            "leases_held": 2,
            "event_loop_lag_ms": round(random.lognormvariate(0.6, 0.5) + 190 * is_troubled, 1),
        }

    def _memory(self, at: datetime) -> float:
        """It grows for some hours after each start."""
        rhythm = self.story.rhythm
        starts = [rhythm.began, *(rhythm.now - ago for ago in _RELEASES), rhythm.outage[1]]
        running = min((at - start for start in starts if start <= at), default=timedelta(0))
        return _MEMORY + round(_GROWING * (1 - exp(-running / _SETTLED)))


def hour(
    begin: datetime, story: Story, accounts: Accounts, levels: Levels, day: Figures
) -> Figures:
    """What was counted in an hour of before the last day. Its requests went as those of the last
    `day` did, in the same proportions; few failed.
    """
    rhythm, random, end = story.rhythm, levels.random, begin + HOUR
    a_minute = A_MINUTE * rhythm.weight(begin + HOUR / 2) / rhythm.weight(rhythm.now)
    requests = a_minute * 60 * rhythm.growth(begin) * (0.94 + 0.12 * random.random())
    share = requests / max(day.counts["requests"], 1)
    counts = {
        kind: round(day.counts[kind] * share)
        for kind in ("successful", "redirected", "refused")
        if kind in day.counts
    }
    if random.random() < share:
        counts["failed"] = 1
    latency = [round(number * share) for number in day.latency]
    counts["requests"] = sum(counts.values())
    latency[_USUAL] += counts["requests"] - sum(latency)
    return Figures(
        {**counts, **accounts.counts(begin, end)},
        levels.at(begin + HOUR / 2, requests / 60),
        tuple(latency),
    )
