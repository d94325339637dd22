"""What `make run` prints: requests, alerts, messages, errors."""
