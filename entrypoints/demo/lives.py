"""A month of accounts: who came when, from where, and what happened to them."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

from domain.session import SessionPolicy
from entrypoints.demo.acts import (
    Act,
    Disabled,
    Guessed,
    KeyMade,
    LoggedIn,
    LoggedOut,
    Mistyped,
    OperatorMade,
    PasswordChanged,
    Renamed,
    SignedUp,
    Visit,
)
from entrypoints.demo.people import Kind, Person, people
from entrypoints.demo.places import GUESSER, address
from entrypoints.demo.rhythm import DAY, HOUR, Rhythm

SEED = 20
"""Of the story that is told where nobody chooses another."""

_WEEK, _SHIFT = 7 * DAY, 12 * HOUR
_MINUTE, _SECOND = timedelta(minutes=1), timedelta(seconds=1)
_QUICK_GUESSES = 10
_WAITS = (61, 182, 423, 904)
"""When later guesses pass, in seconds after the tenth: the waits between them are a minute, two,
four and eight. The next is a quarter of an hour."""

_LAST_GUESS = 40 * _SECOND
_TRIED = ("admin", "test", "info", "support", "oracle", "ubnt", "postgres", "administrator")
_NEW_NAMES = ("weber.k", "weber.kovac")
_KEYS = ("Grafana", "nightly backup")
_TWO_WEEKS, _DAYTIME = 14 * DAY, 0.5
_AT_MOST = SessionPolicy().at_most


@dataclass(frozen=True, slots=True)
class Story:
    """What happened up to `rhythm.now`, oldest first. `guessed` is whose password a stranger is
    guessing at this moment.
    """

    rhythm: Rhythm
    people: list[Person]
    visits: list[Visit]
    acts: list[Act]
    guessed: Person


def tell(seed: int, now: datetime) -> Story:
    """The same for the same seed and instant."""
    random, rhythm = Random(seed), Rhythm(now)
    everybody = people(random, rhythm)
    guessed, renamed, *shut = _chosen(everybody, rhythm)
    teller = _Teller(random, rhythm)
    for person in everybody:
        if person.is_operator:
            teller.work(person)
    teller.look_after(renamed, shut)
    for person in everybody:
        if not person.is_operator:
            teller.live(person)
    teller.guess(guessed)
    teller.acts.sort(key=lambda act: act.at)
    return Story(rhythm, everybody, teller.visits, teller.acts, guessed)


def _chosen(everybody: list[Person], rhythm: Rhythm) -> list[Person]:
    """Some of whom there is more to tell: users of more than two weeks, and two who sent spam."""
    users = [each for each in everybody if each.kind is Kind.USER]
    known = [each for each in users if each.signed_up < rhythm.now - _TWO_WEEKS]
    spam = [each for each in everybody if each.kind is Kind.SPAM]
    return [*known[5:25:5], *spam[:2]]


@dataclass(slots=True)
class _Teller:
    """What was told so far. `shut` is when an operator disabled whom."""

    random: Random
    rhythm: Rhythm
    visits: list[Visit] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    shut: dict[Person, datetime] = field(default_factory=dict)

    def work(self, operator: Person) -> None:
        """Log in some times a day, and this morning."""
        now = self.rhythm.now
        self.acts.append(OperatorMade(operator.signed_up, operator))
        soon = operator.signed_up + 5 * _MINUTE
        logins = round((now - soon) / DAY * operator.logins)
        times = self.rhythm.moments(self.random, soon, now - 4 * HOUR, logins)
        for at in (soon, *times, now - (2 + self.random.random()) * HOUR):
            used = at + (4 + 4 * self.random.random()) * HOUR
            visit = self._visit(operator, at, at + _SHIFT, used)
            self.acts.append(LoggedIn(at, visit))

    def look_after(self, renamed: Person, shut: list[Person]) -> None:
        """What operators did: two keys, two new names for one user, some accounts disabled."""
        daytime = [each for each in self.visits if self.rhythm.weight(each.opened) > _DAYTIME]
        daytime.sort(key=lambda visit: visit.opened)
        for number, name in enumerate(_KEYS):
            first = self.visits[0]
            self.acts.append(KeyMade(first.opened + (3 + number) * _MINUTE, name, first))
        for days, name in zip((9, 2), _NEW_NAMES, strict=True):
            by = self._on_duty(daytime, self.rhythm.now - days * DAY)
            self.acts.append(Renamed(by.opened + 8 * _MINUTE, renamed, name, by))
        for number, person in enumerate(shut):
            after = max(person.signed_up + 2 * HOUR, self.rhythm.now - (6 - number) * DAY)
            by = self._on_duty(daytime, after)
            at = self.rhythm.calm(by.opened + (12 + number) * _MINUTE)
            self.shut[person] = at
            self.acts.append(Disabled(at, person, by))

    def _on_duty(self, visits: list[Visit], after: datetime) -> Visit:
        """The first of these that began after that instant."""
        return next((each for each in visits if each.opened > after), visits[-1])

    def live(self, person: Person) -> None:
        """Sign up, and log in for as long as one may; not where older sessions would make room."""
        random, now = self.random, self.rhythm.now
        until = self.shut.get(person, now)
        begin = min(person.signed_up + HOUR, until - _MINUTE)
        logins = round((until - begin) / DAY * person.logins + random.random())
        times = self.rhythm.moments(random, begin, until, logins if person.logins else 0)
        changed = None
        if len(times) > 1 and random.random() < 1 / 20:
            changed = self.rhythm.calm(random.choice(times[:-1]) + 3 * _MINUTE)
        visits: list[Visit] = []
        for at in (person.signed_up, *times):
            if sum(visit.is_open(at) for visit in visits) == _AT_MOST:
                continue
            ends = [each for each in (changed, self.shut.get(person)) if each and at < each]
            is_changing = changed is not None and changed - at < 9 * _MINUTE and at < changed
            if is_changing:
                ends = [each for each in ends if each != changed]
            visit = self._brief(person, at, min(ends, default=None))
            visits.append(visit)
            if at == person.signed_up:
                self.acts.append(SignedUp(at, visit))
            else:
                self._log_in(visit)
            if is_changing and changed and visit.is_open(changed):
                self.acts.append(PasswordChanged(changed, visit))
                changed = None

    def _brief(self, person: Person, at: datetime, end: datetime | None) -> Visit:
        """A session that is used for a day or so, or ends before that; one in nine logs out."""
        random = self.random
        used = at + min(random.expovariate(1 / 1.4) * DAY + 10 * _MINUTE, _WEEK - _MINUTE)
        if person.kind is Kind.SPAM:
            used = at + _SECOND
        if end and end <= used:
            return self._visit(person, at, at + _WEEK, end, end)
        if random.random() < 1 / 9 and person.kind is Kind.USER and used < self.rhythm.now - HOUR:
            used = self.rhythm.calm(used)
            visit = self._visit(person, at, at + _WEEK, used, used)
            self.acts.append(LoggedOut(used, visit))
            return visit
        return self._visit(person, at, at + _WEEK, used, end)

    def _visit(
        self,
        person: Person,
        at: datetime,
        expires: datetime,
        used: datetime,
        ended: datetime | None = None,
    ) -> Visit:
        machine = self.random.choices(person.machines, (6, 3, 1)[: len(person.machines)])[0]
        used = min(used, self.rhythm.now)
        visit = Visit(len(self.visits), person, machine, at, expires, used, ended)
        self.visits.append(visit)
        return visit

    def _log_in(self, visit: Visit) -> None:
        random, person, at = self.random, visit.person, visit.opened
        wrong = random.choices((0, 1, 2, 3), (91, 6, 2, 1))[0]
        for number in range(wrong, 0, -1):
            typed = at - (9 * number + 5 * random.random()) * _SECOND
            self.acts.append(Mistyped(typed, person.name, person, visit.caller))
        if random.random() < 1 / 40:
            name = f"{person.name[:-1]}{person.name[-1] * 2}"
            self.acts.append(Mistyped(at - 70 * _SECOND, name, None, visit.caller))
        self.acts.append(LoggedIn(at, visit, wrong))

    def guess(self, person: Person) -> None:
        """Ten wrong passwords within a minute, and then one whenever the wait is over. On other
        days strangers have tried names that nobody has.
        """
        tenth = self.rhythm.now - _LAST_GUESS - _WAITS[-1] * _SECOND
        quick = [tenth - 5 * number * _SECOND for number in range(_QUICK_GUESSES)]
        later = [tenth + seconds * _SECOND for seconds in _WAITS]
        self.acts += [Guessed(at, person, GUESSER) for at in (*quick, *later)]
        for days in (21, 12, 5):
            caller, at = (
                replace(GUESSER, address=address(self.random)),
                self.rhythm.now - days * DAY,
            )
            for number, name in enumerate(_TRIED):
                self.acts.append(Mistyped(at + 4 * number * _SECOND, name, None, caller))
