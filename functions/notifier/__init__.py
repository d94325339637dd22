"""Reaching people: one message to one person or channel at a time."""
