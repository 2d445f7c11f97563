"""The formats that archiver tells apart by their own bytes: one row for each, with everything that is done with it.

PRONOM names a format for the record; a row picks the parsers, the role and the extensions that fit. The table
also names formats that PRONOM has no signature for: WavPack, Musepack 7, TAK, OptimFROG, very short MP3 files
and bare ID3 tags.

A row names functions by their place below ``archiver.audio``, as ``room.module:function``. They are fetched when a
file of the kind is met, so that no run loads parsers that it does not need.
"""

from __future__ import annotations

import functools
import importlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from archiver.model.audio import AudioProperties, Role

TABLE_NAME = "archiver-kinds/1"
"""What :attr:`archiver.model.audio.Format.signature_version` says where this table named a format."""

Mark = bytes | tuple[tuple[int, bytes], ...]
"""Bytes that begin a file, or several parts, each with its offset, all of which must be there."""


@dataclass(frozen=True, slots=True)
class Row:
    """What is known of a kind, and what is done with a file of it.

    Attributes:
        id: What the program calls the kind.
        role: What a file of this kind is for; with it goes where evidence is looked for: in the tags of audio, in
            the picture that artwork is, in the words of a document.
        name: In plain words.
        mime: Registered or customary media type, or ``None``.
        fitting: Extensions that fit, in lower case without the dot, parted by spaces; the first is the usual one.
        marks: What proves the kind; without any it takes a closer look (:mod:`archiver.audio.formats.magic`).
        packets: What begins a stream of the kind within Ogg.
        claims: Shorter marks by which a damaged file still claims the kind, so that its tags and its protection are
            looked for.
        proved: Of a kind that is proved frame by frame, what PRONOM calls it. PRONOM's signatures for such streams
            are a few bytes long and fit by chance: in 4 or 5 of 100 MP3 files to something in their tags that
            looks like AAC.
        tags: ``(draft, offset) -> None``, which indexes the tags within the container
            (:class:`archiver.audio.blocks.reading.Draft`).
        native: The family of tags that speaks first in such a file, where that is not the container's own.
        fields: The canonical name of each key, in small letters, of the blocks that are called as the kind is.
        properties: ``(stretch) -> AudioProperties`` (:class:`archiver.audio.properties.stretch.Stretch`), or the
            properties that all files of the kind share, where its headers are not read.
        protection: ``(window, offset) -> Protection | None``.
        ending: ``(end) -> str | None``, which says where a file breaks off
            (:class:`archiver.audio.integrity.breaking_off.End`).
        stream: ``(stretch) -> Bitstream | None``, which says where the music lies and how it is read through
            (:class:`archiver.model.sound.Bitstream`).
        film: ``(window) -> bool``, whether a container that may hold a film does.
    """

    id: str
    role: Role
    name: str
    mime: str | None
    fitting: str
    marks: tuple[Mark, ...] = ()
    packets: tuple[bytes, ...] = ()
    claims: tuple[bytes, ...] = ()
    proved: frozenset[str] | None = None
    tags: str | None = None
    native: str | None = None
    fields: str | None = None
    properties: str | AudioProperties | None = None
    protection: str | None = None
    ending: str | None = None
    stream: str | None = None
    film: str | None = None

    @property
    def extensions(self) -> tuple[str, ...]:
        """The extensions that fit."""
        return tuple(self.fitting.split())


@functools.cache
def fetched(named: str) -> Any:  # noqa: ANN401 - what the row's field promises; a test holds every row to it
    """What a row names as ``room.module:name``."""
    module, _, name = named.partition(":")
    return getattr(importlib.import_module(f"archiver.audio.{module}"), name)


