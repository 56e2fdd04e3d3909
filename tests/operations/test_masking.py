"""What of a request is kept."""

import json
import string
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.request_log.masking import HIDDEN, WORDS, Masking

PLANTED = "pl4nted-v4lue"
masking = Masking()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("X-Pass", False),
        ("X-Auth", False),
        ("Cookie", False),
        ("Set-Cookie", False),
        ("AUTHORIZATION", False),
        ("Proxy-Authorization", False),
        ("X-Api-Key", False),
        ("X-CSRF-Token", False),
        ("Accept", True),
        ("X-Forwarded-For", True),
    ],
)
def test_header_fields_by_name(name: str, *, shown: bool) -> None:
    kept = masking.fields([(name.lower().encode(), PLANTED.encode())])
    assert (PLANTED in kept) == shown


@pytest.mark.parametrize(
    "raw",
    [
        f"password={PLANTED}",
        f"a=1&new_password={PLANTED}&b=2",
        f"PASSWORD={PLANTED}",
        f"pass%77ord={PLANTED}",
        f"user%5Bpassword%5D={PLANTED}",
        f"token={PLANTED}&token={PLANTED}",
        f"next=https%3A%2F%2Fx%2F%3Ftoken%3D{PLANTED}",
        f"password%3D{PLANTED}",
        f"next=%2F%3Fpassword%253D{PLANTED}",
        f"next=/login?password=correct%20{PLANTED}",
        f"a=1;password=co%20{PLANTED}",
        f"pwd={PLANTED}",
    ],
)
def test_queries_by_name(raw: str) -> None:
    kept = masking.query(raw)
    assert PLANTED not in kept
    assert HIDDEN in kept or "%2A%2A%2A" in kept


def test_a_query_without_secrets_stays_readable() -> None:
    assert masking.query("filter=username%3Aprefix%3Aad&limit=5&x=") == (
        "filter=username%3Aprefix%3Aad&limit=5&x="
    )
    assert masking.query("") == ""
    assert masking.query("plain") == "plain"


@pytest.mark.parametrize(
    "value",
    [
        f"https://x.example/a?code={PLANTED}#b",
        f"https://ada:{PLANTED}@x.example/",
        f"/callback?session_id={PLANTED}",
        f"http://h/x%3Fpassword%3D{PLANTED}",
        f"token={PLANTED}, password: two words {PLANTED}",
        f'{{"password": "{PLANTED}"}}',
    ],
)
def test_urls_in_header_fields(value: str) -> None:
    assert PLANTED not in masking.fields([(b"referer", value.encode())])


def kept(value: Any, *, refused: bool = False) -> str | None:
    return masking.body(json.dumps(value).encode(), refused=refused)


def test_json_by_name_however_deep() -> None:
    value = {
        "a": [{"b": {"Password": PLANTED}}],
        "secrets": [PLANTED],
        "ok": 1,
        "key": {"x": PLANTED},
    }
    assert json.loads(str(kept(value))) == {
        "a": [{"b": {"Password": HIDDEN}}],
        "secrets": HIDDEN,
        "ok": 1,
        "key": HIDDEN,
    }


def test_of_what_was_refused_no_text_is_kept() -> None:
    """The password may stand where the name belongs, or anywhere."""
    for value in (
        {"username": PLANTED, "password": "x"},
        {"Username": PLANTED},
        {"a": {"username": PLANTED}},
        ["op", PLANTED],
        PLANTED,
        [{"name": "password", "value": PLANTED}],
    ):
        assert PLANTED not in str(kept(value, refused=True))
    assert PLANTED in str(kept({"username": PLANTED, "password": "x"}))
    assert json.loads(str(kept({"n": 1, "ok": True}, refused=True))) == {"n": 1, "ok": True}


@pytest.mark.parametrize(
    "raw", [b'{"x": "\\ud800"}', b'"\xed\xa0\x80"', '"\\ud800"'.encode("utf-16")]
)
def test_half_a_character_can_be_kept(raw: bytes) -> None:
    for refused in (True, False):
        shown = masking.body(raw, refused=refused)
        assert shown is None or shown.encode()


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"password=x", b"\xff", b'{"password": "' + b"[" * 100_000, b"[" * 100_000]
)
def test_what_is_no_json_is_not_kept(raw: bytes) -> None:
    assert masking.body(raw, refused=True) is None


def test_our_own_secrets_wherever_they_stand() -> None:
    token = "A-b_" * 10 + "xyz"
    assert len(token) == 43
    for text in (token, f"/reset/{token}", f"see {token}.", f"fdk_{token}", f'"{token}"'):
        assert token not in masking.text(text)
    for beside in ("-", "_", "x"):
        assert token not in masking.text(f"my{beside}fdk_{token}{beside}")
    assert masking.text("short-enough") == "short-enough"
    assert token not in str(kept({"note": f"it is {token}"}))
    assert token not in str(kept({token: 1}))


@pytest.mark.parametrize("filler", range(980, 1_030))
def test_no_half_of_a_secret_stands_where_a_text_is_cut(filler: int) -> None:
    token = "Zq7-" * 11
    text = "a " * (filler // 2) + token + " more" * 50
    for shown in (
        masking.fields([(b"x", text.encode())]),
        masking.query(f"x={text}"),
        str(kept({"x": text})),
        masking.path(text),
    ):
        assert "Zq7" not in shown


def test_errors() -> None:
    with pytest.raises(ValueError, match="bad") as caught:
        raise ValueError(f"bad: password='{PLANTED}' {{'token': '{PLANTED}'}}")
    text = masking.error(caught.value)
    assert "ValueError" in text
    assert "test_masking.py" in text
    assert PLANTED not in text


NAMES = st.builds(
    lambda before, word, after: before + word + after,
    st.text(string.ascii_letters + "_-", max_size=5),
    st.sampled_from(WORDS).flatmap(lambda word: st.sampled_from([word, word.upper()])),
    st.text(string.ascii_letters + "_-", max_size=5),
)
VALUES = st.recursive(
    st.sampled_from([PLANTED, 1, None, True]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)


@given(name=NAMES, value=VALUES, wrapped=st.integers(0, 3))
@settings(max_examples=200, deadline=None)
def test_no_shape_of_json_lets_a_secret_through(name: str, value: Any, wrapped: int) -> None:
    body: Any = {name: value}
    for _ in range(wrapped):
        body = [{"outer": body}]
    assert PLANTED not in str(kept(body))


@given(name=NAMES, other=st.text(string.ascii_letters, max_size=8))
@settings(max_examples=200, deadline=None)
def test_no_query_or_url_lets_a_secret_through(name: str, other: str) -> None:
    query = f"{other}=1&{name}={PLANTED}"
    assert PLANTED not in masking.query(query)
    assert PLANTED not in masking.text(f"https://x.example/?{query}")
    assert PLANTED not in masking.fields([(b"referer", f"https://x.example/?{query}".encode())])


@pytest.mark.parametrize(
    "text", ["a" * 32_000, "password" * 4_000, "://" * 10_000, "key=" * 8_000, "?" * 32_000]
)
def test_long_texts_cost_no_more_than_in_proportion(text: str) -> None:
    def seconds(part: str) -> float:
        began = time.thread_time()
        Masking().fields([(b"x", part.encode())])
        return time.thread_time() - began

    assert seconds(text) < 50 * seconds(text[: len(text) // 10]) + 0.05


def test_more_words_can_be_named() -> None:
    assert PLANTED not in Masking([*WORDS, "iban"]).fields([(b"x-iban", PLANTED.encode())])
