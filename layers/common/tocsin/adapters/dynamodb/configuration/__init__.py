"""Named objects: integrations, keys, policies, routes, users, channels, heartbeats."""
