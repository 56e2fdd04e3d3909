"""`frontdesk doctor`: what is wrong with an installation, and what to do about it.

`settings`, `machine` and `database` look, each at what its name says; `command` asks and tells.
"""
