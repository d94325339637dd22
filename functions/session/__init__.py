"""Signing in to the console: by API key, by a link, or at an identity provider."""
