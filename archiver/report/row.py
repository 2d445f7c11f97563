"""What a page needs of one file: a small value that waits on the disk until its album is complete."""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass

import msgspec

from archiver.model.audio import AudioProperties, ExaminedFile, Role, Tags
from archiver.model.package import AssessedFile, HeldFile, PackedFile, PackEntry, WithheldFile
from archiver.model.pictures import has_picture
from archiver.model.problem import Severity
from archiver.model.rights import Act, Answer, Decision, Disposition
from archiver.model.sound import SoundState, damage_sentence
from archiver.model.source import EmptyFolder, FolderProblem, FolderRef, LeftOut, Link, Unpacked
from archiver.records.rights.grounds import ground_words, settling_ground

OPEN_POLICY = "personal"
"""The policy under which the holder of a bag is who packed it, so that what is restricted may be opened from a page."""

LONGEST_TAG = 400
_MOST_PROBLEMS = 20
MOST_NUMBER = 1 << 60
"""The largest number that a row holds; a forged record may have a larger one."""
_MOST_REASONS = 40
_YEAR = re.compile(r"(?<![0-9])(?:1[89]|20)[0-9]{2}(?![0-9])")
_NUMBER = re.compile(r"[0-9]{1,4}")


class RightsNote(msgspec.Struct, frozen=True, array_like=True):
    """What was decided of some files, in words.

    Attributes:
        disposition: What became of them.
        basis: The declared basis that governs.
        acts: Each act with its answer, in order.
        until: The day until which they are closed; empty where there is none.
        reasons: How it came about.
        declarations: Identifiers of the declarations that bear on them.
        ground: What settled it, in few words.
    """

    disposition: str
    basis: str
    acts: tuple[tuple[str, str], ...]
    until: str
    reasons: tuple[str, ...]
    declarations: tuple[str, ...]
    ground: str


class ProblemNote(msgspec.Struct, frozen=True, array_like=True):
    """One finding about a file."""

    code: str
    severity: str
    message: str


class FileRow(msgspec.Struct, frozen=True, array_like=True):
    """One file as a page shows it; empty or 0 where nothing is known.

    Attributes:
        source_path: Where it was in the source.
        path: Its path in the bag; empty where it is not in it.
        linked: Whether a page may link to it.
        role: What it is for.
        size: Bytes.
        format: Name of the format.
        mime: Media type.
        codec: Codec.
        ms: Playing time in milliseconds.
        quality: Resolution or bit rate, in words.
        band: The same, with bit rates that are near each other as one.
        lossless: Whether nothing was lost in coding; ``None`` where that is not known.
        state: What is known of its music, of :class:`archiver.model.sound.SoundState`.
        damage: What is wrong with it.
        held: Whether a list of checksums that came with it holds; ``None`` where there is none.
        title: Title.
        artist: Who plays.
        album: Title of the album.
        album_artist: Who plays on the album.
        disc: Number of its disc.
        track: Its number.
        year: Year of its date.
        picture: Whether a picture is embedded in it.
        protection: Name of its technical protection.
        personal: Whether it carries personal data.
        problems: The first of its findings.
        rights: What was decided, encoded as :class:`RightsNote`; empty where nothing was.
        bag: Address of the bag that it lies in, where a page shows files of several; empty where a page is of one bag.
        away: Why no page can link to it although it may, in few words; empty where one can, or where a page is of one bag.
    """

    source_path: str
    path: str = ""
    linked: bool = False
    role: str = "other"
    size: int = 0
    format: str = ""
    mime: str = ""
    codec: str = ""
    ms: int = 0
    quality: str = ""
    band: str = ""
    lossless: bool | None = None
    state: str = ""
    damage: str = ""
    held: bool | None = None
    title: str = ""
    artist: str = ""
    album: str = ""
    album_artist: str = ""
    disc: int = 0
    track: int = 0
    year: str = ""
    picture: bool = False
    protection: str = ""
    personal: bool = False
    problems: tuple[ProblemNote, ...] = ()
    rights: bytes = b""
    bag: str = ""
    away: str = ""

    @property
    def name(self) -> str:
        """The file's own name."""
        return self.source_path.rpartition("/")[2]

    @property
    def is_track(self) -> bool:
        """Whether it is audio."""
        return self.role == Role.AUDIO

    @property
    def is_withheld(self) -> bool:
        """Whether a decision keeps it out of the bag."""
        return not self.path and bool(self.rights)


