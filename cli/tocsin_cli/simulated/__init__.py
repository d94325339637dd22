"""Tocsin without AWS: its own rules on a table in memory, for `tocsin test` and `simulate`."""
