"""What the settings are, for operators to see: never a secret, and where each came from."""

import os
from pathlib import Path

from dotenv import dotenv_values
from msgspec import structs

from adapters.http.operations.set_up import SettingView
from entrypoints.parsing import Rate, Secret
from entrypoints.settings import NAMES, PREFIX, Settings


def effective(settings: Settings, directory: Path | None = None) -> list[SettingView]:
    """All of them, in the order of `.env.example`."""
    written = dotenv_values((directory or Path.cwd()) / ".env")
    values = structs.asdict(settings)
    return [
        SettingView(
            name=name,
            value=_text(values[name.removeprefix(PREFIX).lower()]),
            source=_source(name, written),
        )
        for name in NAMES
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
