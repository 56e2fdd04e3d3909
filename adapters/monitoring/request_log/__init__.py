"""The records of requests, masked and kept in a file of their own."""
