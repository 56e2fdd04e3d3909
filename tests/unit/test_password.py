import pytest

from domain.errors import InvalidPassword
from domain.password import Password, PasswordPolicy


@pytest.mark.parametrize("raw", ["123456", "      ", "é" * 3, "x" * 1024, "\0" * 6, "日本"])
def test_six_to_1024_bytes_are_a_password(raw: str) -> None:
    assert PasswordPolicy().parse(raw) == Password(raw)


@pytest.mark.parametrize("raw", ["", "12345", "é" * 2, "x" * 1025, "é" * 513])
def test_anything_shorter_or_longer_is_refused(raw: str) -> None:
    with pytest.raises(InvalidPassword):
        PasswordPolicy().parse(raw)


def test_nothing_is_trimmed() -> None:
    assert Password(" secret ").to_bytes() == b" secret "


def test_two_unicode_forms_of_a_text_are_one_password() -> None:
    assert Password("caf\u00e9").to_bytes() == Password("cafe\u0301").to_bytes()


def test_compatibility_forms_are_different_passwords() -> None:
    assert Password("ﬁsh!!!").to_bytes() != Password("fish!!!").to_bytes()


def test_it_does_not_show_itself() -> None:
    assert "secret" not in repr(Password("secret"))


def test_an_endless_text_is_not_normalised() -> None:
    endless = "a" + "\u0315\u0327" * 4000
    assert Password(endless).to_bytes() == endless.encode()
    with pytest.raises(InvalidPassword):
        PasswordPolicy().parse(endless)


def test_a_refusal_does_not_repeat_the_password() -> None:
    with pytest.raises(InvalidPassword) as refusal:
        PasswordPolicy().parse("zebra")
    assert "zebra" not in str(refusal.value)


def test_a_common_password_is_refused_unless_it_is_long() -> None:
    policy = PasswordPolicy(minimum=8, common=frozenset({"password", "password12345678"}))
    with pytest.raises(InvalidPassword):
        policy.parse("PassWord")
    assert policy.parse("password12345678")
