"""Tocsin on this machine: the real template, deployed into an embedded AWS."""
