"""Timelines and counts, and the stream that they follow."""
