"""What Dagster sees: assets, checks, schedules, sensors, its own storage, and how it is served.

``definitions`` is the hops' code location, ``pager_definitions`` the watch that outlives it.
"""
