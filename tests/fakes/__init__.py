"""Stand-ins for the adapters, held to the same contracts (`tests/contracts`)."""
