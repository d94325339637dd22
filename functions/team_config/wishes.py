"""What the file wants of each kind."""
