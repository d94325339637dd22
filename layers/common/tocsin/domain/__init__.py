"""Rules: pure values and functions, standard library only."""
