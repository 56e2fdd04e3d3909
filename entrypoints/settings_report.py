"""What the settings are, for operators to see: never a secret, and where each came from."""

import os
from datetime import UTC, datetime
from pathlib import Path

from dotenv import dotenv_values
from msgspec import structs

from adapters.http.operations.set_up import AboutView, SettingView
from entrypoints import __version__
from entrypoints.parsing import Rate, Secret
from entrypoints.settings import PREFIX, Settings
from entrypoints.settings_words import GROUPS, UNSET


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
            name=PREFIX + name.upper(),
            value=_text(values[name]),
            source=_source(PREFIX + name.upper(), written),
            group=group,
            meaning=meaning,
            unset=UNSET.get(name, ""),
        )
        for group, names in GROUPS.items()
        for name, meaning in names.items()
    ]


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case Secret():
            return "(a secret)"
        case Rate(attempts, seconds):
            return f"{attempts}/{seconds}"
        case tuple():
            return ",".join(_text(each) for each in value)
        case _:
            return str(value)


def _source(name: str, written: dict[str, str | None]) -> str:
    if os.environ.get(f"{name}_FILE"):
        return "file"
    value = os.environ.get(name, "").strip()
    if not value:
        return "default"
    return ".env" if (written.get(name) or "").strip() == value else "environment"
