"""What every entry point needs: settings, logs, error answers."""
