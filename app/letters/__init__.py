"""Official letters: templates that the regulator edits, one composition, three forms of it, frozen once issued.

For other features, all of it in `app.letters.services`:

* ``html(kind, data)`` – preview for a page; ``pdf(kind, data)`` and ``docx(kind, data)`` – a draft, marked as one.
* ``issue(kind, subject, data, actor=…, now=…)`` – numbers, freezes and stores; returns the `Letter`.
* ``letters_of(subject)`` – what has been issued on a thing.
* ``allow(subject_type, rule)`` – who may open letters on such things; without a rule nobody may.

`data` holds text for every field of the kind (``rules.KINDS[kind].fields``) and, under a table's name, its rows as
dicts of text. A letter is streamed by ``url_for('letters.download', letter_id=…, form='pdf')``.
"""