def rights_of(row: FileRow) -> RightsNote | None:
    """What was decided of a file; ``None`` where nothing was."""
    return _decoded(row.rights) if row.rights else None


@functools.lru_cache(512)
def _decoded(rights: bytes) -> RightsNote:
    return msgspec.msgpack.decode(rights, type=RightsNote)


@dataclass(slots=True)
class RowMaker:
    """Makes rows of entries; neighbours mostly share one decision, which is then put into words once."""

    _decision: Decision | None = None
    _rights: bytes = b""

    def row(self, entry: PackEntry) -> FileRow | None:
        """Return the row of one entry; ``None`` where it is no file, or one that an earlier bag holds and shows."""
        match entry:
            case PackedFile():
                decision = entry.assessed.decision
                closed = decision.disposition is Disposition.RESTRICT and decision.policy != OPEN_POLICY
                return self._file(entry.assessed, entry.bag_path, entry.size_bytes, linked=not closed)
            case WithheldFile():
                size = entry.assessed.examined.ref.stat.size_bytes
                return self._file(entry.assessed, "", size, linked=False)
            case Unpacked(problem):
                note = ProblemNote(problem.code, problem.severity.value, problem.message)
                return FileRow(problem.path, problems=(note,))
            case HeldFile() | EmptyFolder() | FolderProblem() | FolderRef() | Link() | LeftOut():
                return None

    def _file(self, assessed: AssessedFile, path: str, size: int, *, linked: bool) -> FileRow:
        file = assessed.examined
        audio, tags, sound = file.audio, file.tags, file.sound
        state = "" if sound is None else sound.integrity.state.value
        is_damaged = sound is not None and sound.integrity.state is SoundState.DAMAGED
        return FileRow(
            source_path=file.ref.path,
            path=path,
            linked=linked,
            role=file.role.value,
            size=min(max(size, 0), MOST_NUMBER),
            format=_format(file),
            mime="" if file.format is None else file.format.mime or "",
            codec="" if audio is None else audio.codec,
            ms=milliseconds(audio),
            quality="" if audio is None else quality(audio),
            band="" if audio is None else quality_band(audio),
            lossless=None if audio is None else audio.lossless,
            state=state,
            damage=damage_sentence(sound.integrity)
            if sound is not None and is_damaged and sound.integrity.damage
            else "",
            held=_held(file),
            title=first_value(tags, "title"),
            artist=first_value(tags, "artist"),
            album=first_value(tags, "album"),
            album_artist=first_value(tags, "album_artist"),
            disc=number_of(tags, "disc"),
            track=number_of(tags, "track"),
            year=year_of(tags),
            picture=has_picture(file.tag_blocks),
            protection="" if file.protection is None else file.protection.label,
            personal=assessed.decision.personal,
            problems=tuple(
                ProblemNote(one.code, one.severity.value, one.message)
                for one in file.problems[:_MOST_PROBLEMS]
                if one.severity is not Severity.INFO
            ),
            rights=self._encoded(assessed.decision),
        )

    def _encoded(self, decision: Decision) -> bytes:
        if decision is not self._decision:
            self._decision, self._rights = decision, encoded(note_of(decision))
        return self._rights


_encode = msgspec.msgpack.Encoder().encode


def encoded(value: FileRow | RightsNote) -> bytes:
    """Return a value as bytes; a lone surrogate, which a damaged tag can hold, stands in them as its escape."""
    try:
        return _encode(value)
    except UnicodeEncodeError:
        return _encode(_escaped(msgspec.to_builtins(value, builtin_types=(bytes,))))


def _escaped(value: object) -> object:
    if isinstance(value, list | tuple):
        return list(map(_escaped, value))
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value


def note_of(decision: Decision) -> RightsNote:
    """Put a decision into words."""
    until, ground = decision.restricted_until, settling_ground(decision)
    return RightsNote(
        disposition=decision.disposition.value,
        basis=decision.basis.value,
        acts=tuple((act.value, answer.value) for act, answer in decision.acts.items()),
        until="" if until is None else until.isoformat(),
        reasons=tuple(dict.fromkeys(one.text or one.code for one in decision.reasons[:_MOST_REASONS])),
        declarations=decision.declarations[:_MOST_REASONS],
        ground="" if ground is None else ground_words(ground),
    )


