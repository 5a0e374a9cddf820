"""What moves: one module per hop, one per family of feeds. Hops meet only in tables."""
