"""The table: keys, items and repositories."""
