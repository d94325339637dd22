"""`tocsin`, the command line: a client of the API, and the same engine offline."""
