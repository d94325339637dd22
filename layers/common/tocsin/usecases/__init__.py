"""Use cases, one a module: read, decide by the domain, write with a condition."""
