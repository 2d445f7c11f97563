"""What a full decode says of a file, beside what its bytes said: its verdict, its rip's log, the checksums of its samples."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from archiver.audio.decoding.rip_evidence import rip_evidence
from archiver.audio.decoding.verdict import with_decoding
from archiver.audio.papers.checksum_list import AUDIO_MD5
from archiver.executors.guarded import GuardedProcesses
from archiver.ingest.decode import decode
from archiver.ingest.examine import Examined
from archiver.ingest.fixity import held_against
from archiver.model.audio import ExaminedFile, Role
from archiver.model.decoded import Decoded, Sought, Undecoded
from archiver.model.problem import Problem
from archiver.model.sound import Sound, SoundState, damage_sentence


def decoded_entries(
    entries: Iterable[Examined], decoders: GuardedProcesses, sought: Collection[Sought]
) -> Iterator[Examined]:
    """Yield the entries in their order, each new file of music with what decoding it gave.

    Args:
        entries: Examined; they are gone through twice.
        decoders: From :func:`archiver.ingest.decode.music_decoders`, made for the same ``sought``.
        sought: What to compute beside.
    """
    outcomes = decode(
        (one for one in entries if isinstance(one, ExaminedFile) and _is_new(one)), decoders, sought
    )
    for entry in entries:
        if isinstance(entry, ExaminedFile) and entry.role is Role.AUDIO and _is_new(entry):
            yield replace(entry, decoded=next(outcomes).outcome)
        else:
            yield entry


def _is_new(file: ExaminedFile) -> bool:
    """Whether no bag of the store describes a file's bytes already."""
    return file.known.holding is None


def with_decoded(file: ExaminedFile, outcome: Decoded | Undecoded) -> ExaminedFile:
    """Return a file of music with what decoding it gave; as it is where it was not decoded.

    Damage that only decoding finds is a problem of the file (``F210``).
    """
    if isinstance(outcome, Undecoded):
        return replace(file, decoded=None)
    sound = with_decoding(file.sound, outcome)
    evidence = (*file.evidence, *rip_evidence(file.rip_claims, outcome))
    heard = replace(file, sound=sound, evidence=evidence, decoded=None, iscc=outcome.iscc)
    if sound is not None and _is_news(file.sound, sound):
        found = Problem(file.ref.path, "F210", damage_sentence(sound.integrity))
        heard = replace(heard, problems=(*heard.problems, found))
    if outcome.pcm_md5 is None:
        return heard
    return held_against(heard, {AUDIO_MD5: outcome.pcm_md5})


def _is_news(before: Sound | None, after: Sound) -> bool:
    was_damaged = before is not None and before.integrity.state is SoundState.DAMAGED
    return after.integrity.state is SoundState.DAMAGED and bool(after.integrity.damage) and not was_damaged
