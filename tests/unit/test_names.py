"""Names that can be taken for each other."""

import pytest

from adapters.skeletons import skeleton
from domain.errors import UsernameTaken
from domain.names import NamePolicy
from domain.user import Username

POLICY = NamePolicy(skeleton, ("admin", "Support"))


def alike(one: str, other: str) -> bool:
    return bool(POLICY.looks(Username(one)) & POLICY.looks(Username(other)))


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("admin", "ADMIN"),
        ("admin", "\u0430dmin"),  # Cyrillic a
        ("admin", "\u0410D\u041cIN"),  # Cyrillic capitals: the small em looks like nothing of ours
        ("paypal", "paypaI"),  # a capital i
        ("PAYPAL", "paypaI"),
        ("Ian", "lan"),
        ("Ian", "\u0456an"),  # Cyrillic i
        ("scope", "\u0455\u0441\u043e\u0440\u0435"),  # all of it Cyrillic
        ("modern", "modem"),
        ("bob1", "bobl"),
        ("b0b", "bob"),
        ("root", "\uff52\uff4f\uff4f\uff54"),  # full width
        ("\u0661\u0661", "ll"),  # Arabic digits
        ("\u00e9a", "e\u0301a"),
        ("admin", "ADM\u0406N"),  # a Ukrainian capital i, which looks like an l in small
        ("admin", "\u0410DM\u0406N"),
        ("billing", "BILL\u0399NG"),  # a Greek one
        ("security", "se\u03f2urity"),  # lunate sigma, a compatible form of another letter
        ("ceci", "\u03f2eci"),
        ("frontdesk", "\u017frontdesk"),  # long s
        ("null", "nu\uffe8l"),
    ],
)
def test_these_can_be_taken_for_each_other(name: str, other: str) -> None:
    assert alike(name, other)
    assert alike(other, name)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("ian", "lan"),
        ("ali", "all"),
        ("mail", "mall"),
        ("user1", "user2"),
        ("\u00e9a", "ea"),
        ("\u0438\u0432\u0430\u043d", "\u0438\u0432\u043e\u043d"),
        ("ada", "adam"),
    ],
)
def test_these_are_told_apart(name: str, other: str) -> None:
    assert not alike(name, other)


def is_reserved(name: str) -> bool:
    try:
        POLICY.demand_not_reserved(Username(name))
    except UsernameTaken:
        return True
    return False


@pytest.mark.parametrize(
    "name", ["admin", "Admin", "\u0430dmin", "SUPPORT", "supp0rt", "ADMlN", "\u0410DMlN"]
)
def test_reserved_names_and_what_looks_like_them_are_taken(name: str) -> None:
    assert is_reserved(name)


@pytest.mark.parametrize("name", ["ada", "admins", "administer", "admln"])
def test_other_names_are_not_reserved(name: str) -> None:
    assert not is_reserved(name)


def test_the_name_itself_is_not_in_what_it_looks_like() -> None:
    (look,) = POLICY.looks(Username("augusta"))
    assert len(look) == 32
    assert "augusta" not in look
