"""Accounts service: UtilMeta's session login on SQLite, one gunicorn sync worker."""

import os
import secrets
import sys
from datetime import datetime
from pathlib import Path

import django
from django.apps import apps
from django.core.management import call_command
from utilmeta import UtilMeta
from utilmeta.conf import Preference
from utilmeta.core import api, auth, orm, request
from utilmeta.core.auth.session.db import DBSession, DBSessionSchema
from utilmeta.core.orm import Database, DatabaseConnections
from utilmeta.core.server.backends.django import DjangoSettings
from utilmeta.utils import exceptions

DATA = Path(os.environ["BENCH_DATA"])
SECRET = os.environ.setdefault("BENCH_SECRET", secrets.token_urlsafe(50))
service = UtilMeta(__name__, name="accounts", backend=django, production=True)
service.use(DjangoSettings(secret_key=SECRET, apps=["accounts"], allowed_hosts=["127.0.0.1"]))
service.use(DatabaseConnections({"default": Database(str(DATA / "db.sqlite3"), "sqlite3")}))
service.use(Preference(dependencies_auto_install_disabled=True))
service.setup()
User = apps.get_model("accounts.User")


class SessionData(DBSessionSchema):
    def get_session_data(self) -> dict[str, object]:
        return {**super().get_session_data(), "user_id": self.get("_user_id")}


sessions = DBSession(
    session_model=apps.get_model("accounts.Session"),
    engine=SessionData,
    cookie=DBSession.Cookie(name="sessionid", age=604800, http_only=True),
)
current_user = auth.User(
    User, authentication=sessions, login_fields=User.username, password_field=User.password
)


class Credentials(orm.Schema[User]):
    username: str
    password: str


class PublicUser(orm.Schema[User]):
    id: int
    username: str
    signup_time: datetime


@sessions.plugin
class UserAPI(api.API):
    def get(self, user: User = current_user) -> PublicUser:
        return PublicUser.init(user)

    @api.post
    def signup(self, data: Credentials = request.Body) -> PublicUser:
        if User.objects.filter(username=data.username).exists():
            raise exceptions.BadRequest("username taken")
        data.save()
        current_user.login_user(request=self.request, user=data.get_instance())
        return PublicUser.init(data.pk)

    @api.post
    def login(self, data: Credentials = request.Body) -> PublicUser:
        user = current_user.login(self.request, ident=data.username, password=data.password)
        if not user:
            raise exceptions.PermissionDenied("wrong username or password")
        return PublicUser.init(user)


service.mount(UserAPI, route="/api/user")
app = service.application()

if __name__ == "__main__":
    DATA.mkdir(parents=True, exist_ok=True)
    call_command("migrate", run_syncdb=True, verbosity=0)
    options = [f"--bind=127.0.0.1:{sys.argv[1]}", f"--pythonpath={Path(__file__).parent}"]
    command = [sys.executable, "-m", "gunicorn", "-w1", "--no-control-socket", *options]
    os.execv(sys.executable, [*command, "app:app"])
