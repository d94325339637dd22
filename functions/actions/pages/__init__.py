"""What whoever follows a link sees: no script, nothing fetched."""
