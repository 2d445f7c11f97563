"""How large the trees are that are measured on, and how often each is: to try, to see the order of things, to publish."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large the trees are.

    Attributes:
        large_files: Large files.
        large_mb: Size of each in 10^6 bytes.
        small_files: Small files.
        peer_files: Small files of the tree on which other programs are run, which take minutes for more.
        decided_files: Files to decide on.
        catalogued_files: Files of the largest catalogue.
        page_tracks: Tracks of the bags whose pages are made.
        glanced_files: Files of the tree whose listings a second run compares.
        parity_mb: Size of the tree that recovery data are made of, in 10^6 bytes.
        music_seconds: Playing time of the music that is made in each format.
        growth_from: Files of the smallest tree whose growth is measured; each further one has ten times as many.
        growth_to: Files of the largest.
        rounds: How often what takes minutes is measured; what takes longer is measured less often, what takes seconds more.
    """

    large_files: int
    large_mb: int
    small_files: int
    peer_files: int
    decided_files: int
    catalogued_files: int
    page_tracks: tuple[int, ...]
    glanced_files: int
    parity_mb: int
    music_seconds: int
    growth_from: int
    growth_to: int
    rounds: int


QUICK = Sizes(
    large_files=4,
    large_mb=64,
    small_files=1_000,
    peer_files=1_000,
    decided_files=20_000,
    catalogued_files=10_000,
    page_tracks=(1_000,),
    glanced_files=20_000,
    parity_mb=64,
    music_seconds=120,
    growth_from=100,
    growth_to=1_000,
    rounds=2,
)
MIDDLE = Sizes(
    large_files=4,
    large_mb=512,
    small_files=10_000,
    peer_files=5_000,
    decided_files=200_000,
    catalogued_files=100_000,
    page_tracks=(1_000, 10_000),
    glanced_files=200_000,
    parity_mb=256,
    music_seconds=600,
    growth_from=1_000,
    growth_to=10_000,
    rounds=2,
)
FULL = Sizes(
    large_files=8,
    large_mb=512,
    small_files=100_000,
    peer_files=20_000,
    decided_files=1_000_000,
    catalogued_files=1_000_000,
    page_tracks=(1_000, 10_000, 100_000),
    glanced_files=1_000_000,
    parity_mb=512,
    music_seconds=1_200,
    growth_from=1_000,
    growth_to=100_000,
    rounds=3,
)
