"""What a full decode adds to the verdict on a file's music."""

from __future__ import annotations

from dataclasses import replace

from archiver.model.decoded import Decoded, Undecoded
from archiver.model.sound import Damage, Integrity, Sound, SoundState

DECODING = "decoding"
PCM_MD5 = {"flac": "flac-md5", "wavpack": "wavpack-md5"}
"""Names in :data:`archiver.audio.bitstream.checks.CHECKS`."""

_MISMATCH = "the decoded music has another MD5 than the file states"
_SHORT = "fewer samples can be decoded than the file states"
_UNSET = "the file states no MD5 of its music"
_BESIDE = "the decoder met something beside the music, all of which its MD5 proves"
_ANOTHER = "the MD5 that the file states could not be compared"


def with_decoding(sound: Sound | None, decoded: Decoded | Undecoded) -> Sound | None:
    """Return what is to be said of the music now that it was decoded.

    ======================  ==========================================  =========================
    what was said before    what decoding found                         what is said now
    ======================  ==========================================  =========================
    anything                not decoded, whatever the reason            the same as before
    anything                not one sample, and no error                the same as before
    damaged                 whatever it found                           damaged, decoded
    anything but damaged    the file's own MD5 holds                    intact, decoded
    anything but damaged    an error, another MD5, missing samples      damaged, decoded
    intact                  all decodes                                 intact, decoded
    consistent              all decodes, no MD5 to compare              consistent, decoded
    not checkable           all decodes, no MD5 to compare              consistent, decoded
    nothing                 all decodes, no MD5 to compare              consistent, decoded
    ======================  ==========================================  =========================

    A decoder proves nothing where there is no checksum: most flipped bits of an MP3 decode without a word, into other
    music. Damage that was found before is kept as it was, with its places, since it knows more of the bytes.

    Args:
        sound: What reading the music through gave, if that was done.
        decoded: What decoding it gave.
    """
    if isinstance(decoded, Undecoded) or not (decoded.samples or decoded.errors or _missing(decoded)):
        return sound
    before = Integrity(SoundState.NOT_CHECKABLE) if sound is None else sound.integrity
    essence = None if sound is None else sound.essence
    return Sound(essence, _judged(before, decoded))


def _judged(before: Integrity, decoded: Decoded) -> Integrity:
    holds = None if decoded.stated is None else decoded.stated.holds
    named = (DECODING,) if holds is None or decoded.stated is None else (DECODING, PCM_MD5[decoded.stated.by])
    checked = (*before.checked, *(name for name in named if name not in before.checked))
    after = replace(before, checked=checked, decoded=True, detail=_detail(before, decoded))
    if before.state is SoundState.DAMAGED:
        return after
    if holds:
        return replace(after, state=SoundState.INTACT)
    places, count = _damage(decoded)
    if count:
        return replace(
            after, state=SoundState.DAMAGED, damage=places, damaged_places=count, lost_s=_lost(decoded)
        )
    return after if before.state is SoundState.INTACT else replace(after, state=SoundState.CONSISTENT)


def _damage(decoded: Decoded) -> tuple[tuple[Damage, ...], int]:
    """The damaged places that decoding found, and how many; those of the decoder say where an MD5 fails, if there are any."""
    if decoded.errors:
        return decoded.damage, decoded.errors
    if _missing(decoded):
        at_s = round(decoded.seconds, 3)
        return (Damage(_SHORT, decoded.music_end, decoded.samples, at_s),), 1
    if decoded.stated is not None and decoded.stated.holds is False:
        return (Damage(_MISMATCH, decoded.music_start),), 1
    return (), 0


def _missing(decoded: Decoded) -> int:
    return 0 if decoded.stated_samples is None else max(decoded.stated_samples - decoded.samples, 0)


def _lost(decoded: Decoded) -> float | None:
    missing = _missing(decoded)
    return round(missing / decoded.sample_rate_hz, 3) if missing else None


def _detail(before: Integrity, decoded: Decoded) -> str | None:
    if before.detail is not None or decoded.stated is None:
        return before.detail
    if decoded.stated.holds is not None:
        return _BESIDE if decoded.stated.holds and decoded.errors else None
    return _UNSET if decoded.stated.md5 is None else _ANOTHER
