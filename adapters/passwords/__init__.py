"""Hashing passwords, and the queue before it."""
