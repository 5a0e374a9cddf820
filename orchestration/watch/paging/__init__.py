"""Pages: built from an allow-list, written down, sent, marked."""
