"""Where people are sent back to after they have signed in."""

from urllib.parse import parse_qs, urlsplit

import pytest

from adapters.http.sign_in_page import SignInPage

PAGE = SignInPage(
    "https://accounts.example.com/sign-in?lang=en",
    origins=("https://app.example.org",),
    domain="example.com",
)


def asked(scheme: str, host: str, uri: str) -> dict[bytes, bytes]:
    fields = {b"proto": scheme, b"host": host, b"uri": uri}
    return {b"x-forwarded-" + name: each.encode("latin-1") for name, each in fields.items()}


def back(location: str | None) -> str | None:
    assert location is not None
    assert location.startswith("https://accounts.example.com/sign-in?lang=en")
    return parse_qs(urlsplit(location).query).get("return_to", [None])[0]


@pytest.mark.parametrize(
    ("host", "uri"),
    [
        ("app.example.com", "/"),
        ("example.com", "/a/b?c=d&e=%2F%2Fevil.example"),
        ("App.Example.com:8443", "/caf%C3%A9"),
        ("app.example.org", "/x?return_to=https://evil.example"),
    ],
)
def test_people_come_back_to_the_page_they_asked_for(host: str, uri: str) -> None:
    location = PAGE.leading_back(asked("https", host, uri), is_from_proxy=True)
    assert back(location) == f"https://{host.lower()}{uri}"


@pytest.mark.parametrize(
    ("scheme", "host", "uri"),
    [
        ("https", "evil.example", "/"),
        ("https", "notexample.com", "/"),
        ("https", "example.com.evil.example", "/"),
        ("https", "example.com@evil.example", "/"),
        ("https", "evil.example\\.example.com", "/"),
        ("https", "evil.example/.example.com", "/"),
        ("https", "evil.example#.example.com", "/"),
        ("https", "", "/"),
        ("http", "app.example.com", "/"),
        ("http", "app.example.org", "/"),
        ("javascript", "app.example.com", "/"),
        ("", "app.example.com", "/"),
        ("https", "app.example.com", ""),
        ("https", "app.example.com", "//evil.example"),
        ("https", "app.example.com", "/%2Fevil.example"),
        ("https", "app.example.com", "/.//evil.example"),
        ("https", "app.example.com", "/x/..//evil.example"),
        ("https", "app.example.com", "/%2e//evil.example"),
        ("https", "app.example.com", "/./%2fevil.example"),
        ("https", "app.example.com", "/x//evil.example"),
        ("https", "app.example.com", "/x/.."),
        ("https", "app.example.com", "/%252Fevil.example"),
        ("https", "app.example.com", "/\\evil.example"),
        ("https", "app.example.com", "/%5Cevil.example"),
        ("https", "app.example.com", "/a%0d%0aSet-Cookie:x=1"),
        ("https", "app.example.com", "/a%250d%250ab"),
        ("https", "app.example.com", "/a b"),
        ("https", "app.example.com", "/\xe9"),
        ("https", "app.example.com", "@evil.example"),
        ("https", "app.example.com", "/" + "a" * 2_048),
        ("https", "app.example.com", "/%25252525252525252f"),
    ],
)
def test_and_to_nobody_elses(scheme: str, host: str, uri: str) -> None:
    location = PAGE.leading_back(asked(scheme, host, uri), is_from_proxy=True)
    assert back(location) is None


def test_a_stranger_cannot_say_where_to() -> None:
    fields = asked("https", "app.example.com", "/")
    assert back(PAGE.leading_back(fields, is_from_proxy=False)) is None


def test_plain_http_is_for_services_that_are_plain() -> None:
    page = SignInPage("http://localhost/sign-in", domain="example.com", is_plain=True)
    location = page.leading_back(asked("http", "app.example.com", "/"), is_from_proxy=True)
    assert location == "http://localhost/sign-in?return_to=http%3A%2F%2Fapp.example.com%2F"


def test_without_a_page_nobody_is_sent_anywhere() -> None:
    assert SignInPage(None).leading_back({}, is_from_proxy=True) is None
