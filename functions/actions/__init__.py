"""Acting from a notification: links that need no login, and buttons in Slack."""
