"""What counts as roles and metadata."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidMetadata, InvalidRoles
from domain.labels import METADATA_MAX_BYTES, Metadata, parse_roles

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text('aé"\\/ ☃', max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab"), inner, max_size=3),
    max_leaves=6,
)


def nested(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(levels - 1):
        value = {"a": value}
    return value


def test_roles_are_sorted_and_each_counts_once() -> None:
    assert parse_roles(["member", "admin", "member", "a-1._"]) == ("a-1._", "admin", "member")
    assert parse_roles([]) == ()
    assert len(parse_roles(f"role{number}" for number in range(20))) == 20


@pytest.mark.parametrize(
    "role",
    ["", "Admin", "a b", "a,b", "a\n", "\na", "-a", ".a", "x" * 33, "rôle", "аdmin", "a\0", "a:b"],
)
def test_what_could_not_travel_in_a_header_is_no_role(role: str) -> None:
    with pytest.raises(InvalidRoles):
        parse_roles(["member", role])


def test_twenty_one_roles_are_too_many() -> None:
    with pytest.raises(InvalidRoles):
        parse_roles(f"role{number}" for number in range(21))


@given(st.dictionaries(st.text("abc"), VALUES, max_size=3))
def test_metadata_comes_back_as_it_was(value: dict[str, Any]) -> None:
    try:
        metadata = Metadata.parse(value)
    except InvalidMetadata:
        return
    assert metadata.value == value
    assert Metadata.parse(metadata.value) == metadata


def test_eight_levels_and_4096_bytes_are_enough() -> None:
    assert Metadata.parse(nested(8)).value == nested(8)
    fitting = {"a": "x" * (METADATA_MAX_BYTES - len('{"a":""}'))}
    assert len(Metadata.parse(fitting).text) == METADATA_MAX_BYTES
    assert Metadata.parse({}).text == "{}"


@pytest.mark.parametrize(
    "value",
    [
        nested(9),
        {"a": [[[[[[[[]]]]]]]]},
        {"a": "x" * (METADATA_MAX_BYTES - len('{"a":""}') + 1)},
        {"a": "é" * (METADATA_MAX_BYTES // 2)},
        {"a": float("nan")},
        {"a": float("inf")},
        {"a": "nul\0"},
        {"nul\0": 1},
        {"a": "\ud800"},
        {"\ud800": 1},
        {"a": {1, 2}},
        {"a": 10**400},
    ],
    ids=lambda value: repr(value)[:40],
)
def test_what_is_too_large_or_no_json_is_refused(value: dict[str, Any]) -> None:
    with pytest.raises(InvalidMetadata):
        Metadata.parse(value)


def test_what_only_looks_like_an_escape_is_text() -> None:
    assert Metadata.parse({"a": "\\u0000"}).value == {"a": "\\u0000"}


def test_nobody_can_make_it_look_deeper_than_it_must() -> None:
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(InvalidMetadata):
        Metadata.parse({"a": endless})


def test_the_text_is_compact_and_the_same_for_the_same_object() -> None:
    text = Metadata.parse({"b": 1, "a": {"d": "☃", "c": None}}).text
    assert text == '{"a":{"c":null,"d":"☃"},"b":1}'
    assert json.loads(text) == {"a": {"c": None, "d": "☃"}, "b": 1}
