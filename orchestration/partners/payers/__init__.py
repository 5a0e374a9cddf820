"""Contracts with payers: files the agency writes, one per payer.

contract    what a file says, once it is read
reading     a file, or the line and mend of everything wrong in it
terms       one term's value; two terms that cannot both hold
dates       versions that follow one another without overlap or hole
rows        a contract as rows of its landing table, crosswalks laid out
landing     a file held against the codes there are and what is in force
checking    what is wrong, unapproved, missing or due
approving   who found a version's crosswalks right
"""
