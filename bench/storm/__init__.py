"""`make storm`: many alerts at once for the same people, on a local stack of its own."""
