"""The machine: it knows Dagster, PostgreSQL, time and people, and no hop or payer by name.

Five storeys, each leaning only on those below: what people type (``cli``, ``commands``), what
Dagster sees (``graph``), ``views``, ``watch`` and ``partners`` side by side, ``flow``, ``ground``.
``assembly`` puts them together.
"""
