"""X12 as this house speaks it: claims out, acknowledgements and remittances in.

``claim`` is the model, ``writer`` spells it, ``gate`` and ``own_rules`` say what would be sent
back, ``replies`` reads what comes back. Files, partners and tables are someone else's: these
modules see streams, bytes and values only.
"""
