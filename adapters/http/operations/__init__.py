"""The operations API: for operators in person, and for programs with an access token."""
