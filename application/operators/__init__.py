"""What operators do to accounts, and how somebody becomes one."""
