"""A program that logs in as a user, with a token instead of a cookie."""

import os
import sys

from frontdesk_client import Frontdesk, FrontdeskError

with Frontdesk(os.environ.get("FRONTDESK_URL", "http://127.0.0.1:8000")) as frontdesk:
    try:
        frontdesk.log_in(sys.argv[1], os.environ["PASSWORD"], cookie=False)
    except FrontdeskError as error:
        sys.exit(f"{error.code}: {error.detail}")
    print(f"I am {frontdesk.session().user.username}.")
    frontdesk.log_out()
