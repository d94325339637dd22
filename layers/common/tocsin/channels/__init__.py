"""The types of channels, one module each: what it needs, how it sends, what it can update."""
