"""Who is told: what is stale, since when."""
