"""What of a request is kept."""

import json
import string
import time
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.monitoring.masking.masking import Masking
from adapters.monitoring.masking.values import HIDDEN
from adapters.monitoring.masking.words import WORDS

PLANTED = "pl4nted-v4lue"
TOKEN = "Zq7-" * 10 + "xyz"
masking = Masking()


def in_header(value: str) -> str:
    return masking.fields([(b"x-note", value.encode())])


def in_query(value: str) -> str:
    return masking.query(f"x={quote(value, safe='')}".encode())


def everywhere(value: str) -> str:
    """What is kept of a value in all the places where it may stand."""
    path = masking.path("/go/" + quote(value, safe="/:@?=;"))
    return in_header(value) + in_query(value) + masking.text(value) + path


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
        ("X-Sid", False),
        ("X-Jwt", False),
        ("Pin", False),
        ("X-PW", False),
        ("X-Signature", False),
        ("X-Xsrf", False),
        ("X-Cred", False),
        ("X-Inside", True),
        ("X-Shipping", True),
        ("Accept", True),
        ("Content-Type", True),
        ("Sec-Fetch-Site", True),
        ("X-Forwarded-For", True),
    ],
)
def test_header_fields_by_name(name: str, *, shown: bool) -> None:
    kept = masking.fields([(name.lower().encode(), PLANTED.encode())])
    assert (PLANTED in kept) == shown


def test_ordinary_header_fields_are_kept_as_they_were() -> None:
    ordinary = {
        "host": "auth.example.com",
        "origin": "https://auth.example.com:8443",
        "accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8",
        "accept-language": "de-DE,de;q=0.9",
        "referer": "http://127.0.0.1:8000/ops/tables/access_tokens?limit=5#top",
        "sec-ch-ua": '"Chromium";v="120", "Not?A_Brand";v="8"',
        "vary": "Accept, Cookie",
        "content-security-policy": "default-src 'self'; img-src 'self' data:",
        "if-none-match": 'W/"5d41402a"',
    }
    kept = masking.fields([(name.encode(), value.encode()) for name, value in ordinary.items()])
    assert json.loads(kept) == ordinary


@pytest.mark.parametrize(
    "raw",
    [
        f"password={PLANTED}",
        f"a=1&new_password={PLANTED}&b=2",
        f"PASSWORD={PLANTED}",
        f"pass%77ord={PLANTED}",
        f"user%5Bpassword%5D={PLANTED}",
        f"user[password]={PLANTED}",
        f"user%255Bpassword%255D={PLANTED}",
        f"%EF%BD%90assword={PLANTED}",
        f"%u0070assword={PLANTED}",
        f"userPin={PLANTED}",
        f"token={PLANTED}&token={PLANTED}",
        f"next=https%3A%2F%2Fx%2F%3Ftoken%3D{PLANTED}",
        f"password%3D{PLANTED}",
        f"next=%2F%3Fpassword%253D{PLANTED}",
        f"next=/login?password=correct%20{PLANTED}",
        f"next=/login%3Fpassword%3Daa%26{PLANTED}",
        f"a=1;password=co%20{PLANTED}",
        f"pwd={PLANTED}",
        f"password=aa&{PLANTED}",
        f'{{"password":"{PLANTED}"}}',
        f'{{"password":"a={PLANTED}"}}',
        f'{{"password":"a&{PLANTED}=1"}}',
        f'x={{"password":["{PLANTED}"]}}',
        f'x={{"password":"a&{PLANTED}=1"}}',
        f"x=%7B%22%5Cu0070assword%22%3A%22{PLANTED}%22%7D",
    ],
)
def test_queries_by_name(raw: str) -> None:
    kept = masking.query(raw.encode())
    assert PLANTED not in kept
    assert HIDDEN in kept or "%2A%2A%2A" in kept


def test_a_query_without_secrets_stays_as_it_was() -> None:
    for raw in (
        "filter=username%3Aprefix%3Aad&limit=5&x=",
        "filter=route:eq:/api/user&columns=id,token_id",
        "",
        "plain",
        "a=1;b=2",
    ):
        assert masking.query(raw.encode()) == raw
    assert masking.query(b"token=x&a=b") == "token=***&a=b"
    assert masking.query(b"user[password]=x&a=b") == "user[password]=***&a=b"
    assert masking.query(b"a=\x1b[0m\xff b") == "a=%1B[0m%FF%20b"


