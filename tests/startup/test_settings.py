"""Settings are read once, checked at start, and all mistakes reported at once."""

import re
from contextlib import nullcontext
from ipaddress import ip_network
from pathlib import Path

import pytest

from domain.throttle import ThrottlePolicy
from entrypoints.limits import throttle_policy
from entrypoints.settings import NAMES, InvalidSettings, Settings, read_settings
from entrypoints.settings.report import effective
from tests.renew_settings import DOCUMENTS

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_what_is_written_about_settings_is_made_of_their_declarations(path: Path) -> None:
    assert path.read_text() == DOCUMENTS[path](), "make settings-docs"


def test_every_setting_is_documented_with_its_bounds() -> None:
    text = (ROOT / ".env.example").read_text()
    assert set(re.findall(r"^(FRONTDESK_\w+)=", text, re.MULTILINE)) == set(NAMES)
    assert (
        "hash queue. Who would wait longer gets 503 at once. Value: a number above 0, up to 60."
        in (" ".join(text.replace("\n# ", " ").split()))
    )


def test_the_example_shows_the_defaults(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text((ROOT / ".env.example").read_text())
    assert read_settings(tmp_path) == read_settings(tmp_path / "nowhere") == Settings()


def test_the_default_limits_are_those_of_the_domain() -> None:
    assert throttle_policy(Settings()) == ThrottlePolicy()


def test_in_the_profile_hardened_strangers_wait_for_a_reset() -> None:
    assert throttle_policy(Settings(profile="hardened")).failures.first_wait.days == 365


def test_the_environment_comes_before_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("FRONTDESK_BCRYPT_COST=11\nFRONTDESK_SESSION_DAYS=1\n")
    monkeypatch.setenv("FRONTDESK_BCRYPT_COST", "13")
    settings = read_settings(tmp_path)
    assert (settings.bcrypt_cost, settings.session_days) == (13, 1)


def test_a_secret_may_come_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret").write_text("a pepper of many bytes\n")
    monkeypatch.setenv("FRONTDESK_PEPPER_FILE", str(tmp_path / "secret"))
    settings = read_settings(tmp_path)
    assert settings.pepper == b"a pepper of many bytes"
    assert "many bytes" not in repr(settings)


def test_everything_can_be_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "DATA_DIR": "/srv/desk",
        "DATABASE_URL": "sqlite:////srv/other/my%20file.db",
        "PROFILE": "hardened",
        "PUBLIC_ORIGIN": "https://accounts.example.com",
        "ALLOWED_HOSTS": "a.example, b.example:8000",
        "TRUSTED_ORIGINS": "https://app.example.com",
        "TRUSTED_PROXIES": "10.0.0.0/8, ::1",
        "BCRYPT_COST": "14",
        "HASH_THREADS": "3",
        "HASH_MAX_WAIT_SECONDS": "1.5",
        "THROTTLE": "off",
        "LIMIT_ACCOUNT_NETWORK": "3/60",
        "LIMIT_NETWORK": "4/60",
        "LIMIT_ACCOUNT": "5/60",
        "LIMIT_DEVICE": "6/60",
        "LIMIT_SIGN_UPS": "7/60",
        "LIMIT_CONFIRMATIONS": "8/60",
        "FIRST_WAIT_SECONDS": "5",
        "LONGEST_WAIT_SECONDS": "50",
        "PEPPER": "x" * 16,
        "OLD_PEPPERS": "y" * 16 + "," + "z" * 16,
        "SESSION_DAYS": "0.5",
        "SESSION_IDLE_MINUTES": "60",
        "SECRET_KEY": "k" * 32,
        "SESSIONS_PER_USER": "3",
        "FRESH_LOGIN_MINUTES": "5",
        "EVENT_DAYS": "30",
        "BODY_SECONDS": "3",
    }.items():
        monkeypatch.setenv(f"FRONTDESK_{name}", value)
    settings = read_settings(tmp_path)
    assert settings.database == Path("/srv/other/my%20file.db")
    assert settings.hardened
    assert settings.https
    assert settings.hosts == ("a.example", "b.example:8000", "accounts.example.com")
    assert settings.trusted_proxies == (ip_network("10.0.0.0/8"), ip_network("::1"))
    assert (settings.pepper, settings.old_peppers) == (b"x" * 16, (b"y" * 16, b"z" * 16))
    assert settings.session_policy.absolute.total_seconds() == 43_200


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PROFILE", "paranoid"),
        ("PROFILE", "hardened"),  # without an https origin
        ("DATABASE_URL", "mysql://localhost/desk"),
        ("DATABASE_URL", "postgresql+asyncpg://localhost/desk"),
        ("DATABASE_URL", "postgresql://localhost:five/desk"),
        ("DATABASE_URL", "postgresql://localhost"),
        ("DATABASE_URL", "postgresql://localhost:99999/desk"),
        ("DATABASE_URL", "postgresql://ada:hunter2：x@localhost/desk"),
        ("DATABASE_URL", "postgresql://ada:pa[hunter2]x@localhost/desk"),
        ("DATABASE_POOL", "0"),
        ("DATABASE_STATEMENT_SECONDS", "0"),
        ("MIGRATE", "sometimes"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("DATABASE_URL", "sqlite://"),
        ("PUBLIC_ORIGIN", "accounts.example.com"),
        ("PUBLIC_ORIGIN", "https://accounts.example.com/"),
        ("PUBLIC_ORIGIN", "ftp://accounts.example.com"),
        ("ALLOWED_HOSTS", "*"),
        ("ALLOWED_HOSTS", "https://a.example"),
        ("TRUSTED_ORIGINS", "*"),
        ("TRUSTED_ORIGINS", "https://*.example.com/x"),
        ("TRUSTED_PROXIES", "everybody"),
        ("TRUSTED_PROXIES", "10.0.0.1/8"),
        ("BCRYPT_COST", "9"),
        ("BCRYPT_COST", "32"),
        ("BCRYPT_COST", "twelve"),
        ("THROTTLE", "a bit"),
        ("LIMIT_NETWORK", "10"),
        ("LIMIT_NETWORK", "0/60"),
        ("PEPPER", "short"),
        ("PEPPER", "a pepper, with a comma"),
        ("PUBLIC_ORIGIN", "https://"),
        ("PUBLIC_ORIGIN", "https://user:secret@example.com"),
        ("PUBLIC_ORIGIN", "https://foo bar"),
        ("TRUSTED_ORIGINS", "https://*.example.com"),
        ("OLD_PEPPERS", "x" * 16 + ",short"),
        ("SECRET_KEY", "short"),
        ("EVENT_DAYS", "0"),
        ("SESSION_DAYS", "0"),
        ("SESSION_DAYS", "nan"),
        ("SESSION_DAYS", "366"),
        ("SESSION_IDLE_MINUTES", "5"),
        ("FRESH_LOGIN_MINUTES", "-1"),
        ("BODY_SECONDS", "soon"),
    ],
)
def test_a_mistake_is_reported_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"FRONTDESK_{name}", value)
    with pytest.raises(InvalidSettings) as refusal:
        read_settings(tmp_path)
    mistakes = refusal.value.mistakes
    assert mistakes.keys() <= {f"FRONTDESK_{name}", "FRONTDESK_PUBLIC_ORIGIN"}
    assert all(text.endswith(".") for text in mistakes.values())
    if "PEPPER" in name:
        assert "short" not in str(refusal.value)


