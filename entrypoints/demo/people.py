"""Who has an account: names from many places, and when they signed up."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random

from domain.session import Caller
from domain.user import USERNAME_MAX_CHARACTERS, Username
from entrypoints.demo.places import DESKTOPS, SPAMMER, address, machines
from entrypoints.demo.rhythm import DAY, HOUR, Rhythm

USERS, SPAM = 220, 22
_THIS_MORNING = 6
OPERATORS = ("root", "noor", "tomáš")
"""The first is who the demo logs in as."""

_WHOLE = (
    *("Zoë", "Đặng", "山田", "佐藤花子", "김민준", "이서연", "王芳", "李明", "ольга", "Дмитрий"),
    *("Олена", "نور", "محمد", "ياسمين", "נועה", "Σοφία", "Γιώργος", "প্রিয়া", "อรุณ", "தமிழ்"),
    *("Þóra", "Søren", "Łukasz", "Şebnem", "İlker", "Chloé", "François", "João", "Íñigo"),
    *("Nguyễn", "Trần", "Ōkubo", "Žofia", "Håkon", "Åsa", "Jürgen", "Călin"),
)
_GIVEN = (
    *("amara", "aisha", "ana", "anders", "arjun", "bea", "carlos", "chidi", "clara", "dina"),
    *("elena", "emeka", "erik", "fatima", "felix", "gita", "hana", "hiro", "ines", "ivan"),
    *("jamal", "jana", "kai", "kofi", "lars", "leila", "lina", "luca", "maya", "mei"),
    *("mira", "nadia", "nils", "noah", "olu", "omar", "petra", "priya", "rafael", "rosa"),
    *("sam", "sana", "sofia", "tariq", "tess", "uma", "vera", "wendy", "yara", "zane"),
)
_FAMILY = (
    *("abe", "ahmed", "bauer", "castro", "chen", "costa", "diallo", "eriksen", "farah", "garcia"),
    *("haddad", "ito", "jensen", "kaur", "khan", "kim", "kovac", "lopez", "mbeki", "moreau"),
    *("nkosi", "novak", "okafor", "olsen", "park", "patel", "rossi", "sato", "silva", "tanaka"),
)


class Kind(StrEnum):
    """What somebody is here for."""

    USER = "user"
    OPERATOR = "operator"
    SPAM = "spam"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account. `number` counts from 0 in the order of sign-ups; `logins` is how
    many there are on a usual day.
    """

    number: int
    name: str
    kind: Kind
    signed_up: datetime
    machines: tuple[Caller, ...]
    logins: float

    @property
    def is_operator(self) -> bool:
        """Whether the operations API is open to them."""
        return self.kind is Kind.OPERATOR


def people(random: Random, rhythm: Rhythm) -> list[Person]:
    """Everybody, in the order of sign-ups."""
    found = [*_operators(random, rhythm), *_users(random, rhythm), *_spam(random, rhythm)]
    found.sort(key=lambda each: each.signed_up)
    return [
        Person(number, each.name, each.kind, each.signed_up, each.machines, each.logins)
        for number, each in enumerate(found)
    ]


def _operators(random: Random, rhythm: Rhythm) -> list[Person]:
    times = (rhythm.began, rhythm.began + 3 * HOUR, rhythm.began + 2 * DAY)
    return [
        Person(0, name, Kind.OPERATOR, at, (Caller(address(random), random.choice(DESKTOPS)),), 1.2)
        for name, at in zip(OPERATORS, times, strict=True)
    ]


def _users(random: Random, rhythm: Rhythm) -> list[Person]:
    names = _names(random, USERS)
    began, soon = rhythm.began + 4 * HOUR, rhythm.now - timedelta(minutes=4)
    times = [
        *rhythm.moments(random, began, soon, USERS - _THIS_MORNING),
        *rhythm.moments(random, rhythm.now - 3 * HOUR, soon, _THIS_MORNING),
    ]
    return [
        Person(
            0, name, Kind.USER, at, machines(random), min(random.lognormvariate(-0.65, 0.8), 1.6)
        )
        for name, at in zip(names, times, strict=True)
    ]


def _spam(random: Random, rhythm: Rhythm) -> list[Person]:
    """In three waves of the last days, each within some minutes."""
    waves = [rhythm.now - days * DAY - random.random() * 6 * HOUR for days in (3.2, 1.9, 0.4)]
    found = []
    for number in range(SPAM):
        at = waves[number % len(waves)] + timedelta(seconds=21 * number + random.random() * 12)
        name = f"promo-{random.randrange(16**6):06x}"
        found.append(Person(0, name, Kind.SPAM, at, (SPAMMER,), 0))
    return found


def _names(random: Random, number: int) -> list[str]:
    """Different ones, also where case and Unicode form do not count."""
    found = {Username(name).key: name for name in _WHOLE}
    taken = {Username(name).key for name in OPERATORS}
    while len(found) < number:
        given, family = random.choice(_GIVEN), random.choice(_FAMILY)
        name = random.choice(
            (
                f"{given}.{family}",
                f"{given}{random.randrange(60, 100)}",
                f"{given}_{family[0]}",
                f"{family}-{given}",
                f"{given[0]}{family}",
            )
        )[:USERNAME_MAX_CHARACTERS]
        if Username(name).key not in taken:
            found.setdefault(Username(name).key, name)
    names = [*found.values()]
    random.shuffle(names)
    return names
