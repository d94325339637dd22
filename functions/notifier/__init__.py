"""Sends messages: each to one person or channel."""