def test_all_mistakes_are_reported_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRONTDESK_BCRYPT_COST", "many")
    monkeypatch.setenv("FRONTDESK_SESSION_DAYS", "none")
    monkeypatch.setenv("FRONTDESK_PEPPER_FILE", str(tmp_path / "missing"))
    with pytest.raises(InvalidSettings) as refusal:
        read_settings(tmp_path)
    assert set(refusal.value.mistakes) == {
        "FRONTDESK_BCRYPT_COST",
        "FRONTDESK_SESSION_DAYS",
        "FRONTDESK_PEPPER",
    }
    assert re.search(r"FRONTDESK_BCRYPT_COST: .*\n.*FRONTDESK_PEPPER: ", str(refusal.value))


def test_operators_see_what_is_in_effect_and_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("FRONTDESK_SESSION_DAYS=3\n")
    (tmp_path / "pepper").write_text("a very secret pepper")
    monkeypatch.setenv("FRONTDESK_LIMIT_NETWORK", "7/60")
    monkeypatch.setenv("FRONTDESK_PEPPER_FILE", str(tmp_path / "pepper"))
    monkeypatch.setenv("FRONTDESK_OLD_PEPPERS", "another secret pepper,one more secret pepper")
    found = effective(read_settings(tmp_path), tmp_path)
    shown = {each.name: (each.value, each.source) for each in found}
    monkeypatch.delenv("FRONTDESK_SESSION_DAYS")
    assert sorted(shown) == sorted(NAMES), "each has its words"
    assert len(found) == len(NAMES)
    assert shown["FRONTDESK_SESSION_DAYS"] == ("3.0", ".env")
    assert shown["FRONTDESK_LIMIT_NETWORK"] == ("7/60", "environment")
    assert shown["FRONTDESK_PEPPER"] == ("(a secret)", "file")
    assert shown["FRONTDESK_OLD_PEPPERS"] == ("(a secret),(a secret)", "environment")
    assert shown["FRONTDESK_BCRYPT_COST"] == ("12", "default")
    assert "secret pepper" not in str(shown)


