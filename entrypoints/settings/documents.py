"""What is written about settings: `.env.example` and docs/settings.md, made of the declarations."""

import textwrap
from itertools import groupby
from typing import Any

from entrypoints.settings.declaring import Declared
from entrypoints.settings.reading import form_of
from entrypoints.settings.report import grouped, plain, text_of
from entrypoints.settings.service import Settings

_WIDTH = 100
_HEAD = """\
# Every setting with its default. Copy to .env and change what you need; an empty value counts as
# none. NAME_FILE=path reads the value of NAME from a file, for secrets.
"""
_PAGE = """\
# Settings

Set them in the environment or in a `.env` in the working directory; the environment comes first.
An empty value counts as none. `NAME_FILE` names a file that holds the value of `NAME`, for secrets.
All mistakes are reported at once, before anything starts. `frontdesk settings show` shows what is
in effect, and where it comes from; `frontdesk settings example` prints a `.env` with all defaults
([.env.example](../.env.example)).

This page is made of the declarations in `entrypoints/settings` (`make settings-docs`).
"""
_MADE_HERE = ("node",)
"""Their default is of this machine."""


def example() -> str:
    """An `.env` with every default."""
    parts = [_HEAD]
    for group, settings in groupby(grouped(), key=lambda each: each.about.group):
        parts.append(f"\n# {group}\n")
        for each in settings:
            said = f"{plain(each.about.text)} {_form(each)}"
            parts.append("\n" + textwrap.fill(said, _WIDTH, **_COMMENT) + "\n")
            parts.append(f"{each.variable}={_default(each)}\n")
    return "".join(parts)


def page() -> str:
    """docs/settings.md."""
    parts = [_PAGE]
    for group, settings in groupby(grouped(), key=lambda each: each.about.group):
        parts.append(
            f"\n## {group}\n\n| setting | default | value | what it does |\n|---|---|---|---|\n"
        )
        for each in settings:
            default = _default(each)
            shown = f"`{_shortened(default)}`" if default else each.about.unset
            cells = (f"`{each.variable}`", shown, form_of(each), each.about.text)
            parts.append(f"| {' | '.join(cells)} |\n")
    return "".join(parts)


_COMMENT: dict[str, Any] = {
    "initial_indent": "# ",
    "subsequent_indent": "# ",
    "break_on_hyphens": False,
    "break_long_words": False,
}
_LONG = 40


def _default(declared: Declared) -> str:
    if declared.name in _MADE_HERE:
        return ""
    return text_of(getattr(Settings(), declared.name))


def _form(declared: Declared) -> str:
    form = f"Value: {plain(form_of(declared))}."
    unset = declared.about.unset
    return f"{form} Default: {plain(unset)}." if unset and not _default(declared) else form


def _shortened(text: str) -> str:
    return text if len(text) <= _LONG else f"{text[:_LONG].rpartition(',')[0]},…"
