"""Activity: who changed what."""
