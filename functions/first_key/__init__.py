"""What a new stack begins with: its first admin key, the key of its links, its first person."""
