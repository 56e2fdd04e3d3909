"""Every call of the API is a method, and what comes back has its type."""

import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest
from frontdesk_client import AsyncFrontdesk, Frontdesk, FrontdeskError, Unavailable, models
from frontdesk_client.calls import Call

from domain.operator import Scope
from entrypoints.web_app import create_app
from tests.conftest import serving, settings_in
from tests.examples import OTHER_PASSWORD, PASSWORD
from tests.operations.conftest import make_operator

# Read with `get`: files, the document itself, and what proxies ask.
NOT_METHODS = {
    ("GET", "/api/authz"),
    ("GET", "/api/ops/openapi.json"),
    ("GET", "/api/ops/openapi.yaml"),
    ("GET", "/api/ops/tables/{}/rows.csv"),
    ("GET", "/api/ops/logs/rows.csv"),
}


@pytest.fixture(params=["in-process", "live"])
def frontdesk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Frontdesk]:
    settings = settings_in(tmp_path)
    make_operator(settings)
    if request.param == "in-process":
        with Frontdesk.in_process(settings) as client:
            yield client
        return
    with serving(create_app(settings, record=lambda _: None)) as url, Frontdesk(url) as client:
        yield client


def calls_of(client: type) -> dict[str, Call[object]]:
    """Each method, called with something."""
    made = {}
    for name in dir(client):
        method = getattr(client, name)
        if name.startswith("_") or not inspect.isfunction(method):
            continue
        if inspect.signature(method).return_annotation is inspect.Signature.empty:
            continue
        if not str(inspect.signature(method).return_annotation).startswith(
            "frontdesk_client.calls.Call"
        ):
            continue
        needed = [
            parameter
            for parameter in inspect.signature(method).parameters.values()
            if parameter.default is parameter.empty
        ]
        positional = ["x" for each in needed if each.kind is not each.KEYWORD_ONLY]
        named = {each.name: "x" for each in needed if each.kind is each.KEYWORD_ONLY}
        made[name] = method(*positional, **named)
    return made


def test_every_operation_is_a_method_of_both_clients(tmp_path: Path) -> None:
    document = create_app(settings_in(tmp_path)).openapi_schema.to_schema()
    operations = {
        (method.upper(), "/".join("{}" if part[:1] == "{" else part for part in path.split("/")))
        for path, item in document["paths"].items()
        for method in item
        if method in {"get", "put", "post", "patch", "delete"}
    }
    calls = calls_of(Frontdesk)
    assert calls.keys() == calls_of(AsyncFrontdesk).keys()
    called = {
        (call.method, "/".join("{}" if part == "x" else part for part in call.path.split("/")))
        for call in calls.values()
    }
    assert called == operations - NOT_METHODS
    assert all(method.__doc__ for method in map(Frontdesk.__dict__.get, calls) if method)


def test_a_life_has_typed_results(frontdesk: Frontdesk) -> None:
    admitted = frontdesk.sign_up("ada", PASSWORD)
    assert isinstance(admitted, models.Admitted)
    assert (admitted.username, admitted.token) == ("ada", None)
    assert frontdesk.me().id == admitted.id
    signed_in = frontdesk.session()
    assert (signed_in.user.roles, signed_in.user.metadata) == ((), {})
    (session,) = frontdesk.sessions()
    assert session.current
    assert frontdesk.update(username="augusta").username == "augusta"
    with frontdesk.another() as other:
        other.log_in("augusta", PASSWORD)
        assert frontdesk.end_other_sessions() == models.Ended(1)
    page = frontdesk.events(limit=1)
    assert [each.kind for each in page.events] == ["sessions_ended"]
    assert frontdesk.events(before=page.next).events
    assert frontdesk.export()["user"]["username"] == "augusta"
    assert frontdesk.delete_account(current_password=PASSWORD).user.id == admitted.id
    assert frontdesk.log_out() is None
    assert frontdesk.healthz()
    assert frontdesk.readyz()


