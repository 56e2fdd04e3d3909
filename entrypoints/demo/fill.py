"""Fills an empty data folder with the story."""

import secrets
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from entrypoints.demo.accounts import StoryClock, write_accounts
from entrypoints.demo.lives import SEED, tell
from entrypoints.demo.people import OPERATORS
from entrypoints.demo.records import entries, write_metrics, write_requests
from entrypoints.demo.traffic import last_seen, traffic
from entrypoints.monitoring_storage import open_monitoring
from entrypoints.services import build_services
from entrypoints.settings import Settings
from entrypoints.settings.values import Rate

NODE = "demo"
"""The name of the node in records and metrics, in place of the machine's."""

_CHEAPEST = 10


class Login(Struct, frozen=True):
    """What the operator of the demo logs in with. The password is everybody's there."""

    username: str
    password: str

    def __repr__(self) -> str:
        return f"Login({self.username!r}, …)"


def settings_of(data_dir: Path) -> Settings:
    """What a demo is filled and served with: the defaults, cheap hashes, no name of this machine,
    and as many logins as one likes, for each opening of the link is one.
    """
    return Settings(
        data_dir=data_dir, node=NODE, bcrypt_cost=_CHEAPEST, limit_logins=Rate(100_000, 3_600)
    )


def new_login() -> Login:
    """The first operator, with a password that nobody knows."""
    return Login(OPERATORS[0], secrets.token_urlsafe(9))


async def fill(settings: Settings, seed: int = SEED, login: Login | None = None) -> Login:
    """Write a month that ends now into the data folder of these settings, in which there must be no
    database yet; on SQLite. Says how the operator logs in.

    The same seed makes the same people do the same; passwords, keys and tokens are new each time.
    Raises `UsernameTaken` if there is a database with these people, `CannotStart` and
    `Unavailable`.
    """
    login = login or new_login()
    now = datetime.now(UTC)
    story = tell(seed, now)
    asked = traffic(seed, story)
    clock = StoryClock(story.rhythm.began)
    services = build_services(settings.unobserved, clock)
    async with services.running():
        ids = await write_accounts(
            services.use_cases,
            clock,
            story,
            password=login.password,
            seen=last_seen(story, asked),
        )
    seen = entries(seed, asked, ids)
    kept = open_monitoring(settings)
    try:
        write_requests(settings, kept, seen)
        await write_metrics(settings, kept, seed, story, seen)
    finally:
        kept.questions.close()
        await kept.close()
    return login
