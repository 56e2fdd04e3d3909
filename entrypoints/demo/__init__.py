"""A service with a month of invented life in it, to look at: `frontdesk demo`.

`rhythm`, `places`, `people`, `lives`, `visitors`, `requests` and `levels` tell the story and write
nothing: from a seed and the present instant they make the same one each time. `accounts` and
`records` write it, through the adapters that the service uses. `folder` decides where it may be
written, `door` lets the operator in, and `command` puts it together.
"""
