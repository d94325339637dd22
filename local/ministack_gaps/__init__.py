"""Corrections where ministack differs from AWS: docs/local.md lists the differences."""
