"""Calendars that programs subscribe to: who is on call, in the format of RFC 5545."""
