"""What happens to a request before Litestar sees it, and to its response afterwards."""
