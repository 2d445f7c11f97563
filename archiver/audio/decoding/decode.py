"""The way in: decodes one file in full and computes what is sought. Runs in a worker process."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from av.audio.frame import AudioFrame
from av.error import FFmpegError

from archiver.audio.containers.excerpt import Excerpt
from archiver.audio.containers.window import Window
from archiver.audio.decoding.decoder import Decoder, UnopenedError
from archiver.audio.decoding.demuxers import Demuxer, demuxer_for, is_lossless
from archiver.audio.decoding.fingerprint import FingerprintMaking
from archiver.audio.decoding.ripsums import RipSumming
from archiver.audio.decoding.samples import in_form, packed, sample_form, samples_of
from archiver.audio.decoding.stated import Form, Statement, flac_statement, wavpack_statement
from archiver.audio.formats.kinds import extension_of
from archiver.audio.formats.magic import sniff
from archiver.audio.properties.read import audio_end
from archiver.filesystem import NotRegularError, open_regular_beneath
from archiver.machine import MachineError, refuse_own_limit
from archiver.model.audio import ExaminedFile
from archiver.model.decoded import Decoded, Fingerprint, Sought, StatedDigest, Undecoded
from archiver.model.source import FileRef

_BUFFER_BYTES = 64 << 10
_WHOLE = {"u8": 8, "s16": 16, "s32": 32}
_CD = ("s16", 16, 2, 44_100)


def decode_file(examined: ExaminedFile, sought: Collection[Sought]) -> Decoded | Undecoded:
    """Decode the music of a file from its first sample to its last.

    Never raises for anything that a file can contain. A hang or a crash of the decoder is for the caller to survive: run this
    in a worker process with a limit on time and memory (:func:`archiver.ingest.decode.decode`). The file is opened once, read
    only and without following links, and is not changed; memory does not grow with its length, but for its fingerprint, which
    is 32 bytes a second.

    Args:
        examined: A file of music, as it was examined.
        sought: What to compute beside.

    Raises:
        MachineError: where the machine refuses what the program needs itself.
        MemoryError: where the decoder asks for more than the process may have.
    """
    if examined.protection is not None and not examined.protection.unseen:
        return Undecoded.PROTECTED
    try:
        with _opened(examined.ref) as window:
            return _decoded(window, examined, sought)
    except UnopenedError:
        return Undecoded.NOT_OPENED
    except (NotRegularError, _ChangedError):
        return Undecoded.CHANGED
    except OSError as error:
        refuse_own_limit(error)
        return Undecoded.CHANGED if isinstance(error, FileNotFoundError) else Undecoded.UNREADABLE
    except (MachineError, MemoryError):
        raise
    except Exception:  # noqa: BLE001 - a slip on bytes that nobody foresaw must not end the run
        return Undecoded.CRASH


class _ChangedError(Exception):
    """The file is no longer the one that was listed."""


@contextlib.contextmanager
def _opened(ref: FileRef) -> Iterator[Window]:
    descriptor = open_regular_beneath(ref.root, ref.relative)
    with open(descriptor, "rb", buffering=_BUFFER_BYTES) as file:
        status = os.fstat(descriptor)
        if (status.st_size, status.st_mtime_ns) != (ref.stat.size_bytes, ref.stat.mtime_ns):
            raise _ChangedError
        yield Window(file, status.st_size)


def _decoded(window: Window, examined: ExaminedFile, sought: Collection[Sought]) -> Decoded | Undecoded:
    sniffed = sniff(window, extension_of(examined.ref.path))
    demuxer = demuxer_for(sniffed)
    if demuxer is None:
        return Undecoded.NO_DECODER
    start, end = _music(window, demuxer, sniffed.start, examined)
    with Decoder(window, start, end, demuxer) as decoder:
        depth = None if examined.audio is None else examined.audio.bit_depth
        computing = _Computing(decoder, _statement(decoder, window.excerpt(start, end)), depth, sought)
        for frame in decoder.frames():
            computing.take(frame)
        return computing.finish()


def _music(window: Window, demuxer: Demuxer, start: int, examined: ExaminedFile) -> tuple[int, int]:
    if demuxer.whole:
        return 0, window.size
    return start, audio_end(window.size, start, examined.tag_blocks)


def _statement(decoder: Decoder, file: Excerpt) -> Statement | None:
    if decoder.name == "flac":
        return flac_statement(decoder.header)
    return wavpack_statement(file) if decoder.name == "wavpack" else None


@dataclass(frozen=True, slots=True)
class _Form:
    """How frames hold samples."""

    sample: str
    channels: int
    rate_hz: int


class _Computing:
    """Takes each frame in turn and computes what can be computed of it."""

    def __init__(
        self, decoder: Decoder, statement: Statement | None, depth: int | None, sought: Collection[Sought]
    ) -> None:
        self._decoder = decoder
        self._statement = statement
        self._depth = statement.bits if statement is not None else depth
        self._sought = sought
        self._form: _Form | None = None
        self._bits: int | None = None
        self._md5 = hashlib.md5(usedforsecurity=False)
        others = () if statement is None else (form for form in statement.forms if form is not Form.SIGNED)
        self._others = {form: hashlib.md5(usedforsecurity=False) for form in others}
        self._rip: RipSumming | None = None
        heard = {Sought.FINGERPRINT, Sought.ISCC}.intersection(sought)
        self._fingerprint = FingerprintMaking() if heard else None

    def take(self, frame: AudioFrame) -> None:
        """Take the next frame."""
        form = _Form(sample_form(frame), frame.layout.nb_channels, frame.sample_rate)
        if form != self._form:
            self._settle(form)
        if self._bits is not None:
            piece = packed(samples_of(frame), self._bits)
            self._md5.update(piece)
            for other, digest in self._others.items():
                digest.update(in_form(piece, self._bits, other))
            if self._rip is not None:
                self._rip.take(piece)
        if self._fingerprint is not None:
            self._hear(self._fingerprint, frame)

    def _hear(self, making: FingerprintMaking, frame: AudioFrame) -> None:
        try:
            making.take(frame)
        except FFmpegError as error:
            if isinstance(error, MemoryError):
                raise MemoryError from error  # noqa: TRY004 - FFmpeg's own error of this kind does not travel
            self._fingerprint = None  # of a rate or of channels that no music has

    def _settle(self, form: _Form) -> None:
        """Say what can be computed of samples of this form; nothing of music whose form changes on the way."""
        first, self._form = self._form is None, form
        whole = _WHOLE.get(form.sample) if first and is_lossless(self._decoder.name) else None
        depth = self._depth if self._depth is not None or form.sample == "s32" else whole
        self._bits = depth if whole is not None and depth is not None and depth <= whole else None
        on_cd = (form.sample, self._bits, form.channels, form.rate_hz) == _CD
        self._rip = RipSumming() if on_cd and Sought.RIP in self._sought else None

    def finish(self) -> Decoded:
        """Return what was found."""
        decoder, form, statement = self._decoder, self._form, self._statement
        integrity = decoder.damages.verdict((), proved=False)
        fingerprint = None if self._fingerprint is None else self._fingerprint.finish()
        pcm_md5 = None if self._bits is None else self._md5.hexdigest()
        return Decoded(
            decoder=decoder.name,
            music_start=decoder.start,
            music_end=decoder.end,
            sample_rate_hz=decoder.rate if form is None else form.rate_hz,
            channels=decoder.stream.channels if form is None else form.channels,
            samples=decoder.samples,
            stated_samples=None if statement is None else statement.samples,
            damage=integrity.damage,
            errors=decoder.damages.count,
            pcm_md5=pcm_md5,
            stated=None if statement is None else self._compared(statement, pcm_md5),
            rip=None if self._rip is None else self._rip.finish(),
            fingerprint=fingerprint if Sought.FINGERPRINT in self._sought else None,
            iscc=self._code(fingerprint),
        )

    def _compared(self, statement: Statement, pcm_md5: str | None) -> StatedDigest:
        """The MD5 that the file states beside that of its samples, in the form in which it holds, if there are several."""
        if pcm_md5 is None:
            return StatedDigest(statement.by, statement.md5, None)
        found = {form: digest.hexdigest() for form, digest in self._others.items()} | {Form.SIGNED: pcm_md5}
        of_forms = [found[form] for form in statement.forms]
        if len(of_forms) == 1 or statement.md5 in of_forms:
            return StatedDigest(
                statement.by, statement.md5, statement.md5 if statement.md5 in of_forms else of_forms[0]
            )
        return StatedDigest(statement.by, statement.md5, None)

    def _code(self, fingerprint: Fingerprint | None) -> str | None:
        if fingerprint is None or Sought.ISCC not in self._sought:
            return None
        from archiver.audio.decoding.iscc import audio_code  # noqa: PLC0415 - it needs an extra of its own

        return audio_code(fingerprint)
