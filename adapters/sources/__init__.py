"""Where accounts come from that are taken over, and the list of what became of their ids."""