@pytest.mark.parametrize(
    "value",
    [
        f"https://x.example/a?code={PLANTED}#b",
        f"https://x.example/a#access_token={PLANTED}",
        f"https://x.example/?password=aa%26{PLANTED}",
        f"https://x.example/?password=aa%27{PLANTED}",
        f"https://x.example/?password=aa%0A{PLANTED}",
        f"https://x.example/?password=aa#{PLANTED}",
        f"https://x.example/?user[password]={PLANTED}",
        f"https://x.example/?user%5Bpassword%5D={PLANTED}",
        f"https://x.example/?next=%2F%253Fpassword%253Daa%2526{PLANTED}",
        f"https://x.example/a;password={PLANTED}/b",
        f"https://x.example/a;password=aa/{PLANTED}",
        f"https://ada:{PLANTED}@x.example/",
        f"https://ada:aa%40{PLANTED}@x.example/",
        f"https://ada:aa@{PLANTED}@x.example/",
        f"https://ada:aa/{PLANTED}@x.example/",
        f"https://ada:12/{PLANTED}@x.example/",
        f"https://{PLANTED}@x.example/",
        f"https%3A%2F%2Fada%3Aaa%2540{PLANTED}%40x.example%2F",
        f"ada:{PLANTED}@x.example",
        f"//ada:{PLANTED}@x.example/",
        f"/callback?session_id={PLANTED}",
        f"http://h/x%3Fpassword%3D{PLANTED}",
        f"see https://x.example/?token={PLANTED}",
        f"<https://x.example/?token={PLANTED}>; rel=next",
        f"token={PLANTED}, password: two words {PLANTED}",
        f"PASSWORD {PLANTED}",
        f"a=1&password={PLANTED}",
        f"p\u00adassword={PLANTED}",
        f"&#112;assword={PLANTED}",
        "Basic YWRhOnBsNG50ZWQtdjRsdWU=",
        f"Digest username={PLANTED}",
        f'{{"password": "{PLANTED}"}}',
        f'{{"password": ["{PLANTED}"]}}',
        f'{{"password": {{"v": "{PLANTED}"}}}}',
        f'{{"password": "a\\"{PLANTED}"}}',
        f'{{"\\u0070assword": "{PLANTED}"}}',
        f'{{"x": "{{\\"password\\": \\"{PLANTED}\\"}}"}}',
        f'{{"x": "/login?password=aa&{PLANTED}"}}',
        f'{{"name": "password", "value": "{PLANTED}"}}',
        f'["password", "{PLANTED}"]',
        f"{{'password': '{PLANTED}'}}",
        f'{{"password": "{PLANTED}"',
        f'"password={PLANTED}"',
    ],
)
def test_secrets_inside_values(value: str) -> None:
    kept = everywhere(value)
    assert PLANTED not in kept
    assert "YWRh" not in kept


def test_what_stands_around_a_secret_in_a_value_is_kept_where_that_is_certain() -> None:
    for value, shown in {
        "https://x.example/a?code=1": "https://x.example/a?***",
        "https://x.example/a#code=1": "https://x.example/a#***",
        "https://ada:1@x.example:80/a?b=c": "https://***@x.example:80/a?b=c",
        "https://x.example/a;token=1/b?c": "https://x.example/***",
        '{"a": 1, "password": 2}': '{"a": 1, "password": "***"}',
    }.items():
        assert masking.text(value) == shown


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("/api/user%3Fpassword=hunter2", "/api/***"),
        ("/api/user;password=hunter2", "/api/***"),
        ("/go/https://bob:hunter2@host/", "/go/***"),
        ("/go/https:/bob:hunter2@host/", "/go/***"),
        ("/go/bob:hun%2Fter2@host/", "/go/***"),
        ("/password/hunter2", "/password/***"),
        ("/reset-code/hunter2/x", "/reset-code/***/x"),
        ("/a%2520password%253Dhunter2", "/***"),
        ("/%7B%22%5Cu0070assword%22:%22hunter2%22%7D", "/***"),
        (f"/reset/{TOKEN}/x", "/reset/***/x"),
        (f"/reset/%2541{TOKEN[1:]}", "/reset/***"),
        (f"/reset/{TOKEN}/?", "/reset/***/?"),
        ("/api/ops/tokens/5", "/api/ops/tokens/5"),
        ("/api/ops/users/2/reset-code", "/api/ops/users/2/reset-code"),
        ("/api/ops/tables/access_tokens/rows/1", "/api/ops/tables/access_tokens/rows/1"),
        ("/%1b%5B201~%03%0atouch%20FILE%0a", "/%1b%5B201~%03%0atouch%20FILE%0a"),
        ("/\xff\x1b[A b", "/%FF%1B[A%20b"),
        ("/" + "a/" * 1_000, "(2001 characters, not kept)"),
        ("/a" * 100 + ";key=1", "/a" * 39 + "/***"),
    ],
)
def test_paths(raw: str, shown: str) -> None:
    for _ in range(2):  # the second time, some are remembered
        assert masking.path(raw) == shown


