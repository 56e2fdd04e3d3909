"""How it is done: one technology each, ignorant of its siblings."""
