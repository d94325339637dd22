"""Answers kept for repeated requests, and the progress of long bodies."""
