"""Tocsin: the package that all functions share."""
