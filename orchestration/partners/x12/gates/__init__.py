"""Three gates in front of every claim file, and what they need to look at any file at all.

``document`` cuts a file from anywhere into transaction sets, ``envelope`` judges what is around
them. Each set goes through ``judging``: ``guide`` asks pyx12's maps (gate 1), ``reading`` reads
the set a second time, knowing neither those maps nor our writer (gate 2), and the rules say what
neither of them knows (gate 3). ``checking`` puts a whole file through, on all cores.
"""
