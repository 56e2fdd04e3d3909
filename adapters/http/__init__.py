"""The REST API: decode, call one use case, encode."""