class Kind(StrEnum):
    """A format by its own bytes. Containers that hold sound or pictures alike are one kind each."""

    row: Row

    def __new__(cls, row: Row) -> Self:
        """Make the member that the row stands for."""
        kind = str.__new__(cls, row.id)
        kind._value_ = row.id
        kind.row = row
        return kind

    # fmt: off
    MP3 = Row("mp3", Role.AUDIO, "MPEG Audio Layer III (MP3)", "audio/mpeg", "mp3 mpa mpga bit",
        proved=frozenset({"fmt/134"}), properties="properties.mpeg:read_mpeg",
        ending="integrity.breaking_off:mpeg_ending",
        stream="bitstream.mpeg:mpeg_stream")
    MP2 = Row("mp2", Role.AUDIO, "MPEG Audio Layer I or II", "audio/mpeg", "mp2 mp1 mpa mpga m2a bit",
        proved=frozenset({"fmt/198", "fmt/347"}), properties="properties.mpeg:read_mpeg",
        stream="bitstream.mpeg:mpeg_stream")
    AAC_ADTS = Row("aac-adts", Role.AUDIO, "AAC in an ADTS stream", "audio/aac", "aac adts",
        proved=frozenset({"fmt/1812"}), properties="properties.mpeg:read_aac",
        stream="bitstream.adts:adts_stream")
    AAC_ADIF = Row("aac-adif", Role.AUDIO, "AAC in an ADIF file", "audio/aac", "aac adif", marks=(b"ADIF",),
        properties="properties.mpeg:read_aac",
        stream="bitstream.stretch:stretch_stream")
    AAC_LOAS = Row("aac-loas", Role.AUDIO, "AAC in a LOAS/LATM stream", "audio/aac", "aac loas latm",
        properties=AudioProperties("aac", lossless=False),
        stream="bitstream.adts:loas_stream")
    ID3 = Row("id3", Role.AUDIO, "ID3 tag with no audio after it", None,
        "mp3 mpa mpga bit mp2 mp1 m2a id3 tag aac tta")
    FLAC = Row("flac", Role.AUDIO, "FLAC", "audio/flac", "flac fla", marks=(b"fLaC",),
        tags="blocks.flac:read_flac", properties="properties.flac:read_flac",
        ending="integrity.breaking_off:flac_ending",
        stream="bitstream.flac:flac_stream")
    OGG_VORBIS = Row("ogg-vorbis", Role.AUDIO, "Ogg Vorbis", "audio/ogg", "ogg oga ogx",
        packets=(b"\x01vorbis",), tags="blocks.ogg:read_ogg", properties="properties.ogg:read_ogg",
        ending="integrity.breaking_off:ogg_ending",
        stream="bitstream.ogg:ogg_stream")
    OGG_OPUS = Row("ogg-opus", Role.AUDIO, "Ogg Opus", "audio/ogg", "opus ogg oga ogx",
        packets=(b"OpusHead",), tags="blocks.ogg:read_ogg", properties="properties.ogg:read_ogg",
        ending="integrity.breaking_off:ogg_ending",
        stream="bitstream.ogg:ogg_stream")
    OGG_FLAC = Row("ogg-flac", Role.AUDIO, "Ogg FLAC", "audio/ogg", "ogg oga ogx oggflac flac",
        packets=(b"\x7fFLAC", b"fLaC"), tags="blocks.ogg:read_ogg", properties="properties.ogg:read_ogg",
        ending="integrity.breaking_off:ogg_ending",
        stream="bitstream.ogg:ogg_stream")
    OGG_SPEEX = Row("ogg-speex", Role.AUDIO, "Ogg Speex", "audio/ogg", "spx ogg oga ogx",
        packets=(b"Speex   ",), tags="blocks.ogg:read_ogg", properties="properties.ogg:read_ogg",
        ending="integrity.breaking_off:ogg_ending",
        stream="bitstream.ogg:ogg_stream")
    OGG_THEORA = Row("ogg-theora", Role.OTHER, "Ogg Theora", "video/ogg", "ogv ogg ogx oggtheora",
        packets=(b"\x80theora", b"\x01video", b"BBCD\x00"), tags="blocks.ogg:read_ogg",
        stream="bitstream.ogg:ogg_stream")
    OGG = Row("ogg", Role.AUDIO, "Ogg with a stream that is not known", "application/ogg",
        "ogg oga ogx ogv ogm axa axv spx", claims=(b"OggS",), tags="blocks.ogg:read_ogg",
        ending="integrity.breaking_off:ogg_ending",
        stream="bitstream.ogg:ogg_stream")
    MP4 = Row("mp4", Role.AUDIO, "MPEG-4 or QuickTime file", "audio/mp4",
        "m4a m4b m4p m4r mp4 m4v mov qt 3gp 3g2 3ga aax aaxc f4a f4b alac mp4a m4s cmfa",
        tags="blocks.mp4:read_mp4", properties="properties.iso_media:read_mp4",
        protection="protection.mp4:mp4_protection", ending="integrity.breaking_off:mp4_ending",
        film="formats.moving_picture:mp4_video",
        stream="bitstream.mp4:mp4_stream")
    ASF = Row("asf", Role.AUDIO, "Windows Media (ASF)", "audio/x-ms-wma", "wma asf wmv wm asx",
        marks=(bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c"),), claims=(b"0&\xb2u",),
        tags="blocks.asf:read_asf", properties="properties.asf:read_asf",
        protection="protection.asf:asf_protection", ending="integrity.breaking_off:asf_ending",
        film="formats.moving_picture:asf_video", fields="tags.table:ASF",
        stream="bitstream.asf:asf_stream")
    MATROSKA = Row("matroska", Role.AUDIO, "Matroska or WebM", "audio/x-matroska",
        "mka mkv mk3d mks webm weba", marks=(b"\x1aE\xdf\xa3",), tags="blocks.matroska:read_matroska",
        protection="protection.matroska:matroska_protection", ending="integrity.breaking_off:matroska_ending",
        film="formats.moving_picture:matroska_video",
        stream="bitstream.matroska:matroska_stream")
    WAV = Row("wav", Role.AUDIO, "Waveform Audio (WAV)", "audio/x-wav", "wav wave bwf amb",
        marks=(((0, b"RIFF"), (8, b"WAVE")), ((0, b"RIFX"), (8, b"WAVE"))), tags="blocks.riff:read_riff",
        properties="properties.wave:read_wav", protection="protection.wave:wave_protection",
        ending="integrity.breaking_off:riff_ending",
        stream="bitstream.wave:wave_stream")
    RF64 = Row("rf64", Role.AUDIO, "Waveform Audio with 64-bit sizes (RF64, BW64)", "audio/x-wav",
        "wav wave bwf rf64 bw64", marks=(((0, b"RF64"), (8, b"WAVE")), ((0, b"BW64"), (8, b"WAVE"))),
        tags="blocks.riff:read_riff", properties="properties.wave:read_wav",
        protection="protection.wave:wave_protection", ending="integrity.breaking_off:riff_ending",
        stream="bitstream.wave:wave_stream")
    W64 = Row("w64", Role.AUDIO, "Sony Wave64", None, "w64",
        marks=(bytes.fromhex("726966662e91cf11a5d628db04c10000"),), properties="properties.wave:read_w64",
        protection="protection.wave:wave_protection", ending="integrity.breaking_off:w64_ending",
        stream="bitstream.wave:w64_stream")
    AIFF = Row("aiff", Role.AUDIO, "Audio Interchange File Format (AIFF)", "audio/x-aiff",
        "aiff aif aifc afc", marks=(((0, b"FORM"), (8, b"AIFF")), ((0, b"FORM"), (8, b"AIFC"))),
        tags="blocks.iff:read_aiff", properties="properties.pcm:read_aiff",
        ending="integrity.breaking_off:aiff_ending",
        stream="bitstream.iff:aiff_stream")
    CAF = Row("caf", Role.AUDIO, "Core Audio Format", "audio/x-caf", "caf", marks=(b"caff\x00\x01",),
        claims=(b"caff",), tags="blocks.iff:read_caf", properties="properties.pcm:read_caf",
        ending="integrity.breaking_off:caf_ending", fields="tags.table:CAF",
        stream="bitstream.plain:caf_stream")
    AU = Row("au", Role.AUDIO, "Sun or NeXT audio", "audio/basic", "au snd", marks=(b".snd\x00\x00",),
        properties="properties.pcm:read_au", ending="integrity.breaking_off:au_ending",
        stream="bitstream.plain:au_stream")
    WAVPACK = Row("wavpack", Role.AUDIO, "WavPack", "audio/x-wavpack", "wv", marks=(b"wvpk",),
        tags="blocks.kept_wave:read_wavpack",
        properties="properties.wavpack:read_wavpack", ending="integrity.breaking_off:wavpack_ending",
        native="ape",
        stream="bitstream.wavpack:wavpack_stream")
    WAVPACK_CORRECTION = Row("wavpack-correction", Role.OTHER, "WavPack correction file",
        "audio/x-wavpack-correction", "wvc",
        stream="bitstream.wavpack:wavpack_stream")
    MUSEPACK7 = Row("musepack7", Role.AUDIO, "Musepack, stream version 7", "audio/x-musepack", "mpc mp+ mpp",
        marks=(b"MP+",), properties="properties.lossless:read_musepack7", native="ape",
        stream="bitstream.musepack7:musepack7_stream")
    MUSEPACK8 = Row("musepack8", Role.AUDIO, "Musepack, stream version 8", "audio/x-musepack", "mpc mp+ mpp",
        marks=(b"MPCK",), properties="properties.lossless:read_musepack8", native="ape",
        tags="blocks.musepack:read_musepack8",
        stream="bitstream.musepack8:musepack8_stream")
    APE = Row("ape", Role.AUDIO, "Monkey's Audio", "audio/x-ape", "ape mac apl", marks=(b"MAC ", b"MACF"),
        tags="blocks.kept_wave:read_monkeys_audio",
        properties="properties.lossless:read_ape", ending="integrity.breaking_off:ape_ending", native="ape",
        stream="bitstream.ape:ape_stream")
    TAK = Row("tak", Role.AUDIO, "Tom's lossless Audio Kompressor (TAK)", "audio/x-tak", "tak",
        marks=(b"tBaK",), properties="properties.lossless:read_tak", native="ape",
        tags="blocks.kept_wave:read_tak",
        stream="bitstream.tak:tak_stream")
    TTA = Row("tta", Role.AUDIO, "True Audio (TTA)", "audio/x-tta", "tta", marks=(b"TTA1", b"TTA2"),
        properties="properties.lossless:read_tta", ending="integrity.breaking_off:tta_ending",
        stream="bitstream.tta:tta_stream")
    OPTIMFROG = Row("optimfrog", Role.AUDIO, "OptimFROG", "audio/x-optimfrog", "ofr ofs", marks=(b"OFR ",),
        properties="properties.lossless:read_optimfrog", native="ape",
        stream="bitstream.optimfrog:optimfrog_stream")
    SHORTEN = Row("shorten", Role.AUDIO, "Shorten", "audio/x-shorten", "shn", marks=(b"ajkg",),
        properties=AudioProperties("shorten", lossless=True),
        stream="bitstream.stretch:stretch_stream")
    LA = Row("la", Role.AUDIO, "Lossless Audio (LA)", None, "la", marks=(b"LA02", b"LA03", b"LA04"),
        properties=AudioProperties("la", lossless=True), native="ape",
        stream="bitstream.stretch:stretch_stream")
    DSF = Row("dsf", Role.AUDIO, "DSD Stream File", "audio/x-dsf", "dsf",
        marks=(b"DSD \x1c\x00\x00\x00\x00\x00\x00\x00",), claims=(b"DSD ",), tags="blocks.iff:read_dsf",
        properties="properties.lossless:read_dsf", ending="integrity.breaking_off:dsf_ending",
        stream="bitstream.dsd:dsf_stream")
    DSDIFF = Row("dsdiff", Role.AUDIO, "DSD Interchange File Format (DSDIFF)", "audio/x-dff", "dff dsdiff",
        marks=(((0, b"FRM8"), (12, b"DSD ")),), claims=(b"FRM8",), tags="blocks.iff:read_dsdiff",
        properties="properties.lossless:read_dsdiff", ending="integrity.breaking_off:dsdiff_ending",
        stream="bitstream.dsd:dsdiff_stream")
    AC3 = Row("ac3", Role.AUDIO, "Dolby Digital (AC-3)", "audio/ac3", "ac3", proved=frozenset({"fmt/735"}),
        properties="properties.ac3:read_ac3",
        stream="bitstream.ac3:ac3_stream")
    EAC3 = Row("eac3", Role.AUDIO, "Dolby Digital Plus (E-AC-3)", "audio/eac3", "eac3 ec3 ac3",
        proved=frozenset(), properties="properties.ac3:read_ac3",
        stream="bitstream.ac3:ac3_stream")
    DTS = Row("dts", Role.AUDIO, "DTS Coherent Acoustics", "audio/vnd.dts", "dts dtshd cpt",
        marks=(b"\x7f\xfe\x80\x01", b"\xfe\x7f\x01\x80", b"\x1f\xff\xe8\x00", b"\xff\x1f\x00\xe8", b"DTSHDHDR"),
        properties=AudioProperties("dts"),
        stream="bitstream.dts:dts_stream")
    TRUEHD = Row("truehd", Role.AUDIO, "Dolby TrueHD or MLP", "audio/vnd.dolby.mlp", "thd mlp truehd",
        marks=(((4, b"\xf8ro\xba"),), ((4, b"\xf8ro\xbb"),)),
        properties=AudioProperties("truehd", lossless=True),
        stream="bitstream.stretch:stretch_stream")
    AMR = Row("amr", Role.AUDIO, "Adaptive Multi-Rate", "audio/amr", "amr awb 3ga", marks=(b"#!AMR",),
        properties=AudioProperties("amr", lossless=False),
        stream="bitstream.amr:amr_stream")
    REALMEDIA = Row("realmedia", Role.AUDIO, "RealAudio or RealMedia", "audio/x-pn-realaudio",
        "ra ram rm rma rmvb rv rax", marks=(b".RMF\x00\x00\x00", b".ra\xfd"), claims=(b".RMF", b".ra\xfd"),
        tags="blocks.realmedia:read_realmedia", protection="protection.real:real_protection")
    MIDI = Row("midi", Role.AUDIO, "Standard MIDI File", "audio/midi", "mid midi kar smf rmi",
        marks=(b"MThd\x00\x00\x00\x06", ((0, b"RIFF"), (8, b"RMID"))), claims=(b"MThd",),
        tags="blocks.midi:read_midi", properties="properties.lossless:read_midi")
    MODULE = Row("module", Role.AUDIO, "Tracker module", None,
        "mod xm it s3m stm mtm 669 med okt ult amf far mptm umx nst wow m15 stk",
        marks=(b"Extended Module: ", b"IMPM", ((44, b"SCRM"),), b"OKTASONG", b"MAS_UTrack_V", b"FAR\xfe",
            *(((1080, channels),) for channels in b"M.K. M!K! FLT4 FLT8 4CHN 6CHN 8CHN CD81 OKTA".split())))
    SVX8 = Row("8svx", Role.AUDIO, "Amiga 8SVX", "audio/x-8svx", "8svx iff svx",
        marks=(((0, b"FORM"), (8, b"8SVX")),),
        stream="bitstream.iff:svx_stream")
    VOC = Row("voc", Role.AUDIO, "Creative Voice", None, "voc", marks=(b"Creative Voice File\x1a",),
        stream="bitstream.stretch:stretch_stream")
    CHIP = Row("chip", Role.AUDIO, "Chip music", None,
        "sid psid rsid nsf nsfe spc vgm vgz gbs ay sap ym psf psf2 minipsf hes kss",
        marks=(b"PSID\x00", b"RSID\x00", b"NESM\x1a", b"SNES-SPC700 Sound File Data", b"Vgm \x00", b"Vgm \x01"))
    AUDIBLE = Row("audible", Role.AUDIO, "Audible AA", "audio/audible", "aa", marks=(((4, b"W\x90u6"),),))
    OMA = Row("oma", Role.AUDIO, "Sony OpenMG", None, "oma omg aa3 at3",
        marks=(b"ea3\x03", b"EA3\x01", b"EA3\x02"), claims=(b"ea3", b"EA3"),
        protection="protection.oma:oma_protection")
    LOCKED = Row("locked", Role.AUDIO, "Encrypted download of a streaming client", None,
        "ncm kgm kgma vpr kwm xm joox ofl_en",
        marks=(b"CTENFDAM", bytes.fromhex("7cd532eb86027f4ba8afa68e0fff9914"),
            bytes.fromhex("0528bc96e9e45a4391aabdd07af53631"), b"yeelion-kuwo",
            ((0, b"ifmt"), (8, b"\xfe\xfe\xfe\xfe"))))
    APPLEDOUBLE = Row("appledouble", Role.OTHER, "AppleDouble or AppleSingle (resource fork)",
        "application/applefile", "rsrc", marks=(b"\x00\x05\x16\x07", b"\x00\x05\x16\x00"))
    JPEG = Row("jpeg", Role.ARTWORK, "JPEG image", "image/jpeg", "jpg jpeg jpe jfif jif",
        marks=(b"\xff\xd8\xff",))
    PNG = Row("png", Role.ARTWORK, "PNG image", "image/png", "png apng", marks=(b"\x89PNG\r\n\x1a\n",))
    GIF = Row("gif", Role.ARTWORK, "GIF image", "image/gif", "gif", marks=(b"GIF87a", b"GIF89a"))
    BMP = Row("bmp", Role.ARTWORK, "Windows bitmap", "image/bmp", "bmp dib")
    TIFF = Row("tiff", Role.ARTWORK, "TIFF image", "image/tiff", "tif tiff dng nef cr2 arw",
        marks=(b"II*\x00", b"MM\x00*"))
    WEBP = Row("webp", Role.ARTWORK, "WebP image", "image/webp", "webp",
        marks=(((0, b"RIFF"), (8, b"WEBP")),))
    HEIF = Row("heif", Role.ARTWORK, "HEIF or AVIF image", "image/heif", "heic heif avif hif")
    JPEG2000 = Row("jpeg2000", Role.ARTWORK, "JPEG 2000 image", "image/jp2", "jp2 j2k jpf jpx jpm j2c",
        marks=(b"\x00\x00\x00\x0cjP  \r\n\x87\n", b"\xffO\xffQ"))
    JPEG_XL = Row("jpeg-xl", Role.ARTWORK, "JPEG XL image", "image/jxl", "jxl",
        marks=(b"\x00\x00\x00\x0cJXL \r\n\x87\n",))
    PHOTOSHOP = Row("photoshop", Role.ARTWORK, "Photoshop image", "image/vnd.adobe.photoshop", "psd psb",
        marks=(b"8BPS\x00\x01", b"8BPS\x00\x02"))
    PDF = Row("pdf", Role.DOCUMENT, "PDF", "application/pdf", "pdf ai", marks=(b"%PDF-",))
    RTF = Row("rtf", Role.DOCUMENT, "Rich Text Format", "application/rtf", "rtf doc", marks=(b"{\\rtf",))
    HTML = Row("html", Role.DOCUMENT, "HTML page", "text/html", "html htm xhtml shtml mht url php")
    ZIP = Row("zip", Role.OTHER, "ZIP archive", "application/zip",
        "zip docx xlsx pptx odt ods odp epub jar cbz apk itlp kmz", marks=(b"PK\x03\x04", b"PK\x05\x06"))
    RAR = Row("rar", Role.OTHER, "RAR archive", "application/vnd.rar", "rar cbr", marks=(b"Rar!\x1a\x07",))
    SEVEN_ZIP = Row("7z", Role.OTHER, "7-Zip archive", "application/x-7z-compressed", "7z cb7",
        marks=(b"7z\xbc\xaf\x27\x1c",))
    GZIP = Row("gzip", Role.OTHER, "gzip archive", "application/gzip", "gz tgz svgz vgz",
        marks=(b"\x1f\x8b\x08",))
    AVI = Row("avi", Role.OTHER, "AVI video", "video/x-msvideo", "avi", marks=(((0, b"RIFF"), (8, b"AVI ")),))
    MPEG_VIDEO = Row("mpeg-video", Role.OTHER, "MPEG program or video stream", "video/mpeg",
        "mpg mpeg vob m2v m1v mpv dat evo", marks=(b"\x00\x00\x01\xba", b"\x00\x00\x01\xb3"))
    FLV = Row("flv", Role.OTHER, "Flash video", "video/x-flv", "flv f4v", marks=(b"FLV\x01",))
    # fmt: on


_AMBIGUOUS = frozenset(
    "ai bit cpt dat doc evo far it la mac mht php sap snd svx tag url".split()  # noqa: SIM905 - a list of words
)
_USUAL: dict[str, Kind] = {}
_FITTING: dict[str, Kind] = {}
for _kind in Kind:
    _USUAL.setdefault(_kind.row.extensions[0], _kind)
    for _extension in _kind.row.extensions:
        _FITTING.setdefault(_extension, _kind)

PROMISING_EXTENSIONS: frozenset[str] = frozenset(_FITTING) - _AMBIGUOUS
"""Every extension that promises one of the kinds and nothing else."""


def extension_of(name: str) -> str:
    """The extension of a file name or path, in lower case without the dot; empty if it has none.

    A name that begins with ``._`` is that of a Mac's companion file: what follows names the file that it goes with.
    """
    stem, dot, extension = name.rpartition("/")[2].rpartition(".")
    return extension.lower() if dot and stem and not stem.startswith("._") else ""


def fitting_kind(extension: str) -> Kind | None:
    """The first kind that an extension fits, or ``None``."""
    return _FITTING.get(extension)


def expected_name(extension: str) -> str | None:
    """What an extension promises, in plain words, or ``None`` where it promises no kind."""
    kind = _USUAL.get(extension) or _FITTING.get(extension)
    return None if kind is None else kind.row.name
