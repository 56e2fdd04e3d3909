"""Watching the service: tables, requests and metrics. Nothing about accounts depends on it."""
