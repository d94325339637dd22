"""One verb a module: load, ask the domain, write with a condition."""
