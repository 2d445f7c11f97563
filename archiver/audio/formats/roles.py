"""What a file is for in a music collection: by its bytes where they speak, else by its name."""

from __future__ import annotations

from archiver.audio.formats.kinds import Kind, extension_of, fitting_kind
from archiver.audio.formats.rip_log_banners import is_rip_log
from archiver.model.audio import Role
from archiver.model.clutter import is_clutter

_LOG_EXTENSIONS = frozenset({"log", "txt", "accurip"})

_BY_EXTENSION: dict[str, Role] = {
    **dict.fromkeys(("cue", "toc"), Role.CUE),
    **dict.fromkeys(("m3u", "m3u8", "pls", "xspf", "wpl", "asx", "zpl", "fpl", "b4s"), Role.PLAYLIST),
    **dict.fromkeys(
        ("md5", "sfv", "ffp", "st5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha", "md5sum"),
        Role.CHECKSUM,
    ),
    **dict.fromkeys(
        ("sha1sum", "sha256sum", "sha512sum", "b2", "blake2", "blake3", "sha3", "sum"), Role.CHECKSUM
    ),
    "accurip": Role.LOG,
    **dict.fromkeys(("txt", "nfo", "md", "lrc", "diz", "rtf", "html", "htm", "xhtml", "pdf"), Role.DOCUMENT),
    **dict.fromkeys(
        ("doc", "docx", "odt", "pages", "epub", "djvu", "ps", "tex", "eml", "csv"), Role.DOCUMENT
    ),
    **dict.fromkeys(("svg", "ico", "tga", "pcx", "xcf", "webp", "heic", "avif", "eps"), Role.ARTWORK),
    **dict.fromkeys(
        ("m4v", "mov", "wmv", "mkv", "webm", "ogv", "3gp", "3g2", "asf", "rv", "rmvb"), Role.OTHER
    ),
    **dict.fromkeys(("kgm", "kgma", "qmc0", "qmc2", "qmc3", "qmcflac", "qmcogg", "mflac", "mgg"), Role.AUDIO),
    **dict.fromkeys(("tm2", "tm6", "x2m", "x3m", "mg3d", "uc!", "dcf", "dm"), Role.AUDIO),
    **dict.fromkeys(("mflac0", "mgg0", "mgg1", "bkcmp3", "bkcflac", "tkm", "sacd", "dst", "wsd"), Role.AUDIO),
}
_NO_ROLE_BY_NAME = frozenset({"bit", "cpt", "dat", "it", "mac", "sap", "tag", "url", "php", "zip"})


def role_by_name(path: str) -> Role:
    """The role of a file whose bytes could not be looked at."""
    if is_clutter(path):
        return Role.SYSTEM
    return role_of(None, extension_of(path), b"", moving_picture=False)


def role_of(kind: Kind | None, extension: str, head: bytes, *, moving_picture: bool) -> Role:
    """The role of a file.

    Args:
        kind: What the bytes say, or ``None`` where they say nothing that is known.
        extension: In lower case without the dot.
        head: The first bytes of the file, 4 KiB if it has them.
        moving_picture: Whether it holds a video track. Video is :attr:`Role.OTHER`.
    """
    if kind is not None:
        role = Role.OTHER if moving_picture else kind.row.role
        by_name = _BY_EXTENSION.get(extension)
        archive_of_text = role is Role.OTHER and kind is Kind.ZIP and by_name is Role.DOCUMENT
        return Role.DOCUMENT if archive_of_text else role
    if extension in _LOG_EXTENSIONS and is_rip_log(head):
        return Role.LOG
    return _BY_EXTENSION.get(extension) or _role_promised(extension)


def _role_promised(extension: str) -> Role:
    """The role of the kinds that an extension promises: a damaged song is still audio."""
    if not extension or extension in _NO_ROLE_BY_NAME:
        return Role.OTHER
    kind = fitting_kind(extension)
    return Role.OTHER if kind is None else kind.row.role
