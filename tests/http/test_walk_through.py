"""The walk-through of the README, on a database where nobody has signed up."""

from pathlib import Path

import pytest
from frontdesk_client import AsyncFrontdesk, FrontdeskError

from entrypoints.web_app import create_app
from tests.client import Client, connect, in_process
from tests.conftest import serving, settings_in


def walk_through(client: Client) -> None:
    signed_up = client.sign_up("user1", "123123")
    assert signed_up.status == 200
    assert list(signed_up.data) == ["id", "username", "signup_time"]
    assert (signed_up.data["id"], signed_up.data["username"]) == (1, "user1")

    read = client.me()
    assert (read.status, read.data) == (200, signed_up.data)

    logged_out = client.log_out()
    assert (logged_out.status, logged_out.text) == (200, "")

    assert client.me().status == 401

    logged_in = client.log_in("user1", "123123")
    assert (logged_in.status, logged_in.data) == (200, signed_up.data)
    assert client.me().data == signed_up.data

    updated = client.update(username="user-updated", password="123456")
    assert updated.status == 200
    assert updated.data == {**signed_up.data, "username": "user-updated"}
    assert client.me().data == updated.data


def test_it_works_in_process(tmp_path: Path) -> None:
    with in_process(settings_in(tmp_path, bcrypt_cost=12)) as client:
        walk_through(client)


def test_it_works_live(tmp_path: Path) -> None:
    app = create_app(settings_in(tmp_path, bcrypt_cost=12), record=lambda _: None)
    with serving(app) as url, connect(url) as client:
        walk_through(client)


@pytest.mark.holds_the_loop
@pytest.mark.parametrize("kind", ["in-process", "live"])
async def test_it_works_without_blocking(kind: str, tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    if kind == "in-process":
        async with AsyncFrontdesk.in_process(settings) as client:
            await walk_without_blocking(client)
        return
    with serving(create_app(settings, record=lambda _: None)) as url:
        async with AsyncFrontdesk(url) as client:
            await walk_without_blocking(client)


async def walk_without_blocking(client: AsyncFrontdesk) -> None:
    assert (await client.sign_up("user1", "123123")).id == 1
    assert (await client.me()).username == "user1"
    async with client.another() as other:
        with pytest.raises(FrontdeskError):
            await other.me()
