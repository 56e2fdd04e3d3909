"""Accounts service: django-allauth's headless API on SQLite, one gunicorn worker."""

import os
import secrets
import sys
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.urls import include, path

DATA = Path(os.environ["BENCH_DATA"])

settings.configure(
    DEBUG=False,
    SECRET_KEY=os.environ.setdefault("BENCH_SECRET", secrets.token_urlsafe(50)),
    ALLOWED_HOSTS=["127.0.0.1", "localhost"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATA / "db.sqlite3",
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
            },
        }
    },
    CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
    SESSION_ENGINE="django.contrib.sessions.backends.cached_db",
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "allauth",
        "allauth.account",
        "allauth.headless",
    ],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "allauth.account.middleware.AccountMiddleware",
    ],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    AUTHENTICATION_BACKENDS=["allauth.account.auth_backends.AuthenticationBackend"],
    ACCOUNT_LOGIN_METHODS={"username"},
    ACCOUNT_SIGNUP_FIELDS=["username*", "password1*"],
    ACCOUNT_EMAIL_VERIFICATION="none",
    ACCOUNT_RATE_LIMITS=False,
    HEADLESS_ONLY=True,
    HEADLESS_CLIENTS=("app",),
)
django.setup()

urlpatterns = [path("_allauth/", include("allauth.headless.urls"))]
application = get_wsgi_application()


def main(port: int, *more: str) -> None:
    """Create the tables, then become gunicorn."""
    DATA.mkdir(parents=True, exist_ok=True)
    call_command("migrate", verbosity=0)
    options = [f"--bind=127.0.0.1:{port}", f"--pythonpath={Path(__file__).parent}", *more]
    command = [sys.executable, "-m", "gunicorn", "-w1", "--no-control-socket", *options]
    os.execv(sys.executable, [*command, "app:application"])


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
