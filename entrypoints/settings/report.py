"""What the settings are, for operators to see: never a secret, and where each came from."""

import os
from datetime import UTC, datetime
from pathlib import Path

from dotenv import dotenv_values
from msgspec import structs

from adapters.http.operations.set_up import AboutView, SettingView
from entrypoints import __version__
from entrypoints.settings.declaring import Declared
from entrypoints.settings.reading import DECLARED
from entrypoints.settings.service import Settings
from entrypoints.settings.values import Rate, Secret

GROUPS = (
    "Service",
    "Database",
    "Sign-up",
    "Passwords and keys",
    "Rate limits",
    "Sessions and events",
    "Request log and metrics",
)


def about(settings: Settings) -> AboutView:
    """What runs here, from now on."""
    return AboutView(
        version=__version__,
        node=settings.node,
        started=datetime.now(UTC),
        data_dir=str(settings.data_dir.absolute()),
        database="PostgreSQL" if settings.postgresql else "SQLite",
    )


def effective(settings: Settings, directory: Path | None = None) -> list[SettingView]:
    """All of them by group."""
    written = dotenv_values((directory or Path.cwd()) / ".env")
    values = structs.asdict(settings)
    return [
        SettingView(
            name=each.variable,
            value=text_of(values[each.name]),
            source=_source(each.variable, written),
            group=each.about.group,
            meaning=plain(each.about.text),
            unset=plain(each.about.unset),
        )
        for each in grouped()
    ]


def grouped() -> list[Declared]:
    """Every setting, group by group, in the order of `GROUPS`."""
    return sorted(DECLARED, key=lambda each: GROUPS.index(each.about.group))


def plain(text: str) -> str:
    """Without the marks of Markdown."""
    return text.replace("`", "")


def text_of(value: object) -> str:
    """As it is written in the environment, but for secrets."""
    match value:
        case None:
            return ""
        case Secret():
            return "(a secret)"
        case Rate(attempts, seconds):
            return f"{attempts}/{seconds}"
        case tuple():
            return ",".join(text_of(each) for each in value)
        case _:
            return str(value)


def _source(name: str, written: dict[str, str | None]) -> str:
    if os.environ.get(f"{name}_FILE"):
        return "file"
    value = os.environ.get(name, "").strip()
    if not value:
        return "default"
    return ".env" if (written.get(name) or "").strip() == value else "environment"
