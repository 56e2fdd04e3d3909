"""What is true of accounts and sessions whatever the technology. Standard library only."""
