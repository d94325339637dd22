"""Alerts: slots, episodes, facts, lists."""
