"""How long deciding takes: a collection of 1,000,000 files under 1,000 declarations, on one core.

Run it from the root of the project: ``python -m benchmarks.decide [FILES]``. A quarter of the files carry no
evidence, half carry a rip log's or a store's signs, a quarter carry a licence, a reservation or personal data.
"""

from __future__ import annotations

import sys
import time
from datetime import date

from archiver.model.evidence import Evidence, Protection, Strength
from archiver.rights.deciding.decider import Decider
from archiver.rights.declaring.policies import builtin_policy
from archiver.rights.declaring.read import parse_declarations

LIMIT_S_PER_MILLION = 60.0
ALBUMS = 1000


def declarations_toml() -> bytes:
    """One declaration per album, by folder, by title or by tag, and one for the collection."""
    parts = ['version = 1\n[defaults]\nby = "Example Person"\nrole = "owner"\ndate = 2026-11-22\n']
    parts.append('[[declaration]]\nbasis = "unknown"\nacts = { publish = "deny" }\n')
    scopes = (
        'path = "Artist {n}/Album {n}/"',
        'album = "Album {n}"',
        'tag = {{ catalog_number = "CAT {n}" }}',
        'path = "Artist {n}/**/*.flac"',
    )
    for number in range(ALBUMS):
        scope = scopes[number % len(scopes)].format(n=number)
        parts.append(f'[[declaration]]\nscope = {{ {scope} }}\nbasis = "purchase"\n')
    return "".join(parts).encode()


def evidence_of(number: int) -> tuple[tuple[Evidence, ...], Protection | None]:
    """What was seen in one file; every locator differs, as it does in files."""
    at = f"@{number}"
    kinds: tuple[tuple[tuple[Evidence, ...], Protection | None], ...] = (
        ((), None),
        ((Evidence("isrc", f"TSRC{at}", "ZZAAA0000001", Strength.STRONG),), None),
        (
            (
                Evidence("store-account", f"ilst.apID{at}", None, Strength.CONCLUSIVE, personal=True),
                Evidence("copyright-line", f"ilst.cprt{at}", "2001 Example Records", Strength.WEAK),
            ),
            None,
        ),
        ((Evidence("licence-url", f"WCOP{at}", "https://example.org/", Strength.WEAK),), None),
    )
    return kinds[number % len(kinds)]


def main() -> int:
    """Measure and print; 1 if the limit is missed."""
    files = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    declared = parse_declarations(declarations_toml(), "rights.toml").declarations
    worst = 0.0
    for name in ("personal", "donation", "public"):
        decider = Decider(declared, builtin_policy(name), date(2026, 11, 22))
        started = time.process_time()
        for number in range(files):
            album = (number // 12) % (2 * ALBUMS)
            tags = {"album": (f"Album {album}",), "catalog_number": (f"CAT {album}",), "artist": ("Example",)}
            evidence, protection = evidence_of(number)
            decider.decide(f"Artist {album}/Album {album}/{number % 12}.flac", tags, evidence, protection)
        seconds = time.process_time() - started
        worst = max(worst, seconds * 1e6 / files)
        print(f"{name:<10} {files:>9} files  {seconds:6.1f} s  {seconds / files * 1e6:5.1f} µs per file")
    print(f"limit: {LIMIT_S_PER_MILLION:.0f} s per 1,000,000 files; worst: {worst:.1f} s")
    return 0 if worst <= LIMIT_S_PER_MILLION else 1


if __name__ == "__main__":
    sys.exit(main())
