"""The ways to reach people, one module each; loaded when the first message goes that way."""
