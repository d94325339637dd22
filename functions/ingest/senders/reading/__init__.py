"""Tools for the modules of products: from a body to a report, and from that to a signal."""
