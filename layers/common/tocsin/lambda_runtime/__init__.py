"""What every entry point needs: HTTP front, settings, logs, callers."""
