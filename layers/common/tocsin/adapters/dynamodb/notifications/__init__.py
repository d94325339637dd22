"""The ledger of notifications, and the gates of channels."""
