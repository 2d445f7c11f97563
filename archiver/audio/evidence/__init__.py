"""What a file's bytes say about where it came from, under what licence, and about whom.

:func:`archiver.audio.evidence.find.find_evidence` reads tag blocks,
:func:`archiver.audio.evidence.text.find_text_evidence` logs, playlists and other text, and
:mod:`archiver.audio.evidence.redaction` takes personal data out of what is recorded. Every code is in
:data:`archiver.model.evidence_kinds.EVIDENCE_KINDS`.
"""
