"""`python -m entrypoints`: the command `frontdesk`, from a checkout."""

from entrypoints.commands import main

main(prog_name="frontdesk")
