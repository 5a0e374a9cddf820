"""How a received file becomes rows: bytes are kept, lines are judged, nothing is lost.

    receive     take a file safely and keep its bytes under their sha256
    manifest    what the sender says about the file
    headers     whether the header row is the one the contract names
    lines       records of a delimited file, with line numbers and bytes
    elements    records of a JSON array, likewise
    staging     bytes into an all-text table, straight through where they are plain
    rules       what a good value is and how it is cast: SQL made from the contract
    versions    repeated, older, newer: the sequence rule
    load        the way through all of these, inside one transaction
    landing     the front door: one file, or everything in the drop folder
    tables      the landing tables themselves, made from the contracts
    reasons     every reason a file or a line can be refused for
    verdict     what became of a file

Concrete modules are imported directly.
"""
