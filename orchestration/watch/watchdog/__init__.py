"""The watcher of the watcher: a small program that pages when the rest goes quiet.

It needs no database, no Dagster and no other part of Carehops to run; what it must remember
between two looks is one small file.

    outages        what is quiet now becomes outages: opened once, closed once; pure
    memory         the file it remembers them in
    surroundings   web page, disk, clocks
    stored         database, Dagster's daemon, schedules and sensors, pager, notifier
    rounds         one look after the other, and what is told of it

Not here: what is wrong with hops, feeds and records. That is the pager's.
"""