def acts_words(note: RightsNote) -> str:
    """Say in a few words what may be done: ``allowed: preserve, access; denied: publish; unknown: mine``."""
    words = {Answer.ALLOW: "allowed", Answer.DENY: "denied", Answer.UNKNOWN: "unknown"}
    told = []
    for answer, word in words.items():
        acts = [act for act, given in note.acts if given == answer]
        if len(acts) == len(Act):
            return f"{word}: every act"
        if acts:
            told.append(f"{word}: {', '.join(acts)}")
    return "; ".join(told)


_BANDS = (64, 96, 128, 192, 256, 320)
"""Bit rates, in kbit/s, up to which tracks are counted together."""

_SHORT = {
    "aac": "AAC",
    "ac-3": "AC-3",
    "alac": "ALAC",
    "ape": "Monkey's Audio",
    "drms": "AAC, protected",
    "dsd": "DSD",
    "flac": "FLAC",
    "mp2": "MP2",
    "mp3": "MP3",
    "musepack": "Musepack",
    "opus": "Opus",
    "speex": "Speex",
    "tak": "TAK",
    "tta": "True Audio",
    "vorbis": "Vorbis",
    "wavpack": "WavPack",
    "wma": "WMA",
}
_SAMPLES = {"audio/x-wav": "WAV", "audio/x-aiff": "AIFF", "audio/x-caf": "CAF", "audio/basic": "AU"}
_LONGEST_CODEC = 20

_PLAYED = frozenset({"aac", "flac", "mp3", "opus", "vorbis"})
"""What most browsers play, by codec; samples they play in WAV."""


def short_format(row: FileRow) -> str:
    """Return the name by which people call a format: of music that of its codec."""
    if not row.is_track or not row.codec:
        return row.format
    if row.codec == "pcm":
        return _SAMPLES.get(row.mime, "PCM")
    return _SHORT.get(row.codec, row.codec if len(row.codec) <= _LONGEST_CODEC else row.format)


def is_played(row: FileRow) -> bool:
    """Whether most browsers can play it."""
    if row.protection or not row.is_track:
        return False
    return row.codec in _PLAYED or (row.codec == "pcm" and row.mime == "audio/x-wav")


def quality(audio: AudioProperties) -> str:
    """Return resolution or bit rate in words: ``16 bit / 44.1 kHz``, ``320 kbit/s``; empty where neither is known."""
    if audio.lossless is not False and audio.sample_rate_hz:
        rate = f"{audio.sample_rate_hz / 1000:g} kHz"
        return f"{audio.bit_depth} bit / {rate}" if audio.bit_depth else rate
    if audio.bitrate_bps:
        return f"{round(audio.bitrate_bps / 1000)} kbit/s"
    return ""


def quality_band(audio: AudioProperties) -> str:
    """Return resolution or bit rate as tracks are counted by: a resolution as it is, a bit rate with those near it."""
    if audio.lossless is not False or not audio.bitrate_bps:
        return quality(audio)
    rate, lower = round(audio.bitrate_bps / 1000), 0
    for upper in _BANDS:
        if rate <= upper:
            return f"{lower + 1} to {upper} kbit/s" if lower else f"up to {upper} kbit/s"
        lower = upper
    return f"over {lower} kbit/s"


def folded(value: str) -> str:
    """Return what a search takes for the same: small letters without accents."""
    if value.isascii():
        return value.lower()
    parts = unicodedata.normalize("NFKD", value).casefold()
    return "".join(one for one in parts if not unicodedata.combining(one))


def milliseconds(audio: AudioProperties | None) -> int:
    """Return the playing time in milliseconds; 0 where it is not known."""
    seconds = None if audio is None else audio.duration_s
    return 0 if seconds is None or not 0 < seconds < MOST_NUMBER / 1000 else round(seconds * 1000)


def _format(file: ExaminedFile) -> str:
    return "not identified" if file.format is None else file.format.name


def _held(file: ExaminedFile) -> bool | None:
    told = [one.holds for one in file.expected if one.holds is not None]
    return all(told) if told else None


def first_value(tags: Tags, name: str) -> str:
    """Return the first value of a tag that says something; empty where there is none."""
    return next((value[:LONGEST_TAG].strip() for value in tags.get(name, ()) if value.strip()), "")


def number_of(tags: Tags, name: str) -> int:
    """Return the number that a tag begins with, such as that of ``3/12``; 0 where there is none."""
    found = _NUMBER.search(first_value(tags, name))
    return int(found[0]) if found else 0


def year_of(tags: Tags) -> str:
    """Return the year of a date in tags; empty where none is told."""
    for name in ("original_date", "date"):
        found = _YEAR.search(first_value(tags, name))
        if found:
            return found[0]
    return ""
