"""Measures requests, units, CPU and cold starts against their targets."""
