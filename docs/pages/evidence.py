"""The reference page of evidence codes, made from the registry."""

from __future__ import annotations

from archiver.model.evidence_kinds import EVIDENCE_KINDS

_INTRODUCTION = """\
# Evidence

What archiver observes in the bytes of a file that bears on its origin, its licence or a person. Every observation
has a code, a locator that finds it again (frame, atom or line, and byte offset), a strength, and a value.

- **conclusive**: a fact of the bytes. **strong**: a good sign. **weak**: a hint.
- Where an observation is **personal**, its value is written nowhere: not into a record, a report, a log or the
  terminal. Only its code and its locator are.
- A locator `path@14` means the file's own path below its source, from character 14 on, counted from zero. A path
  stands in the records as it is.
- Personal data is told by its form and by the words beside it, in English, German, French, Spanish, Portuguese, Italian,
  Dutch, Polish, Russian, Japanese, Chinese and Korean, and in a few words of other languages. Pictures, text files up to 1
  MiB, tags and names are looked at. What the program cannot read, or not to its end, such as a PDF, an office document,
  an archive or a tag that is damaged or cut off, carries `personal-unread`: whether it leads to a person is then unknown, and a
  [policy](policies.md) says what follows. None detected does not mean none.
- A licence in a file is a claim by whoever wrote the tag. Nothing here is a verdict, and no evidence means
  unknown, never suspicion.
- At most 20 observations of one code are listed for a file; one more then says how many there are.

This page is made from `archiver/model/evidence_kinds.toml`: `python -m docs.make_pages`.
"""


def evidence_page() -> str:
    """The page as Markdown."""
    parts = [_INTRODUCTION]
    for kind in EVIDENCE_KINDS.values():
        personal = ", personal" if kind.personal else ""
        parts.append(
            f"## {kind.code}\n\n{kind.title[:1].upper()}{kind.title[1:]} ({kind.strength}{personal})\n\n"
            f"{kind.says}\n\nSeen in: {kind.source}.\n"
        )
    return "\n".join(parts)
