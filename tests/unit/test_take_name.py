"""An account's name, and what looks like it, is its own, also some time after it was given up."""

import pytest

from domain.errors import UsernameTaken
from tests.examples import DAY, LAPTOP, PASSWORD
from tests.unit.conftest import Desk
from tests.unit.operators import at_work, became_operator, rename

CYRILLIC_ADA = "\u0430d\u0430"


async def test_a_name_that_looks_like_somebodys_is_taken(desk: Desk) -> None:
    await desk.signed_up("ada")
    with pytest.raises(UsernameTaken):
        await desk.signed_up(CYRILLIC_ADA)
    bob = await desk.signed_up("bob")
    with pytest.raises(UsernameTaken):
        await desk.updated(bob.token, username=CYRILLIC_ADA)
    assert (await desk.who(bob.token)).user.username.value == "bob"


async def test_ones_own_name_may_be_spelled_in_another_way(desk: Desk) -> None:
    ada = await desk.signed_up("ada")
    for spelling in ("ADA", "Ada", CYRILLIC_ADA):
        await desk.updated(ada.token, username=spelling)
        assert (await desk.who(ada.token)).user.username.value == spelling


async def test_a_name_that_was_given_up_is_held_for_its_owner(desk: Desk) -> None:
    ada = await desk.signed_up("ada")
    await desk.updated(ada.token, username="augusta")
    for name in ("ada", CYRILLIC_ADA):
        with pytest.raises(UsernameTaken):
            await desk.signed_up(name)
    await desk.updated(ada.token, username="ada")
    with pytest.raises(UsernameTaken):
        await desk.signed_up("augusta")


async def test_after_90_days_it_is_free(desk: Desk) -> None:
    ada = await desk.signed_up("ada")
    await desk.updated(ada.token, username="augusta")
    desk.clock.advance(90 * DAY)
    assert await desk.signed_up("ada")


async def test_who_changes_the_name_often_holds_ten(desk: Desk) -> None:
    ada = await desk.signed_up("name-a")
    for letter in "bcdefghijkmnopq":  # one that no other one looks like
        await desk.updated(ada.token, username=f"name-{letter}")
        desk.clock.advance(DAY / 24)
    free = []
    for letter in "abcdefghijkmnopq":
        try:
            await desk.signed_up(f"name-{letter}")
        except UsernameTaken:
            continue
        free.append(letter)
    assert free == list("abcde")


async def test_reserved_names_are_for_operators_to_give(desk: Desk) -> None:
    root = await at_work(desk, await became_operator(desk, "admin"))
    ada = await desk.signed_up("ada")
    for name in ("support", "supp\u043ert"):
        with pytest.raises(UsernameTaken):
            await desk.signed_up(name)
        with pytest.raises(UsernameTaken):
            await desk.updated(ada.token, username=name)
    created = await desk.use_cases.create_user(
        username="support", password=PASSWORD, caller=LAPTOP, by=root
    )
    assert created.username.value == "support"
    assert desk.hasher.work, "and with these, something was hashed"


async def test_a_reserved_name_is_refused_before_any_hashing(desk: Desk) -> None:
    with pytest.raises(UsernameTaken):
        await desk.signed_up("admin")
    assert desk.hasher.work == 0


async def test_whoever_has_a_reserved_name_may_keep_it(desk: Desk) -> None:
    await became_operator(desk, "admin")
    token = (await desk.logged_in("admin")).token
    updated = await desk.updated(token, username="admin", password="another long password")
    assert updated.user.username.value == "admin"


async def test_an_operator_may_give_a_name_that_is_held_but_none_that_is_in_use(desk: Desk) -> None:
    root = await at_work(desk, await became_operator(desk))
    ada = await desk.signed_up("renamed")
    await desk.updated(ada.token, username="augusta")
    bob = await desk.signed_up("bob")
    await rename(desk, root, bob.user)
    with pytest.raises(UsernameTaken):
        await desk.updated(ada.token, username="renamed")
    with pytest.raises(UsernameTaken):
        await desk.use_cases.create_user(
            username="aug\u03c5sta", password=PASSWORD, caller=LAPTOP, by=root
        )
