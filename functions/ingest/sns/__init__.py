"""Verifies messages of Amazon SNS: two requests, for the certificate and the confirmation."""
