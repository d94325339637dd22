"""What people and their tools ask for."""
