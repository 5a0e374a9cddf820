"""The machine: it knows Dagster, PostgreSQL, time and people, and no hop or payer by name.

Five storeys, each leaning only on those below: the doors (``definitions``, ``cli``, sensors and
schedules), ``views`` and ``watch`` and ``partners`` side by side, ``flow``, ``ground``.
"""
