"""Reports: one SQL file each, asked for by people or kept for every day.

    report_files   what a file's head says; discovery
    asking         a window of days in, rows out
    days           the numbers of each day, kept for good, and the days that lack them
    reviews        who looked at which deviation, and what was done
    report_page    docs/reports.md, made from the heads

A report only reads, and shows ids, codes, counts, times and money.
"""
