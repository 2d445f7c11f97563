"""Terms of the preservation vocabularies of id.loc.gov that the PREMIS record uses, with their codes."""

from __future__ import annotations

_BASE = "http://id.loc.gov/vocabulary/preservation/"

_CODES = {
    "eventType": {
        "accession": "acc",
        "capture": "cap",
        "creation": "cre",
        "deletion": "del",
        "digital signature generation": "dsg",
        "dissemination": "dis",
        "exporting": "exp",
        "filename change": "fil",
        "fixity check": "fix",
        "format identification": "for",
        "information package creation": "ipc",
        "information package splitting": "ips",
        "ingestion": "ing",
        "ingestion end": "ine",
        "ingestion start": "ins",
        "message digest calculation": "mes",
        "metadata extraction": "mee",
        "metadata modification": "mem",
        "packing": "pac",
        "policy assignment": "poa",
        "quarantine": "qua",
        "recovery": "rec",
        "redaction": "red",
        "replication": "rep",
        "transfer": "tra",
        "unpacking": "unp",
        "validation": "val",
        "virus check": "vir",
    },
    "eventOutcome": {"Success": "suc", "Warning": "war", "Fail": "fai"},
    "rightsBasis": {"Copyright": "cop", "License": "lic", "Statute": "sta", "Other": "oth"},
    "copyrightStatus": {"copyrighted": "cpr", "publicdomain": "pub", "unknown": "unk"},
    "actionsGranted": {"disseminate": "dis", "replicate": "rep", "use": "use"},
}


def authority(vocabulary: str, term: str) -> dict[str, str]:
    """Return the attributes that tie ``term`` to its vocabulary; none where it has no code."""
    code = _CODES[vocabulary].get(term)
    if code is None:
        return {}
    scheme = _BASE + vocabulary
    return {"authority": vocabulary, "authorityURI": scheme, "valueURI": f"{scheme}/{code}"}
