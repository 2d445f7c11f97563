"""The formats that archiver tells apart by their own bytes, and what is known of each.

PRONOM names a format for the record; a kind picks the parser, the role and the extensions that fit. The table
also names formats that PRONOM has no signature for: WavPack, Musepack 7, TAK, OptimFROG, very short MP3 files
and bare ID3 tags.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from archiver.model.audio import Role

TABLE_NAME = "archiver-kinds/1"
"""What :attr:`archiver.model.audio.Format.signature_version` says where this table named a format."""


class Kind(StrEnum):
    """A format by its own bytes. Containers that hold sound or pictures alike are one kind each."""

    MP3 = "mp3"
    MP2 = "mp2"
    AAC_ADTS = "aac-adts"
    AAC_ADIF = "aac-adif"
    AAC_LOAS = "aac-loas"
    ID3 = "id3"
    FLAC = "flac"
    OGG_VORBIS = "ogg-vorbis"
    OGG_OPUS = "ogg-opus"
    OGG_FLAC = "ogg-flac"
    OGG_SPEEX = "ogg-speex"
    OGG_THEORA = "ogg-theora"
    OGG = "ogg"
    MP4 = "mp4"
    ASF = "asf"
    MATROSKA = "matroska"
    WAV = "wav"
    RF64 = "rf64"
    W64 = "w64"
    AIFF = "aiff"
    CAF = "caf"
    AU = "au"
    WAVPACK = "wavpack"
    WAVPACK_CORRECTION = "wavpack-correction"
    MUSEPACK7 = "musepack7"
    MUSEPACK8 = "musepack8"
    APE = "ape"
    TAK = "tak"
    TTA = "tta"
    OPTIMFROG = "optimfrog"
    SHORTEN = "shorten"
    LA = "la"
    DSF = "dsf"
    DSDIFF = "dsdiff"
    AC3 = "ac3"
    EAC3 = "eac3"
    DTS = "dts"
    TRUEHD = "truehd"
    AMR = "amr"
    REALMEDIA = "realmedia"
    MIDI = "midi"
    MODULE = "module"
    SVX8 = "8svx"
    VOC = "voc"
    CHIP = "chip"
    AUDIBLE = "audible"
    OMA = "oma"
    LOCKED = "locked"
    APPLEDOUBLE = "appledouble"
    JPEG = "jpeg"
    PNG = "png"
    GIF = "gif"
    BMP = "bmp"
    TIFF = "tiff"
    WEBP = "webp"
    HEIF = "heif"
    JPEG2000 = "jpeg2000"
    JPEG_XL = "jpeg-xl"
    PHOTOSHOP = "photoshop"
    PDF = "pdf"
    RTF = "rtf"
    HTML = "html"
    ZIP = "zip"
    RAR = "rar"
    SEVEN_ZIP = "7z"
    GZIP = "gzip"
    AVI = "avi"
    MPEG_VIDEO = "mpeg-video"
    FLV = "flv"


@dataclass(frozen=True, slots=True)
class KindFacts:
    """What is known of a kind.

    Attributes:
        name: In plain words.
        mime: Registered or customary media type, or ``None``.
        role: What a file of this kind is for.
        extensions: Extensions that fit, in lower case without the dot; the first is the usual one.
    """

    name: str
    mime: str | None
    role: Role
    extensions: tuple[str, ...]


def _audio(name: str, mime: str | None, extensions: str) -> KindFacts:
    return KindFacts(name, mime, Role.AUDIO, tuple(extensions.split()))


def _artwork(name: str, mime: str, extensions: str) -> KindFacts:
    return KindFacts(name, mime, Role.ARTWORK, tuple(extensions.split()))


def _document(name: str, mime: str, extensions: str) -> KindFacts:
    return KindFacts(name, mime, Role.DOCUMENT, tuple(extensions.split()))


def _other(name: str, mime: str, extensions: str) -> KindFacts:
    return KindFacts(name, mime, Role.OTHER, tuple(extensions.split()))


_MPEG = "mp3 mpa mpga bit"
_OGG = "ogg oga ogx"
_MODULES = "mod xm it s3m stm mtm 669 med okt ult amf far mptm umx nst wow m15 stk"
_CHIPS = "sid psid rsid nsf nsfe spc vgm vgz gbs ay sap ym psf psf2 minipsf hes kss"
_LOCKED = "ncm kgm kgma vpr kwm xm joox ofl_en"
_MP4 = "m4a m4b m4p m4r mp4 m4v mov qt 3gp 3g2 3ga aax aaxc f4a f4b alac mp4a m4s cmfa"

KINDS: dict[Kind, KindFacts] = {
    Kind.MP3: _audio("MPEG Audio Layer III (MP3)", "audio/mpeg", _MPEG),
    Kind.MP2: _audio("MPEG Audio Layer I or II", "audio/mpeg", "mp2 mp1 mpa mpga m2a bit"),
    Kind.AAC_ADTS: _audio("AAC in an ADTS stream", "audio/aac", "aac adts"),
    Kind.AAC_ADIF: _audio("AAC in an ADIF file", "audio/aac", "aac adif"),
    Kind.AAC_LOAS: _audio("AAC in a LOAS/LATM stream", "audio/aac", "aac loas latm"),
    Kind.ID3: _audio("ID3 tag with no audio after it", None, f"{_MPEG} mp2 mp1 m2a id3 tag aac tta"),
    Kind.FLAC: _audio("FLAC", "audio/flac", "flac fla"),
    Kind.OGG_VORBIS: _audio("Ogg Vorbis", "audio/ogg", _OGG),
    Kind.OGG_OPUS: _audio("Ogg Opus", "audio/ogg", f"opus {_OGG}"),
    Kind.OGG_FLAC: _audio("Ogg FLAC", "audio/ogg", f"{_OGG} oggflac flac"),
    Kind.OGG_SPEEX: _audio("Ogg Speex", "audio/ogg", f"spx {_OGG}"),
    Kind.OGG_THEORA: _other("Ogg Theora", "video/ogg", "ogv ogg ogx oggtheora"),
    Kind.OGG: _audio("Ogg with a stream that is not known", "application/ogg", f"{_OGG} ogv ogm axa axv spx"),
    Kind.MP4: _audio("MPEG-4 or QuickTime file", "audio/mp4", _MP4),
    Kind.ASF: _audio("Windows Media (ASF)", "audio/x-ms-wma", "wma asf wmv wm asx"),
    Kind.MATROSKA: _audio("Matroska or WebM", "audio/x-matroska", "mka mkv mk3d mks webm weba"),
    Kind.WAV: _audio("Waveform Audio (WAV)", "audio/x-wav", "wav wave bwf amb"),
    Kind.RF64: _audio(
        "Waveform Audio with 64-bit sizes (RF64, BW64)", "audio/x-wav", "wav wave bwf rf64 bw64"
    ),
    Kind.W64: _audio("Sony Wave64", None, "w64"),
    Kind.AIFF: _audio("Audio Interchange File Format (AIFF)", "audio/x-aiff", "aiff aif aifc afc"),
    Kind.CAF: _audio("Core Audio Format", "audio/x-caf", "caf"),
    Kind.AU: _audio("Sun or NeXT audio", "audio/basic", "au snd"),
    Kind.WAVPACK: _audio("WavPack", "audio/x-wavpack", "wv"),
    Kind.WAVPACK_CORRECTION: _other("WavPack correction file", "audio/x-wavpack-correction", "wvc"),
    Kind.MUSEPACK7: _audio("Musepack, stream version 7", "audio/x-musepack", "mpc mp+ mpp"),
    Kind.MUSEPACK8: _audio("Musepack, stream version 8", "audio/x-musepack", "mpc mp+ mpp"),
    Kind.APE: _audio("Monkey's Audio", "audio/x-ape", "ape mac apl"),
    Kind.TAK: _audio("Tom's lossless Audio Kompressor (TAK)", "audio/x-tak", "tak"),
    Kind.TTA: _audio("True Audio (TTA)", "audio/x-tta", "tta"),
    Kind.OPTIMFROG: _audio("OptimFROG", "audio/x-optimfrog", "ofr ofs"),
    Kind.SHORTEN: _audio("Shorten", "audio/x-shorten", "shn"),
    Kind.LA: _audio("Lossless Audio (LA)", None, "la"),
    Kind.DSF: _audio("DSD Stream File", "audio/x-dsf", "dsf"),
    Kind.DSDIFF: _audio("DSD Interchange File Format (DSDIFF)", "audio/x-dff", "dff dsdiff"),
    Kind.AC3: _audio("Dolby Digital (AC-3)", "audio/ac3", "ac3"),
    Kind.EAC3: _audio("Dolby Digital Plus (E-AC-3)", "audio/eac3", "eac3 ec3 ac3"),
    Kind.DTS: _audio("DTS Coherent Acoustics", "audio/vnd.dts", "dts dtshd cpt"),
    Kind.TRUEHD: _audio("Dolby TrueHD or MLP", "audio/vnd.dolby.mlp", "thd mlp truehd"),
    Kind.AMR: _audio("Adaptive Multi-Rate", "audio/amr", "amr awb 3ga"),
    Kind.REALMEDIA: _audio("RealAudio or RealMedia", "audio/x-pn-realaudio", "ra ram rm rma rmvb rv rax"),
    Kind.MIDI: _audio("Standard MIDI File", "audio/midi", "mid midi kar smf rmi"),
    Kind.MODULE: _audio("Tracker module", None, _MODULES),
    Kind.SVX8: _audio("Amiga 8SVX", "audio/x-8svx", "8svx iff svx"),
    Kind.VOC: _audio("Creative Voice", None, "voc"),
    Kind.CHIP: _audio("Chip music", None, _CHIPS),
    Kind.AUDIBLE: _audio("Audible AA", "audio/audible", "aa"),
    Kind.OMA: _audio("Sony OpenMG", None, "oma omg aa3 at3"),
    Kind.LOCKED: _audio("Encrypted download of a streaming client", None, _LOCKED),
    Kind.APPLEDOUBLE: _other("AppleDouble or AppleSingle (resource fork)", "application/applefile", "rsrc"),
    Kind.JPEG: _artwork("JPEG image", "image/jpeg", "jpg jpeg jpe jfif jif"),
    Kind.PNG: _artwork("PNG image", "image/png", "png apng"),
    Kind.GIF: _artwork("GIF image", "image/gif", "gif"),
    Kind.BMP: _artwork("Windows bitmap", "image/bmp", "bmp dib"),
    Kind.TIFF: _artwork("TIFF image", "image/tiff", "tif tiff dng nef cr2 arw"),
    Kind.WEBP: _artwork("WebP image", "image/webp", "webp"),
    Kind.HEIF: _artwork("HEIF or AVIF image", "image/heif", "heic heif avif hif"),
    Kind.JPEG2000: _artwork("JPEG 2000 image", "image/jp2", "jp2 j2k jpf jpx jpm j2c"),
    Kind.JPEG_XL: _artwork("JPEG XL image", "image/jxl", "jxl"),
    Kind.PHOTOSHOP: _artwork("Photoshop image", "image/vnd.adobe.photoshop", "psd psb"),
    Kind.PDF: _document("PDF", "application/pdf", "pdf ai"),
    Kind.RTF: _document("Rich Text Format", "application/rtf", "rtf doc"),
    Kind.HTML: _document("HTML page", "text/html", "html htm xhtml shtml mht url php"),
    Kind.ZIP: _other(
        "ZIP archive", "application/zip", "zip docx xlsx pptx odt ods odp epub jar cbz apk itlp kmz"
    ),
    Kind.RAR: _other("RAR archive", "application/vnd.rar", "rar cbr"),
    Kind.SEVEN_ZIP: _other("7-Zip archive", "application/x-7z-compressed", "7z cb7"),
    Kind.GZIP: _other("gzip archive", "application/gzip", "gz tgz svgz vgz"),
    Kind.AVI: _other("AVI video", "video/x-msvideo", "avi"),
    Kind.MPEG_VIDEO: _other("MPEG program or video stream", "video/mpeg", "mpg mpeg vob m2v m1v mpv dat evo"),
    Kind.FLV: _other("Flash video", "video/x-flv", "flv f4v"),
}
"""The facts of every kind."""

STREAM_PUIDS: dict[Kind, frozenset[str]] = {
    Kind.MP3: frozenset({"fmt/134"}),
    Kind.MP2: frozenset({"fmt/198", "fmt/347"}),
    Kind.AAC_ADTS: frozenset({"fmt/1812"}),
    Kind.AC3: frozenset({"fmt/735"}),
    Kind.EAC3: frozenset(),
}
"""The kinds that are proved frame by frame, each with what PRONOM calls it. Its signatures for them are a few bytes
long and fit by chance: in 4 or 5 of 100 MP3 files to something in their tags that looks like AAC."""

_AMBIGUOUS = frozenset(
    [
        "ai",
        "bit",
        "cpt",
        "dat",
        "doc",
        "evo",
        "far",
        "it",
        "la",
        "mac",
        "mht",
        "php",
        "sap",
        "snd",
        "svx",
        "tag",
        "url",
    ]
)

PROMISING_EXTENSIONS: frozenset[str] = (
    frozenset(extension for facts in KINDS.values() for extension in facts.extensions) - _AMBIGUOUS
)
"""Every extension that promises one of the kinds and nothing else."""


def extension_of(name: str) -> str:
    """The extension of a file name or path, in lower case without the dot; empty if it has none.

    A name that begins with ``._`` is that of a Mac's companion file: what follows names the file that it goes with.
    """
    stem, dot, extension = name.rpartition("/")[2].rpartition(".")
    return extension.lower() if dot and stem and not stem.startswith("._") else ""


def expected_name(extension: str) -> str | None:
    """What an extension promises, in plain words, or ``None`` where it promises no kind."""
    return next((facts.name for facts in KINDS.values() if extension in facts.extensions[:1]), None) or next(
        (facts.name for facts in KINDS.values() if extension in facts.extensions), None
    )