def test_an_operator_has_typed_results(frontdesk: Frontdesk) -> None:
    frontdesk.log_in("root", PASSWORD)
    grace = frontdesk.create_user("grace", PASSWORD)
    labelled = frontdesk.set_roles(grace.id, grace.version, roles=["member"], metadata={"a": 1})
    assert (labelled.roles, labelled.metadata) == (("member",), {"a": 1})
    assert frontdesk.edit_user(grace.id, labelled.version, username="hopper").username == "hopper"
    assert frontdesk.disable_user(grace.id, reason="spam").disabled_at
    assert frontdesk.change_users([grace.id, 4711], "enable") == [
        models.Outcome(grace.id, changed=True),
        models.Outcome(4711, changed=False, code="no_such_user", detail="There is no such user."),
    ]
    assert frontdesk.enable_user(grace.id).disabled_at is None
    assert frontdesk.end_user_sessions(grace.id).ended == 0
    code = frontdesk.set_reset_code(grace.id).code
    with frontdesk.another() as other:
        assert other.reset_password(code, OTHER_PASSWORD).username == "hopper"
    made = frontdesk.create_token("script", [Scope.DATA_VIEW], days=1)
    assert made.token
    assert frontdesk.tokens().rows[0]["name"] == "script"
    invitation = frontdesk.invite_operator(note="Edith")
    assert invitation.is_for_operator
    with frontdesk.another() as other:
        assert other.join_operators(str(invitation.code), "edith", PASSWORD).username == "edith"
        assert other.operator()["user"]["username"] == "edith"
    frontdesk.create_invitation(note="x", roles=["member"], uses=2, days=1)
    assert frontdesk.revoke_invitation(2).revoked_at
    assert frontdesk.invitations().rows[0]["uses"] == 2
    page = frontdesk.rows("users", filters=["username:eq:hopper"], columns="id", limit=5)
    assert page.rows == [{"id": grace.id}]
    assert frontdesk.row("users", grace.id)["username"] == "hopper"
    assert frontdesk.count("users").count == 3
    assert frontdesk.values("users", "is_operator")
    assert frontdesk.tables()
    assert frontdesk.throttle(grace.id)["waits_until"] is None
    assert frontdesk.reset_throttle(grace.id)
    begun = frontdesk.follow_events(after="now")
    frontdesk.disable_user(grace.id)
    feed = frontdesk.follow_events(after=begun.next, wait=5)
    assert {each.user_id for each in feed.events} == {grace.id}
    assert frontdesk.requests().rows is not None
    assert frontdesk.count_requests().count >= 0
    assert frontdesk.tail_requests().next
    assert frontdesk.request_values("status") is not None
    assert frontdesk.endpoints() is not None
    assert frontdesk.forget_requests(["status:eq:599"]).forgotten == 0
    assert frontdesk.metrics()
    assert frontdesk.nodes() is not None
    assert frontdesk.operator()["user"]["username"] == "root"
    assert frontdesk.about()
    assert frontdesk.settings()
    assert frontdesk.revoke_token(made.id).id == made.id
    assert frontdesk.remove_user(grace.id).user.id == grace.id
    frontdesk.token = None


def test_a_refusal_is_an_error_with_its_code(frontdesk: Frontdesk) -> None:
    with pytest.raises(FrontdeskError) as refused:
        frontdesk.me()
    assert (refused.value.code, refused.value.status) == ("not_signed_in", 401)
    with pytest.raises(FrontdeskError, match="username is empty"):
        frontdesk.sign_up("", PASSWORD)
    assert frontdesk.get("/api/user").code == "not_signed_in", "that of an answer is there to read"


def test_a_bearer_token_is_kept_and_renewed(frontdesk: Frontdesk) -> None:
    with frontdesk.another() as program:
        program.sign_up("ada", PASSWORD, cookie=False)
        token = program.token
        assert token
        assert token.startswith("fds_")
        assert not program.cookies
        assert program.me().username == "ada"
        program.update(password=OTHER_PASSWORD)
        assert program.token != token, "the new one is kept"
        assert program.me().username == "ada"
        mark = program.device
        program.log_out()
        assert program.token is None
        assert program.device == mark, "it is no stranger at the next login"
        assert program.get("/api/user").status == 401
        program.log_in("ada", OTHER_PASSWORD, cookie=False)
        with Frontdesk.another(program) as other:
            other.token = program.token
            assert other.me().username == "ada"


def test_get_post_put_answer_also_with_a_refusal(
    frontdesk: Frontdesk, capsys: pytest.CaptureFixture[str]
) -> None:
    body = {"username": "user1", "password": "123123"}
    assert frontdesk.post("/api/user/signup", body).print().status == 200
    assert '"username": "user1"' in capsys.readouterr().out
    assert frontdesk.put("/api/user", {"username": "user-updated"}).data["username"]
    assert frontdesk.get("/api/user").data["username"] == "user-updated"
    assert frontdesk.delete("/api/user/sessions").data == {"ended": 0}
    assert frontdesk.post("/api/user/logout").text == ""
    assert frontdesk.get("/api/user").code == "not_signed_in"


def test_who_does_not_answer_is_unavailable() -> None:
    with Frontdesk("http://127.0.0.1:1", timeout=1) as nobody, pytest.raises(Unavailable):
        nobody.me()
