"""Starts and stops the local stack: build, embedded AWS, deployment, gateway, example team."""
