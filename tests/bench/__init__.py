"""Speeds and memory, each beside its limit in the same run: ``make bench``."""
