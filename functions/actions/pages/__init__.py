"""The pages behind links: no script, nothing fetched."""
