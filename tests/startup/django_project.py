"""A Django project with users, made by Django itself.

`python -m tests.startup.django_project FILE` makes its SQLite database; with a number, of so many
users.
"""

import sys

import django
from django.conf import settings

PASSWORD = "correct horse"
SCHEMES = ("pbkdf2_sha256", "pbkdf2_sha1", "argon2", "bcrypt_sha256", "bcrypt", "scrypt")
_HASHERS = (
    *("PBKDF2PasswordHasher", "PBKDF2SHA1PasswordHasher", "Argon2PasswordHasher"),
    *("BCryptSHA256PasswordHasher", "BCryptPasswordHasher", "ScryptPasswordHasher"),
    "MD5PasswordHasher",
)


def make(file: str, more: int) -> None:
    settings.configure(
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": file}},
        USE_TZ=True,
        PASSWORD_HASHERS=[f"django.contrib.auth.hashers.{name}" for name in _HASHERS],
    )
    django.setup()
    from django.contrib.auth.hashers import make_password
    from django.contrib.auth.models import User
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    if more:
        hashed = make_password(PASSWORD)
        users = (User(username=f"user-{n}", password=hashed) for n in range(more))
        User.objects.bulk_create(users, batch_size=10_000)
        return
    for scheme in SCHEMES:
        User.objects.create(username=scheme, password=make_password(PASSWORD, hasher=scheme))
    User.objects.create(username="md5", password=make_password(PASSWORD, hasher="md5"))
    User.objects.create_superuser("Admin", password=PASSWORD)
    User.objects.create_user("SCRYPT", password=PASSWORD)
    User.objects.create_user("gone", password=PASSWORD, is_active=False)
    User.objects.create_user("ada.lovelace@example.com", email="a@example.com", password=PASSWORD)
    User.objects.create_user("without")


if __name__ == "__main__":
    make(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 0)
