"""Adapters of AWS; they decide nothing."""
