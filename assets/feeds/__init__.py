"""What outside systems send us, as contracts: one module per family of feeds."""
