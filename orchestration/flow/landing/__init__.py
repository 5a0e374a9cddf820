"""How a received file becomes rows: bytes are kept, lines are judged, nothing is lost.

    landing     the front door: one file, or (with ``sweep``) everything in the drop folder
    receive     take a file safely and keep its bytes under their sha256
    manifest    what the sender says about the file
    readers     the way in for each dialect: ``headers``, ``lines`` and ``quoting`` for delimited
                files, ``elements`` and ``paths`` for JSON
    load        from records to rows, with these:
    staging     bytes into an all-text table, straight through where they are plain
    rules       what a good value is and how it is cast: SQL made from the contract;
                ``shapes``: how a value must be written
    faults      which lines break which rules, and when that is the export's fault
    versions    repeated, older, newer: the sequence rule
    register    what is written down about files and arrivals
    reasons     every reason a line can wait for; ``stops``: why a file stops
    verdict     what became of a file
    tables      the landing tables themselves, made from the contracts
    session     settings of the database session, failures without values

Concrete modules are imported directly.
"""
