"""The stack's first admin key."""
