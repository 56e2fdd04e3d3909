"""Reading settings from the environment."""

import os
from collections.abc import Mapping
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from dotenv import load_dotenv
from msgspec import ValidationError, convert

from entrypoints.settings.contradictions import contradictions
from entrypoints.settings.declaring import PREFIX, Declared, bounds_of, declared_in
from entrypoints.settings.service import Settings

DECLARED = tuple(declared_in(Settings))
NAMES = tuple(each.variable for each in DECLARED)


class InvalidSettings(Exception):
    """Some settings are wrong. `mistakes` has one sentence for each, by the variable's name."""

    def __init__(self, mistakes: Mapping[str, str]) -> None:
        lines = [f"  {name}: {text}" for name, text in sorted(mistakes.items())]
        super().__init__("\n".join(["These settings are wrong:", *lines]))
        self.mistakes = mistakes


def read_settings(directory: Path | None = None) -> Settings:
    """From the environment, then from `.env` in `directory` (the working directory). An empty value
    counts as none; `NAME_FILE` names a file of text that holds the value of `NAME`, which must not
    be set then. Raises `InvalidSettings`, with all mistakes at once.
    """
    load_dotenv((directory or Path.cwd()) / ".env")
    values: dict[str, Any] = {}
    mistakes: dict[str, str] = {}
    for each in DECLARED:
        try:
            if text := _text_of(each.variable):
                values[each.name] = _value_of(each, text)
        except ValueError as error:
            mistakes[each.variable] = str(error)
    settings = Settings(**values)
    mistakes = contradictions(settings) | mistakes
    if mistakes:
        raise InvalidSettings(mistakes)
    return settings


def unknown_names() -> list[str]:
    """Variables that look like settings and are none."""
    known = {*NAMES, *(f"{name}_FILE" for name in NAMES)}
    return sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)


def form_of(declared: Declared) -> str:
    """How the value is written."""
    if declared.read_by:
        return declared.read_by.form
    hint = _without_none(declared.type)
    kind, bounds = _kind(hint), bounds_of(hint)
    if get_origin(kind) is Literal:
        return " or ".join(f"`{choice}`" for choice in get_args(kind))
    if kind is int:
        return f"a whole number from {bounds.ge:,} to {bounds.le:,}"
    least = "above 0, up" if bounds.ge is None else f"from {bounds.ge:,}"
    return f"a number {least} to {bounds.le:,}"


def _text_of(variable: str) -> str:
    """What is set, if anything. Raises `ValueError`."""
    file, text = os.environ.get(f"{variable}_FILE"), os.environ.get(variable, "").strip()
    if not file:
        return text
    if text:
        raise ValueError(f"Remove {variable} or {variable}_FILE: both are set.")
    try:
        return Path(file).read_text().strip()
    except UnicodeDecodeError:
        raise ValueError(
            f"The file of {variable}_FILE is not text. A secret.key that is not goes into the data"
            " folder of every node."
        ) from None
    except OSError:
        raise ValueError(f"The value of {variable}_FILE must be a readable file path.") from None


def _value_of(declared: Declared, text: str) -> Any:
    if declared.read_by:
        return declared.read_by.parse(text)
    try:
        return convert(text, _without_none(declared.type), strict=False)
    except ValidationError:
        raise ValueError(f"Use {form_of(declared).replace('`', '')}.") from None


def _without_none(hint: Any) -> Any:
    """A setting that is not set is `None`; one that is set never."""
    kind = _kind(hint)
    if get_origin(kind) in (Union, UnionType):
        (only,) = (each for each in get_args(kind) if each is not type(None))
        return only
    return hint


def _kind(hint: Any) -> Any:
    """The type without its notes."""
    return get_args(hint)[0] if hasattr(hint, "__metadata__") else hint
