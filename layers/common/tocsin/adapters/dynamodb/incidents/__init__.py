"""Incidents and their updates."""
