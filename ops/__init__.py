"""What somebody on duty runs by hand."""
