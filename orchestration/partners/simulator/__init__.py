"""A clearinghouse to try against: it reads our claims by itself and answers like a partner.

Nothing here is used when claims go to a real partner, and nothing here shares code with what
writes and reads X12 for real: a mistake made once would agree with itself.
"""
