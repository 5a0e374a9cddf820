"""How a record moves: landing, the ledger, edits, the audit, and the pass that joins them."""
