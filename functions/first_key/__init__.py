"""The secrets that are made with the stack: its first admin key, and the key of its links."""
