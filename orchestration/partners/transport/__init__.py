"""Ways to carry files to a partner, one file each; see ``orchestration.partners.line``."""
