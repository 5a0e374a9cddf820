"""Who is on duty, and which shift has nobody."""