@pytest.mark.parametrize("refused", [True, False])
@pytest.mark.parametrize(
    "body",
    [
        {"username": PLANTED, "password": "x"},
        {"Username": PLANTED},
        {"a": {"username": PLANTED}},
        {"confirm": PLANTED},
        {"pw": PLANTED},
        {"username": 9876501234},
        {"username": {"9876501234": 1}},
        {PLANTED: 1},
        {"version": PLANTED, "days": [PLANTED]},
        {"scopes": [PLANTED, {"x": PLANTED}, 9876501234]},
        ["op", PLANTED],
        PLANTED,
        9876501234,
        [{"name": "password", "value": PLANTED}],
    ],
)
def test_of_bodies_only_the_shape_is_kept(body: object, *, refused: bool) -> None:
    kept = str(masking.body(json.dumps(body).encode(), refused=refused))
    assert PLANTED not in kept
    assert "9876501234" not in kept


def test_of_accepted_bodies_harmless_values_are_kept() -> None:
    raw = b'{"name": "backup", "scopes": ["data.view"], "days": 7, "x": 1, "y": 2}'
    accepted, refused = (masking.body(raw, refused=each) for each in (False, True))
    assert json.loads(str(accepted)) == {
        "name": HIDDEN,
        "scopes": ["data.view"],
        "days": 7,
        HIDDEN: HIDDEN,
    }
    assert json.loads(str(refused)) == {
        "name": HIDDEN,
        "scopes": HIDDEN,
        "days": HIDDEN,
        HIDDEN: HIDDEN,
    }


@pytest.mark.parametrize(
    "raw", [b'{"x": "\\ud800"}', b'"\xed\xa0\x80"', '"\\ud800"'.encode("utf-16")]
)
def test_half_a_character_can_be_kept(raw: bytes) -> None:
    for shown in (
        masking.body(raw, refused=False),
        masking.fields([(b"x", raw)]),
        masking.fields([(b"x", b'{"token": 1, "y": "\\ud800"}')]),
        masking.query(b"x=%ED%A0%80&y=" + raw),
    ):
        assert shown is None or shown.encode()


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"password=x", b"\xff", b'{"password": "' + b"[" * 100_000, b"[" * 100_000]
)
def test_what_is_no_json_is_not_kept(raw: bytes) -> None:
    assert masking.body(raw, refused=True) is None


def test_our_own_secrets_wherever_they_stand() -> None:
    assert len(TOKEN) == 43
    for text in (TOKEN, f"/reset/{TOKEN}", f"see {TOKEN}.", f"fdk_{TOKEN}", f'"{TOKEN}"'):
        assert TOKEN not in everywhere(text)
        for encoded in (quote(text), quote(quote(text)), text.replace("Z", "%255A")):
            kept = everywhere(encoded)
            assert "Zq7-Zq7" not in kept
            assert "q7-Zq7-" not in kept
    for beside in ("-", "_", "x"):
        assert TOKEN not in everywhere(f"my{beside}fdk_{TOKEN}{beside}")
    assert masking.text("short-enough") == "short-enough"
    assert "Zq7" not in masking.fields([(f"x-{TOKEN}".encode(), b"1")])
    assert "eyJhbGciOiJIUzI1NiJ9" not in everywhere("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln")


@pytest.mark.parametrize("limit", [100, 128, 256, 1_024, 4_096])
def test_no_part_of_a_secret_stands_where_a_text_is_cut(limit: int) -> None:
    encoded = "".join(f"%{byte:02X}" for byte in TOKEN.encode())
    for secret in (TOKEN, encoded, quote(encoded)):
        for before in range(limit - len(secret) - 3, limit + 3):
            text = ("a " * limit)[: max(before, 0)] + secret
            for shown in (
                masking.fields([(b"x", text.encode())]),
                masking.fields([(text.replace(" ", "").encode(), b"x")]),
                masking.query(f"x={text}".encode()),
                masking.text(text),
                masking.path("/" + text.replace(" ", "/")),
            ):
                assert "Zq7" not in shown
                assert "%5A%71%37" not in shown
                assert "%255A%2571" not in shown


