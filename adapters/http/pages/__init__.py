"""What browsers load: the API page, the console, and their files."""
