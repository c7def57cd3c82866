"""Companies simulated month by month: one set of books each, from which every form it owes is read.

Pure: a company and a date in, entries as a person would type them out. Business forms are in 万元, statements
in 元; figures of different forms agree because they come from the same movements, never by adjustment.
"""
