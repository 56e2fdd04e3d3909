"""Django, in one file: views with and without `async`."""

import os
import sys

from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.management import execute_from_command_line
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path
from frontdesk_client.django import role, signed_in

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1", "localhost"],
    FRONTDESK_URL=os.environ.get("FRONTDESK_URL", "http://127.0.0.1:8000"),
    MIDDLEWARE=["frontdesk_client.django.FrontdeskMiddleware"],
    ROOT_URLCONF=__name__,
    SECRET_KEY=os.environ.get("DJANGO_SECRET_KEY", "only for this example"),
    # Frontdesk's cookie is named sessionid, as Django's own is.
    SESSION_COOKIE_NAME="django_session",
)


@signed_in
def hello(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"Hello {request.frontdesk.user.username}")


@signed_in
async def hello_async(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"Hello {request.frontdesk.user.username}")


@role("admin")
def admin(request: HttpRequest) -> HttpResponse:
    return HttpResponse("Only for admins")


def index(request: HttpRequest) -> HttpResponse:
    return HttpResponse("Welcome")


urlpatterns = [
    path("hello", hello),
    path("hello-async", hello_async),
    path("admin", admin),
    path("", index),
]
app = get_asgi_application()
wsgi = get_wsgi_application()

if __name__ == "__main__":
    execute_from_command_line(sys.argv)