def test_operators_see_what_is_in_effect_where_nothing_is_set(tmp_path: Path) -> None:
    for each in effective(read_settings(tmp_path), tmp_path):
        assert each.value or each.unset, each.name
        assert each.meaning.endswith("."), each.name


URL = "postgresql://ada:hunter2@db1.example.com,db2.example.com:6432/accounts?sslmode=require"


def test_a_server_of_postgresql_can_be_named_and_shows_no_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FRONTDESK_DATABASE_URL", URL)
    monkeypatch.setenv("FRONTDESK_DATABASE_PASSWORD", "hunter3, with a comma")
    monkeypatch.setenv("FRONTDESK_DATABASE_POOL", "7")
    settings = read_settings(tmp_path)
    assert settings.postgresql is not None
    assert settings.postgresql.value == URL
    assert settings.database_password == b"hunter3, with a comma"
    assert settings.connections_a_worker == 11
    shown = {each.name: each.value for each in effective(settings, tmp_path)}
    named = "postgresql://ada@db1.example.com,db2.example.com:6432/accounts"
    assert shown["FRONTDESK_DATABASE_URL"] == named
    assert "hunter" not in f"{shown}{settings}{settings!r}{settings.postgresql}"


def test_other_engines_get_a_sentence_that_names_the_two(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FRONTDESK_DATABASE_URL", "mysql://ada:hunter2@db/accounts")
    with pytest.raises(InvalidSettings, match=r"SQLite .* PostgreSQL") as refusal:
        read_settings(tmp_path)
    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize(
    ("url", "is_good"),
    [
        ("postgresql://ada@db.example.com/x", False),
        ("postgresql://ada@db.example.com/x?sslmode=require", False),
        ("postgresql://ada@localhost,db.example.com/x", False),
        ("postgresql://ada@localhost.example.com/x", False),
        ("postgresql://ada@127.0.0.1.example.com:5432/x", False),
        ("postgresql://ada@db.example.com/x?sslmode=verify-full", True),
        ("postgresql://ada@127.0.0.1:6432/x", True),
        ("postgresql://ada@/x?host=/run/postgresql", True),
    ],
)
def test_the_profile_hardened_wants_to_know_who_the_server_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, is_good: bool
) -> None:
    monkeypatch.setenv("FRONTDESK_PROFILE", "hardened")
    monkeypatch.setenv("FRONTDESK_PUBLIC_ORIGIN", "https://accounts.example.com")
    monkeypatch.setenv("FRONTDESK_DATABASE_URL", url)
    with nullcontext() if is_good else pytest.raises(InvalidSettings, match="verify-full"):
        read_settings(tmp_path)


@pytest.mark.parametrize(
    ("domain", "origin", "reason"),
    [
        ("example.com", "https://accounts.example.com", None),
        (".Example.com", "https://example.com", None),
        ("accounts.example.co.uk", "https://accounts.example.co.uk:8443", None),
        ("corp.internal", "https://accounts.corp.internal", None),
        ("example.com", "https://accounts.example.org", "must be this name"),
        ("example.com", "https://notexample.com", "must be this name"),
        ("accounts.example.com", "https://example.com", "must be this name"),
        ("example.com", "", "must be this name"),
        ("com", "https://example.com", "without scheme"),
        ("co.uk", "https://example.co.uk", "public suffix"),
        ("github.io", "https://ada.github.io", "public suffix"),
        ("127.0.0.1", "http://127.0.0.1", "without scheme"),
        ("localhost", "http://localhost", "without scheme"),
        ("https://example.com", "https://example.com", "without scheme"),
        ("example.com:443", "https://example.com", "without scheme"),
        ("example.com; Secure", "https://example.com", "without scheme"),
    ],
)
def test_a_cookie_is_for_hosts_of_ones_own_alone(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    domain: str,
    origin: str,
    reason: str | None,
) -> None:
    monkeypatch.setenv("FRONTDESK_COOKIE_DOMAIN", domain)
    monkeypatch.setenv("FRONTDESK_PUBLIC_ORIGIN", origin)
    if reason is None:
        assert read_settings(tmp_path).cookie_domain == domain.lower().removeprefix(".")
        return
    with pytest.raises(InvalidSettings) as refusal:
        read_settings(tmp_path)
    assert reason in refusal.value.mistakes["FRONTDESK_COOKIE_DOMAIN"]