def test_errors() -> None:
    def fail(text: str) -> str:
        with pytest.raises(ValueError, match="bad") as caught:
            raise ValueError(text) from KeyError(f"password={PLANTED}")
        caught.value.add_note(f"  File password={PLANTED}")
        return masking.error(caught.value)

    text = fail(f"bad: password='{PLANTED}' {{'token': '{PLANTED}'}}")
    assert "ValueError: ***" in text
    assert "test_masking.py" in text
    assert "raise ValueError(text) from KeyError(" in text, "our source is no secret"
    assert PLANTED not in text
    assert "ValueError: bad, no such table: sessions" in fail("bad, no such table: sessions")


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
    raw = json.dumps(body)
    assert PLANTED not in everywhere(raw)
    assert PLANTED not in str(masking.body(raw.encode(), refused=False))


@given(name=NAMES, other=st.text(string.ascii_letters, max_size=8), rest=st.text(max_size=5))
@settings(max_examples=300, deadline=None)
def test_no_query_or_url_lets_a_secret_through(name: str, other: str, rest: str) -> None:
    secret = quote(rest + PLANTED, safe="")
    query = f"{other}=1&{name}={secret}"
    assert PLANTED not in masking.query(query.encode())
    assert PLANTED not in everywhere(f"https://x.example/?{query}")
    assert PLANTED not in everywhere(f"https://{name}:{secret}@x.example/")
    assert PLANTED not in masking.path(f"/{other};{name}={secret}")


@pytest.mark.parametrize(
    "text",
    [
        "a" * 4_000,
        "password" * 500,
        "://" * 1_300,
        "key=" * 1_000,
        "?" * 4_000,
        "%25" * 1_300,
        "\\u0041" * 650,
        "/" * 4_000,
        "/key" * 1_000,
        "a@:" * 1_300,
        "[" * 4_000,
        ("a" * 42 + " ") * 90,
    ],
)
def test_long_texts_cost_no_more_than_in_proportion(text: str) -> None:
    def seconds(part: str) -> float:
        began = time.thread_time()
        Masking().fields([(b"x", part.encode())])
        Masking().query(part.encode())
        Masking().path(part)
        return time.thread_time() - began

    assert seconds(text) < 50 * seconds(text[: len(text) // 10]) + 0.05


def test_of_many_parameters_and_fields_only_so_many_are_looked_at() -> None:
    parameters = masking.query("&".join(f"p{number}=v" for number in range(580)).encode())
    assert parameters.count("=") == 50
    assert parameters.endswith("&(not kept)")
    fields = json.loads(masking.fields([(f"x-{n}".encode(), b"v") for n in range(90)]))
    assert len(fields) == 51
    assert fields["(not kept)"]
    large = json.loads(masking.fields([(b"x-1", b"a " * 1_500), (b"x-2", b"a " * 1_500)]))
    assert list(large) == ["x-1", "(not kept)"]


def test_more_words_can_be_named() -> None:
    assert PLANTED not in Masking([*WORDS, "iban"]).fields([(b"x-iban", PLANTED.encode())])


@pytest.mark.parametrize(
    "path", [f"/password//{PLANTED}", f"/token///{PLANTED}", f"/a/secret//{PLANTED}/b"]
)
def test_an_empty_segment_does_not_part_a_name_from_its_value(path: str) -> None:
    assert PLANTED not in masking.path(path)


def test_one_byte_that_is_no_text_hides_no_other_field() -> None:
    wide = f"ｐａｓｓｗｏｒｄ={PLANTED}".encode()
    assert PLANTED not in masking.fields([(b"x-a", b"\xff"), (b"x-b", wide)])


@pytest.mark.parametrize("name", ["gtoken", "ltoken", "notoken", "ampass", "timesession"])
def test_a_reference_of_html_without_its_end_takes_no_letter_of_a_name(name: str) -> None:
    """`&gt` is also how the parameter after the first begins whose name begins with it."""
    assert "hunter2" not in masking.query(f"x=1&{name}=hunter2&y=%26%23".encode())
    assert "hunter2" not in masking.path(f"/a&{name}=hunter2%26%23")
    fields = [(b"referer", f"https://h/?x=1&{name}=hunter2".encode()), (b"x-t", b"Tom&#39;s")]
    assert "hunter2" not in masking.fields(fields)
