"""Intake: takes what monitoring tools send and answers fast."""
