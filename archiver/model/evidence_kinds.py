"""Every evidence code: what it says, how far it carries, and whether it identifies a person."""

from __future__ import annotations

from dataclasses import dataclass

from archiver.model.evidence import Strength

_CONCLUSIVE, _STRONG, _WEAK = Strength.CONCLUSIVE, Strength.STRONG, Strength.WEAK


@dataclass(frozen=True, slots=True)
class EvidenceKind:
    """What a code means.

    Attributes:
        code: Stable name, such as ``licence-url``.
        title: The same for people, without a full stop.
        strength: How far an observation of this kind carries.
        says: What follows from it and what does not, in a sentence or two.
        source: Where it stands in files, or who defined it.
        personal: Whether it identifies a person; its value is then written nowhere.
        repeated: Whether the value is personal wherever else in the file it stands.
    """

    code: str
    title: str
    strength: Strength
    says: str
    source: str
    personal: bool = False
    repeated: bool = False


_KINDS = (
    EvidenceKind(
        "store-account",
        "account at a store",
        _CONCLUSIVE,
        "The account that this very copy was delivered to is written into it.",
        "iTunes Store: MP4 apID; pinf and sinf, schi.user",
        personal=True,
        repeated=True,
    ),
    EvidenceKind(
        "store-buyer",
        "name of an account's holder",
        _CONCLUSIVE,
        "The name of the person whom this very copy was delivered to is written into it.",
        "iTunes Store: MP4 ownr; pinf and sinf, schi.name",
        personal=True,
        repeated=True,
    ),
    EvidenceKind(
        "store-purchase-date",
        "time of a purchase",
        _STRONG,
        "When this very copy was bought; with a store's records it leads to the buyer.",
        "iTunes Store: MP4 purd; UITS Time",
        personal=True,
    ),
    EvidenceKind(
        "store-transaction",
        "transaction at a store",
        _CONCLUSIVE,
        "A number by which a store knows this delivery and whom it went to.",
        "UITS TID, UID and nonce, or a UITS receipt that cannot be read; iTunes Store pinf and sinf, schi.tran and schi.righ",
        personal=True,
    ),
    EvidenceKind(
        "store-delivered",
        "delivered by a store",
        _CONCLUSIVE,
        "A store delivered this copy to an account: bought, matched or subscribed. Whether to the holder is not said.",
        "iTunes Store: apID, ownr, pinf or sinf; UITS receipt with a transaction",
    ),
    EvidenceKind(
        "store-mark",
        "mark of a store",
        _STRONG,
        "A store wrote its mark into the file when it delivered it. Taggers can copy such a mark.",
        "Amazon comment; PRIV owners of eMusic, Google Play and 7digital; comments of Beatport and others",
    ),
    EvidenceKind(
        "store-catalogue-id",
        "number in a store's catalogue",
        _STRONG,
        "The file came from a store's catalogue, by sale, subscription or matching.",
        "MP4 akID, cnID, atID, plID, geID, sfID, xid, flvr; Amazon Song ID; Google/StoreId; QBZ:TID",
    ),
    EvidenceKind(
        "store-mention",
        "store named in a tag",
        _WEAK,
        "A store is named or linked. That alone proves no purchase.",
        "addresses and names of Beatport, Qobuz, 7digital, HDtracks and others in text tags",
    ),
    EvidenceKind(
        "store-receipt",
        "receipt of a store",
        _CONCLUSIVE,
        "A signed statement by a distributor about the copy as sold. The signature is not checked here.",
        "UITS 1.1 (Universal Music Group): Distributor, ProductID, AssetID",
    ),
    EvidenceKind(
        "store-receipt-media-digest",
        "digest of the audio as sold",
        _STRONG,
        "SHA-256 of the audio when it was sold; if the audio of this file has the same, it is as sold.",
        "UITS 1.1: Media, algorithm SHA256",
    ),
    EvidenceKind(
        "bandcamp-comment",
        "comment by Bandcamp",
        _STRONG,
        "Bandcamp writes this into downloads, paid and free alike. It names the artist's page and no buyer.",
        "comment 'Visit https://NAME.bandcamp.com'",
    ),
    EvidenceKind(
        "ownership-frame",
        "ownership frame",
        _STRONG,
        "Price, date and seller of a purchase, as somebody wrote them down.",
        "ID3v2.4.0 Native Frames 4.24: OWNE",
        personal=True,
    ),
    EvidenceKind(
        "file-owner",
        "owner or licensee of the file",
        _STRONG,
        "The name or account of the file's owner, buyer or licensee, as somebody wrote it down.",
        "TOWN (ID3v2.4.0 Native Frames 4.2.4); tags such as OWNER, LICENSEE, CUSTOMER, ACCOUNT, USER; 'bought by NAME'",
        personal=True,
        repeated=True,
    ),
    EvidenceKind(
        "terms-of-use",
        "terms of use",
        _STRONG,
        "Terms under which somebody released the file; a claim of whoever wrote them.",
        "ID3v2.4.0 Native Frames 4.22: USER; USERTERMS in others; 'for trade only', 'do not sell' in comments and notes",
    ),
    EvidenceKind(
        "commercial-frame",
        "commercial offer",
        _WEAK,
        "The file was offered for sale like this. It proves no purchase.",
        "ID3v2.4.0 Native Frames 4.23: COMR",
    ),
    EvidenceKind(
        "payment-url",
        "address for payment",
        _WEAK,
        "Where to pay for the recording, as somebody wrote it down.",
        "ID3v2.4.0 Native Frames 4.3.1: WPAY",
    ),
    EvidenceKind(
        "audio-file-url",
        "official page of the file",
        _WEAK,
        "Where the file is said to come from; in Creative Commons tagging, where its licence is stated.",
        "ID3v2.4.0 Native Frames 4.3.1: WOAF; Vorbis WEBSTATEMENT",
    ),
    EvidenceKind(
        "radio-url",
        "page of a radio station",
        _WEAK,
        "A radio station is linked; the file may have been recorded from it.",
        "ID3v2.4.0 Native Frames 4.3.1: WORS",
    ),
    EvidenceKind(
        "cd-toc",
        "table of contents of a CD",
        _STRONG,
        "Made from a CD, or tagged by a program that had the CD or its table of contents at hand.",
        "ID3 MCDI; CDTOC",
    ),
    EvidenceKind(
        "disc-id",
        "identifier of a CD",
        _WEAK,
        "A CD with this table of contents was looked up. Taggers copy it; iTunes_CDDB_1 counts for nothing.",
        "DISCID, MUSICBRAINZ_DISCID, REM DISCID in cue sheets",
    ),
    EvidenceKind(
        "accuraterip",
        "compared with other rips",
        _STRONG,
        "The copy was compared with other people's copies of the same CD.",
        "ACCURATERIP tags; AccurateRip lines in logs",
    ),
    EvidenceKind(
        "cd-media",
        "medium given as CD",
        _WEAK,
        "Somebody wrote that the release was on CD.",
        "TMED, MEDIA, SOURCE",
    ),
    EvidenceKind(
        "rip-log",
        "log of a CD rip",
        _STRONG,
        "A ripping program wrote this log. Logs can be forged and copied.",
        "the banner at the head of logs by Exact Audio Copy, X Lossless Decoder, whipper, morituri, dBpoweramp, CUERipper, CUETools, Rubyripper, fre:ac, cyanrip, cdparanoia, EZ CD Audio Converter, abcde",
    ),
    EvidenceKind(
        "rip-log-checksum",
        "checksum in a log",
        _WEAK,
        "The log carries its program's checksum or signature. Both have been forged.",
        "EAC log checksum, XLD signature, whipper SHA-256 hash",
    ),
    EvidenceKind(
        "vinyl-media",
        "medium given as vinyl",
        _WEAK,
        "Somebody wrote that the release was on vinyl. It narrows down and never proves.",
        "TMED, MEDIA, SOURCE",
    ),
    EvidenceKind(
        "source-media",
        "medium or lineage",
        _WEAK,
        "Somebody wrote from which medium, or through which devices, the recording came.",
        "TMED, MEDIA, SOURCE, LINEAGE that name neither a CD nor a record, such as DAT, SBD or MC",
    ),
    EvidenceKind(
        "vinyl-sides",
        "tracks numbered by side",
        _WEAK,
        "Numbered like A1 or B2, as records and cassettes are.",
        "track numbers",
    ),
    EvidenceKind(
        "licence-url",
        "address of a licence",
        _STRONG,
        "A licence is named by its address: a claim, until the rightsholder's own page says the same.",
        "WCOP, LICENSE, TXXX:LICENSE, TCOP, MP4 LICENSE, Matroska LICENSE, XMP wherever it lies",
    ),
    EvidenceKind(
        "licence-claim",
        "licence with an SPDX identifier",
        _STRONG,
        "The text names this licence exactly, and nothing beside it takes that back: a claim, until the rightsholder's own page says the same.",
        "Creative Commons, GNU and other licences in licence, copyright and comment tags; SPDX licence list",
    ),
    EvidenceKind(
        "licence-text",
        "licence in words",
        _WEAK,
        "A licence is spoken of in words that name none exactly.",
        "licence, copyright and comment tags",
    ),
    EvidenceKind(
        "licence-statement-url",
        "page where the licence is stated",
        _WEAK,
        "Where the claimed licence is said to be verifiable. Nothing is fetched.",
        "TCOP 'verify at URL' (Creative Commons)",
    ),
    EvidenceKind(
        "copyright-line",
        "copyright line (©)",
        _STRONG,
        "Who claims copyright, and since when; a © line speaks of the release, not of the recording.",
        "TCOP, COPYRIGHT, MP4 cprt, ASF Copyright, RIFF ICOP, AIFF (c), Matroska COPYRIGHT, MIDI and RealMedia",
    ),
    EvidenceKind(
        "phonogram-line",
        "phonogram line (℗)",
        _STRONG,
        "Who claims rights in the recording, and since when.",
        "TPRO; text with ℗ or (P)",
    ),
    EvidenceKind(
        "copyright-url",
        "address of a copyright notice",
        _WEAK,
        "A page about copyright that is no known licence.",
        "WCOP, ASF Copyright URL",
    ),
    EvidenceKind(
        "isrc",
        "International Standard Recording Code",
        _STRONG,
        "Names the recording; its registrant and year say who assigned it, not who holds rights now.",
        "TSRC, ISRC, MP4 xid, cue sheets (ISO 3901)",
    ),
    EvidenceKind(
        "c2pa-manifest",
        "C2PA manifest",
        _STRONG,
        "Signed statements about origin and use are embedded. They are kept and their signatures not checked here.",
        "GEOB application/c2pa, MP4 uuid box, RIFF C2PA chunk (C2PA specification 2)",
    ),
    EvidenceKind(
        "machine-signal",
        "signal about use by machines",
        _STRONG,
        "Somebody wrote down what machines may do with the file. It counts where it reserves, never where it allows.",
        "tags named after TDMRep, IETF AIPREF of any age, Content Signals, CAWG training and data mining and PLUS data mining; TDMRep, PLUS and RSL prohibitions in XMP; C2PA assertions (cawg. or c2pa.training-mining); directives in robots.txt, ai.txt, licences and notes, and tdmrep.json, each for that text alone",
    ),
    EvidenceKind(
        "machine-policy",
        "policy about use by machines",
        _WEAK,
        "Where a policy on text and data mining is said to stand. Nothing is fetched.",
        "tags named tdm-policy (W3C TDMRep)",
    ),
    EvidenceKind(
        "machine-reservation-text",
        "reservation against machines, in words",
        _WEAK,
        "Text and data mining or training is reserved in plain words.",
        "copyright, licence and comment tags; licences, notes and what else by its name speaks of rights beside the music",
    ),
    EvidenceKind(
        "stream-hint",
        "named after an online source",
        _WEAK,
        "An online service or page is named as the source. Downloads that artists offer carry this too; nothing is concluded.",
        "an address or a service's name in SOURCE, SOURCEID, purl, WOAS; addresses of streaming services in comments",
    ),
    EvidenceKind(
        "ai-origin",
        "said to be made by a model",
        _WEAK,
        "Somebody wrote that a program which generates music made it. Who holds rights in it, if anybody, is not said.",
        "'made with suno', 'created with Udio' and the like in comments",
    ),
    EvidenceKind(
        "itunes-library",
        "library of iTunes",
        _WEAK,
        "The list tells how iTunes saw the files: bought, matched, protected, subscribed.",
        "iTunes Library.xml, Kind and Track Type",
    ),
    EvidenceKind(
        "email-address",
        "e-mail address",
        _STRONG,
        "Somebody's address stands in the text.",
        "any text tag, log, playlist, cue sheet or text file",
        personal=True,
        repeated=True,
    ),
    EvidenceKind(
        "contact-details",
        "address or contact of a person",
        _STRONG,
        "Where somebody lives or can be reached.",
        "CONTACT, EMAIL, ADDRESS and PHONE tags; 'Address: …'; creator's contact in IPTC and XMP of pictures",
        personal=True,
    ),
    EvidenceKind(
        "telephone-number",
        "telephone number",
        _STRONG,
        "A number in the international form, or one that is called a telephone's.",
        "any text tag, log, playlist, cue sheet or text file",
        personal=True,
        repeated=True,
    ),
    EvidenceKind(
        "postal-address",
        "postal address",
        _STRONG,
        "A street with its number and a post code beside it.",
        "any text tag, log, playlist, cue sheet or text file",
        personal=True,
    ),
    EvidenceKind(
        "bank-account",
        "bank account",
        _STRONG,
        "An international bank account number whose checksum is right.",
        "any text: IBAN (ISO 13616)",
        personal=True,
        repeated=True,
    ),
    EvidenceKind(
        "order-number",
        "number of an order",
        _STRONG,
        "A number by which a seller knows an order, an invoice or a customer.",
        "ORDER ID, INVOICE and TRANSACTION tags; 'order number …' in the commonest languages",
        personal=True,
        repeated=True,
    ),
    EvidenceKind(
        "device-serial-number",
        "serial number of a device",
        _STRONG,
        "The number of one recorder or camera; whoever knows its owner knows who recorded.",
        "bext OriginatorReference, iXML, Exif and XMP of pictures",
        personal=True,
    ),
    EvidenceKind(
        "picture-location",
        "place where a picture was taken",
        _STRONG,
        "The coordinates of the camera, often of a home.",
        "Exif and XMP of pictures, in files and in tags",
        personal=True,
    ),
    EvidenceKind(
        "picture-author",
        "name of whoever took a picture",
        _STRONG,
        "A photographer or owner of a camera is named.",
        "Exif, IPTC, XMP and PNG text of pictures, in files and in tags",
        personal=True,
    ),
    EvidenceKind(
        "home-path",
        "path with a user's name",
        _STRONG,
        "A path shows the name under which somebody used a computer.",
        "any text tag, log, playlist, cue sheet or text file",
        personal=True,
    ),
    EvidenceKind(
        "ripped-by",
        "name of whoever made the copy",
        _STRONG,
        "Somebody is named as having ripped, encoded, taped or transferred the recording.",
        "'ripped by NAME', 'Taper: NAME' and the like in the commonest languages; RIPPER, ENCODEDBY, TENC, IENG, ITCH, bext Originator",
        personal=True,
        repeated=True,
    ),
    EvidenceKind(
        "personal-repeat",
        "personal data once more",
        _STRONG,
        "A name or address that stands elsewhere in this file as personal data stands here too.",
        "any text tag",
        personal=True,
    ),
    EvidenceKind(
        "personal-unread",
        "not read for personal data",
        _CONCLUSIVE,
        "Something in the file could not be read, so nobody knows whether it leads to a person. It is no sign of a person.",
        "archives, databases, mail boxes and office documents; what is encrypted, damaged, or behind a limit",
    ),
)

EVIDENCE_KINDS: dict[str, EvidenceKind] = {kind.code: kind for kind in _KINDS}
"""Every code, in the order of the reference page ``docs/reference/evidence.md``, which is made from it."""
