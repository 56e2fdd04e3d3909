"""The requests of that month: each that the lives need, and what else people ask."""

from bisect import bisect_left
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from domain.session import Caller
from entrypoints.demo import calls
from entrypoints.demo.acts import (
    Act,
    Disabled,
    Guessed,
    KeyMade,
    LoggedIn,
    LoggedOut,
    Mistyped,
    PasswordChanged,
    Renamed,
    SignedUp,
    Visit,
)
from entrypoints.demo.calls import Call, pick
from entrypoints.demo.lives import Story
from entrypoints.demo.people import Person
from entrypoints.demo.places import GUESSER, PROGRAMS, SCANNER, machines
from entrypoints.demo.rhythm import DAY, Rhythm

A_MINUTE = 25
"""So many requests come in a minute when most come."""

_MINUTE, _SECOND = timedelta(minutes=1), timedelta(seconds=1)
_WEEK = 7 * DAY
_OLDER, _MUCH_OLDER = 1_600, 900
_FAULTS = (9, 27, 33, 171, 402, 733, 1_100)
"""So many minutes ago, something went wrong."""

_TOLD_TO_WAIT = 37
_BY_USERS = {
    SignedUp: calls.SIGN_UP,
    LoggedIn: calls.LOG_IN,
    LoggedOut: calls.LOG_OUT,
    PasswordChanged: calls.CHANGE_PASSWORD,
}
_BY_OPERATORS = {Renamed: calls.RENAME, Disabled: calls.DISABLE}
_OPERATORS, _ANONYMOUS, _SCANNERS = 0.06, 0.062, 0.012
_FAILING, _SLOW = 0.45, 0.0012


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, and how it was answered after that many milliseconds. `visit` is the session that
    it came in or opened, `person` who it was about.
    """

    at: datetime
    call: Call
    caller: Caller
    ms: float
    visit: Visit | None = None
    person: Person | None = None
    about: Person | None = None


def traffic(seed: int, story: Story) -> list[Asked]:
    """Of the last 24 hours all that was asked; of the days before some, and of more than a week ago
    what did not go well. Oldest first.
    """
    teller = _Teller(Random(seed), story)
    asked = [*teller.of_acts(), *teller.told_to_wait(), *teller.older(), *teller.faults()]
    asked += teller.of_the_day([each.at for each in asked])
    return sorted(asked, key=lambda each: each.at)


def last_seen(story: Story, asked: list[Asked]) -> dict[int, datetime]:
    """When each session was last used, by the number of its visit: noted at most every five
    minutes. What is not among the requests, because it is too long ago, is believed.
    """
    whole = story.rhythm.now - DAY
    seen = {visit.number: max(visit.opened, min(visit.used_until, whole)) for visit in story.visits}
    for each in asked:
        if each.visit and each.at - seen[each.visit.number] >= 5 * _MINUTE:
            seen[each.visit.number] = each.at
    return seen


class _Teller:
    def __init__(self, random: Random, story: Story) -> None:
        self._random, self._story = random, story
        self._rhythm: Rhythm = story.rhythm
        self._strangers = [each for _ in range(40) for each in machines(random)]

    def of_acts(self) -> list[Asked]:
        """What the acts were, over HTTP."""
        now = self._rhythm.now
        return [
            asked
            for act in self._story.acts
            if act.at > now - _WEEK or isinstance(act, Mistyped)
            if (asked := self._of(act))
        ]

    def _of(self, act: Act) -> Asked | None:
        match act:
            case SignedUp() | LoggedIn() | LoggedOut() | PasswordChanged():
                return self._in(act.visit, act.at, _BY_USERS[type(act)])
            case Renamed() | Disabled():
                changed = self._in(act.by, act.at, _BY_OPERATORS[type(act)])
                return replace(changed, about=act.person)
            case KeyMade():
                return self._in(act.by, act.at, calls.MAKE_KEY)
            case Mistyped() | Guessed():
                return self._by(act.caller, act.at, calls.LOG_IN_REFUSED, act.person)
            case _:
                return None

    def told_to_wait(self) -> list[Asked]:
        """Whoever guesses goes on asking, and is told to wait."""
        guesses = [act.at for act in self._story.acts if isinstance(act, Guessed)]
        found, at = [], guesses[9] + 6 * _SECOND
        while at < self._rhythm.now:
            if all(abs(at - each) > 2 * _SECOND for each in guesses):
                found.append(self._by(GUESSER, at, calls.LOG_IN_THROTTLED, self._story.guessed))
            at += _TOLD_TO_WAIT * _SECOND * (0.3 + self._random.random())
        return found

    def older(self) -> list[Asked]:
        """Some of what came before the last day."""
        now, began = self._rhythm.now, self._rhythm.began
        recent = self._rhythm.moments(self._random, now - _WEEK, now - DAY, _OLDER)
        others = self._rhythm.moments(self._random, began, now - _WEEK, _MUCH_OLDER)
        refused = tuple(call for call in calls.ANONYMOUS if call.problem) + calls.SCANNED
        return [
            *(self._any(at, self._used_at(at)) for at in recent),
            *(self._unknown(at, pick(self._random, refused)) for at in others),
        ]

    def faults(self) -> list[Asked]:
        """A few times an export failed by a mistake of ours."""
        found = []
        for minutes in _FAULTS:
            at = self._rhythm.minute - minutes * _MINUTE + 21 * _SECOND
            export = Call("GET", "/api/user/export", 500, "internal_error", ms=29, size=180)
            if users := self._users(self._used_at(at)):
                found.append(self._in(self._random.choice(users), at, export))
        return found

    def of_the_day(self, known: list[datetime]) -> list[Asked]:
        """Minute by minute, as much as comes at that time; `known` was told already."""
        random, rhythm, known = self._random, self._rhythm, sorted(known)
        found: list[Asked] = []
        begin = rhythm.minute - DAY
        while begin <= rhythm.minute:
            end = begin + _MINUTE
            if not rhythm.outage[0] <= begin < rhythm.outage[1]:
                most = A_MINUTE * rhythm.weight(begin) / rhythm.weight(rhythm.now)
                number = round(random.gauss(most, most**0.5 * 0.55))
                number -= bisect_left(known, end) - bisect_left(known, begin)
                used = self._used_at(begin)
                times = [begin + _MINUTE * random.random() for _ in range(max(number, 0))]
                found += [self._any(at, used) for at in times if at < rhythm.now]
            begin = end
        return [self._disturbed(each) for each in found]

    def _used_at(self, at: datetime) -> list[Visit]:
        return [each for each in self._story.visits if each.opened < at <= each.used_until]

    def _users(self, used: list[Visit]) -> list[Visit]:
        return [each for each in used if not each.person.is_operator]

    def _any(self, at: datetime, used: list[Visit]) -> Asked:
        random = self._random
        chance = random.random()
        if chance < _SCANNERS:
            return self._by(SCANNER, at, pick(random, calls.SCANNED))
        if chance < _SCANNERS + _ANONYMOUS:
            return self._unknown(at, pick(random, calls.ANONYMOUS))
        operators = [each for each in used if each.person.is_operator and each.is_used(at)]
        if operators and chance < _SCANNERS + _ANONYMOUS + _OPERATORS:
            return self._in(random.choice(operators), at, pick(random, calls.OPERATORS))
        for _ in range(5):
            if users := self._users(random.choices(used, k=9)) if used else []:
                visit = random.choice(users)
                if visit.is_used(at):
                    return self._in(visit, at, pick(random, calls.SIGNED_IN))
        return self._unknown(at, pick(random, calls.ANONYMOUS))

    def _unknown(self, at: datetime, call: Call) -> Asked:
        caller = self._random.choice(self._strangers)
        if self._random.random() < 1 / 5:
            caller = replace(caller, user_agent=self._random.choice(PROGRAMS))
        return self._by(caller, at, call)

    def _in(self, visit: Visit, at: datetime, call: Call) -> Asked:
        return Asked(at, call, visit.caller, self._takes(call), visit, visit.person)

    def _by(self, caller: Caller, at: datetime, call: Call, person: Person | None = None) -> Asked:
        return Asked(at, call, caller, self._takes(call), None, person)

    def _takes(self, call: Call) -> float:
        is_slow = self._random.random() < _SLOW
        return call.takes(self._random) + (1_050 + 1_900 * self._random.random()) * is_slow

    def _disturbed(self, asked: Asked) -> Asked:
        """Before the outage, what needs the database often fails after two seconds."""
        begin, end = self._rhythm.trouble
        needs_it = asked.call.statements > 0 and begin <= asked.at < end
        if not needs_it or self._random.random() > _FAILING:
            return asked
        failed = replace(asked.call, status=503, problem="storage_unavailable", size=165)
        ms = round(2_000 + 90 * self._random.random(), 2)
        return replace(asked, call=failed, ms=ms, visit=None)
