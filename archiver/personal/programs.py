"""Names that stand where a person's might and are none: programs, devices, stores, firms, and words for nobody."""

from __future__ import annotations

import re

_RIPPERS = (
    r"exact ?audio ?copy|eac\b|x lossless|xld\b|whipper|morituri|db ?poweramp|cueripper|itunes|cdex|audiograbber|"
    r"foobar|fre:?ac|lame\b|abcde\b|sound ?juicer|rubyripper|max\b|windows media|media ?monkey|nero\b|wavelab|winamp|"
    r"real(?:player|jukebox|networks|producer)|musicmatch|grip\b|k3b|asunder|cuetools|secure|burst|track|streamripper|"
    r"ripit|ez ?cd|easy cd|cyanrip|poikosoft|dbpa|dmc\b|audio ?catalyst|accurate ?rip|cdparanoia|cdda2wav|plextools"
)
_MAKERS = (
    r"lav[fc]\d|libav|ffmpeg|lib(?:vorbis|opus|flac|fdk|mp3lame|sndfile)|opusenc|oggenc|(?:reference )?libflac|flac\b|"
    r"quicktime|apple\b|logic\b|garageband|ableton|audacity|adobe|audition|sound ?forge|sonic ?foundry|sony\b|"
    r"pro ?tools|digidesign|avid\b|steinberg|cubase|nuendo|reaper|reason\b|fl studio|fruity|sadie|pyramix|merging|"
    r"sequoia|samplitude|magix|gold ?wave|cool ?edit|jriver|media (?:center|jukebox|player)|musicbee|microsoft|helix|"
    r"blade ?enc|xing|fraunhofer|fhg\b|gogo\b|plugger|l3enc|mp3enc|shine\b|twolame|qaac|qtaacenc|faac\b|helium|easytag|"
    r"mp3tag|(?:musicbrainz )?picard|tag ?& ?rename|kid3|puddletag|beets\b|xact\b|sox\b|izotope|weiss|zoom\b|tascam|"
    r"sound devices|roland|edirol|marantz|olympus|nagra|korg|pcm-|behringer|rme\b|motu\b|apogee|presonus|android|"
    r"iphone|ipad|samsung|google|youtube|bandcamp|beatport|qobuz|7digital|amazon|emusic|juno\b|traxsource|hdtracks|"
    r"jamendo|magnatune|soundcloud|spotify|deezer|tidal|internet archive|archive\.org|landr\b|distrokid|tunecore|"
    r"cd ?baby|the orchard|saracon|audiogate|switch sound|creative\b|yamaha|cakewalk|sonar\b|n-track|acid pro|vegas\b|"
    r"virtual ?dj|traktor|serato|rekordbox|mixxx|hydrogen\b|lmms|ardour|qtractor|renoise|bwf ?metaedit|aaton|cantar|"
    r"ambient\b|fostex|zaxcom|dbx\b|tc electronic|cedar\b|rx \d|hindenburg|descript|riverside|zencastr|anchor\b|vlc\b|"
    r"handbrake|mkvmerge|mutagen|taglib|id3lib|mencoder|mplayer|gstreamer|wmencoder|opus\b|ogg\b|aac\b|mp3\b|pcm\b"
)
_NOBODY = (
    r"(?:n/?a|none|unknown|anonymous|nobody|various|me|myself|us|hand|unbekannt|inconnue?|desconocido|desconhecido|"
    r"sconosciuto|onbekend|nieznany|неизвестно|неизвестен|不明|未知|yes|no|true|false|null|default)\s*$"
)
_SOFTWARE = re.compile(rf"\A(?:the\s{{1,9}})?(?:{_RIPPERS}|{_NOBODY})", re.IGNORECASE)
_PROGRAM = re.compile(
    rf"\A(?:(?:the\s{{1,9}})?(?:{_RIPPERS}|{_MAKERS}|{_NOBODY})"
    r"|\S{1,40}(?: version| release| build)? v?\d+\.\d"
    r"|(?:\S{1,40}\s){0,3}(?:encoder|codec|converter|software|player|recorder|tools|ripper|editor|tagger|sdk|workstation)\b"
    r"|[^a-z\u0080-\uffff]*$)",
    re.IGNORECASE,
)
_FIRM = re.compile(
    r"\A(?:\S{1,40}\s){0,2}\S{0,40}(?:records?|recordings|music|musik|entertainment|group|labels?|productions?|inc|ltd|llc|gmbh|"
    r"corp|corporation|company|universal|warner|emi|bmg|media|publishing|library|archives?|university|museum|radio|bbc|"
    r"studios?)\b",
    re.IGNORECASE,
)
_SITE = re.compile(
    r"\A(?:(?:https?://|www\.)[^\s@]{3,400}$|(?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,24}/?$)", re.IGNORECASE
)


def is_program_name(text: str) -> bool:
    """Whether a "ripped by" or RIPPER text names a ripping program rather than a person."""
    return not text.strip() or _SOFTWARE.match(text.strip()) is not None


def names_no_person(text: str) -> bool:
    """Whether what stands in a field for whoever encoded or recorded names a program, a device or a site."""
    stripped = text.strip()
    return _PROGRAM.match(stripped[:200]) is not None or is_site(stripped)


def is_site(text: str) -> bool:
    """Whether a text is the address of a site and nothing else."""
    return _SITE.match(text.strip()[:500]) is not None


def is_firm(text: str) -> bool:
    """Whether a name is a firm's or an institution's by one of its first words."""
    return _FIRM.match(text.strip()[:200]) is not None
