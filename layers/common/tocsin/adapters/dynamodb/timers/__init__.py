"""The index of what falls due, and the position of the sweep."""
