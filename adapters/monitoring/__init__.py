"""Watching the service: what is recorded of requests, metrics, log lines, and rows of tables."""
