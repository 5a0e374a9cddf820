"""Which tests prove which row of what an agency must be able to see; ``docs/acceptance.md``."""
