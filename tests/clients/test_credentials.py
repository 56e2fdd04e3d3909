"""What is handed on to Frontdesk, and what stays in the application."""

import pytest
from frontdesk_client.credentials import Credentials, credentials_of

TOKEN = "fds_" + "x" * 43


@pytest.mark.parametrize(
    ("cookies", "authorizations", "handed_on"),
    [
        ([], [], None),
        (["a=1; b=2"], [], None),
        (["a=1; sessionid=s; b=2"], [], Credentials("cookie", "sessionid=s")),
        (["__Host-sessionid=s"], [], Credentials("cookie", "__Host-sessionid=s")),
        (["__Secure-sessionid=s"], [], Credentials("cookie", "__Secure-sessionid=s")),
        (["sessionid=s; sessionid=t"], [], Credentials("cookie", "sessionid=s; sessionid=t")),
        (["sessionid=s", "sessionid=t"], [], Credentials("cookie", "sessionid=s; sessionid=t")),
        (["xsessionid=s; sessionid2=t"], [], None),
        (["sessionid=s"], ["Basic YTpi"], Credentials("cookie", "sessionid=s")),
        (["sessionid=s"], ["Bearer of-another-service"], Credentials("cookie", "sessionid=s")),
        (["sessionid=s"], [f"Bearer {TOKEN}"], Credentials("authorization", f"Bearer {TOKEN}")),
        (["sessionid=\u00e9"], [], None),
        (["sessionid=s; sessionid=\u00e9"], [], None),
        (["sessionid=s\x00"], [], None),
        (["sessionid=" + "s" * 5_000], [], None),
        ([], [f"Bearer {TOKEN}\u20ac"], None),
        ([], [f"bearer {TOKEN}"], Credentials("authorization", f"bearer {TOKEN}")),
        (["sessionid=s"], [f"Bearer {TOKEN}", f"Bearer {TOKEN}y"], None),
    ],
)
def test_only_what_says_who_is_calling_is_handed_on(
    cookies: list[str], authorizations: list[str], handed_on: Credentials | None
) -> None:
    assert credentials_of(cookies=cookies, authorizations=authorizations) == handed_on
