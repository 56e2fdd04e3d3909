"""The client shows what one wants to see."""

import pytest

from tests.client import Client
from tests.examples import PASSWORD, fresh_name


def test_print_prints_status_request_type_size_and_body(
    client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    name = fresh_name()
    response = client.sign_up(name, PASSWORD).print()
    shown = capsys.readouterr().out
    assert shown.startswith('Response [200 OK] "POST /api/user/signup"\napplication/json, ')
    assert f'"username": "{name}"' in shown
    assert response.status == 200
    client.log_out().print()
    assert "0 bytes" in capsys.readouterr().out
    client.me().print()
    assert '"code": "not_signed_in"' in capsys.readouterr().out


def test_cookies_are_kept_and_not_shared(client: Client) -> None:
    client.sign_up(fresh_name(), PASSWORD)
    assert client.me().status == 200
    assert client.another().me().status == 401


def test_it_names_the_problem(client: Client) -> None:
    assert client.me().code == "not_signed_in"
    assert client.request("GET", "/healthz").code is None
