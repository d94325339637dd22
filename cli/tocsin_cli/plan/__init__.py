"""What a team's file would change: first for people, then for objects."""
