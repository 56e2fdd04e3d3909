"""What is made with the secret key."""
