"""The secrets made with the stack: its first admin key, and the key of its links."""
