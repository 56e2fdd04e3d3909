"""What of a request may be logged and recorded: one set of rules for both."""
