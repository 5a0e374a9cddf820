"""What is wrong, whose it is, and who is told.

``looking`` finds conditions, ``incidents`` makes one story of each, ``people`` says who is on duty,
``paging`` tells them; ``evaluation`` goes this way once. ``watchdog`` watches the watch.
"""
