"""How the service is doing, kept in a file of their own."""
