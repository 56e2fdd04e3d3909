import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidUsername
from domain.user import Username


@pytest.mark.parametrize(
    "name", ["a", "user1", "Ada", "x" * 20, "日本語", "Łukasz", "a.b-c_d", "🦊"]
)
def test_one_to_twenty_visible_characters_are_a_name_and_keep_their_spelling(name: str) -> None:
    assert Username.parse(name).value == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "x" * 21,
        " ",
        "a b",
        "a\u00a0b",  # no-break space
        "a\u3000b",  # ideographic space
        "a\0",
        "a\n",
        "a\x7f",
        "a\u200b",  # zero width space
        "a\u202e",  # right-to-left override
        "a\ufeff",
        "\ud800",  # lone surrogate
        "\ue000",  # private use
        "\u0378",  # unassigned
        "\u2028",  # line separator
        "\ufdfa",  # one character that NFKC makes eighteen, with spaces
        "\ufdfb" * 3,
        "\u3164",  # hangul filler, and other letters that nobody sees
        "\u115f",
        "\u2800",
        "\u034f",
        "user1\ufe0f",
        "user1\U000e0101",
        "a" + "\u0315\u0327" * 4000,
    ],
)
def test_anything_else_is_refused(name: str) -> None:
    with pytest.raises(InvalidUsername):
        Username.parse(name)


def test_length_counts_composed_characters() -> None:
    assert Username.parse("e\u0301" * 20).value == "é" * 20


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ada", "ADA"),
        ("straße", "STRASSE"),
        ("é", "e\u0301"),
        ("ａｄａ", "ada"),
        ("ﬁn", "FIN"),
        ("K", "k"),  # Kelvin sign
        ("①", "1"),
    ],
)
def test_names_that_differ_only_in_case_or_unicode_form_are_the_same(one: str, other: str) -> None:
    assert Username(one).key == Username(other).key


def test_an_endless_spelling_is_not_normalised() -> None:
    endless = "a" + "\u0315\u0327" * 4000
    assert Username(endless).key == endless


def test_different_names_stay_different() -> None:
    assert Username("ada").key != Username("adа").key  # the last letter is Cyrillic


@given(st.text(max_size=30))
def test_the_key_of_a_key_is_itself(name: str) -> None:
    key = Username(name).key
    assert Username(key).key == key


@given(st.text(max_size=30))
def test_every_unicode_form_of_a_name_has_one_key(name: str) -> None:
    keys = {Username(unicodedata.normalize(form, name)).key for form in ("NFC", "NFD", "NFKC")}
    assert keys == {Username(name).key}


@given(st.text(max_size=25))
def test_what_is_accepted_is_accepted_again_unchanged(name: str) -> None:
    try:
        accepted = Username.parse(name)
    except InvalidUsername:
        return
    assert Username.parse(accepted.value) == accepted
