"""The tables of the accounts service: users and their sessions."""

from django.db import models
from utilmeta.core.orm.backends.django.models import AbstractSession, PasswordField


class User(models.Model):
    username = models.CharField(max_length=32, unique=True)
    password = PasswordField(max_length=100)
    signup_time = models.DateTimeField(auto_now_add=True)


class Session(AbstractSession):
    user = models.ForeignKey(User, models.CASCADE, "sessions", null=True, default=None)
