"""The rights statements of the PREMIS record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from archiver.records.premis.agents import declarant_identifier
from archiver.records.premis.elements import Elements
from archiver.records.premis.vocabulary import authority
from archiver.records.rights.statements import (
    NOT_STATED,
    Documentation,
    Grant,
    PremisBasis,
    Restriction,
    RightsStatement,
)

_OPEN = "OPEN"


def write_rights(out: Elements, statement: RightsStatement, identifier: str) -> None:
    """Write one ``rights`` element with its statement.

    Files link to statements, so that a statement on a million files is no longer than one on a single file.

    Args:
        out: The document.
        statement: The conclusion.
        identifier: Its identifier.
    """
    basis = statement.basis
    with out.element("rights"), out.element("rightsStatement"):
        out.identifier("rightsStatement", "local", identifier)
        out.leaf("rightsBasis", basis, authority("rightsBasis", basis))
        _INFORMATION[basis](out, statement)
        for grant in statement.grants:
            _write_granted(out, grant)
        if statement.declared_by is not None:
            by, role = statement.declared_by
            out.identifier("linkingAgent", "local", declarant_identifier(by, role), role=role)
    out.line_break()


def _write_copyright(out: Elements, statement: RightsStatement) -> None:
    status = statement.status or NOT_STATED
    with out.element("copyrightInformation"):
        out.leaf("copyrightStatus", status, authority("copyrightStatus", status))
        out.leaf("copyrightJurisdiction", ", ".join(statement.jurisdiction) or NOT_STATED)
        out.leaf("copyrightStatusDeterminationDate", str(statement.determined))
        _write_text(out, "copyrightNote", statement.note)
        _write_documentation(out, "copyright", statement.documents)


def _write_license(out: Elements, statement: RightsStatement) -> None:
    with out.element("licenseInformation"):
        _write_documentation(out, "license", statement.documents)
        _write_text(out, "licenseTerms", statement.terms or "")
        _write_text(out, "licenseNote", statement.note)
        _write_dates(out, "licenseApplicableDates", statement.starts, statement.ends)


def _write_statute(out: Elements, statement: RightsStatement) -> None:
    """One block for each jurisdiction, as PREMIS allows for statutes."""
    for place in statement.jurisdiction or (NOT_STATED,):
        with out.element("statuteInformation"):
            out.leaf("statuteJurisdiction", place)
            out.leaf("statuteCitation", statement.citation or NOT_STATED)
            out.leaf("statuteInformationDeterminationDate", str(statement.determined))
            _write_text(out, "statuteNote", statement.note)
            _write_documentation(out, "statute", statement.documents)
            _write_dates(out, "statuteApplicableDates", statement.starts, statement.ends)


def _write_other(out: Elements, statement: RightsStatement) -> None:
    with out.element("otherRightsInformation"):
        _write_documentation(out, "otherRights", statement.documents)
        _write_text(out, "otherRightsBasis", statement.other_basis or NOT_STATED)
        _write_dates(out, "otherRightsApplicableDates", statement.starts, statement.ends)
        _write_text(out, "otherRightsNote", statement.note)


_INFORMATION: dict[PremisBasis, Callable[[Elements, RightsStatement], None]] = {
    PremisBasis.COPYRIGHT: _write_copyright,
    PremisBasis.LICENSE: _write_license,
    PremisBasis.STATUTE: _write_statute,
    PremisBasis.OTHER: _write_other,
}


def _write_granted(out: Elements, grant: Grant) -> None:
    term = "termOfGrant" if grant.restriction is Restriction.ALLOW else "termOfRestriction"
    with out.element("rightsGranted"):
        out.leaf("act", grant.act, authority("actionsGranted", grant.act))
        out.leaf("restriction", grant.restriction)
        _write_dates(out, term, grant.starts, grant.ends)
        _write_text(out, "rightsGrantedNote", grant.note)


def _write_documentation(out: Elements, of: str, documents: tuple[Documentation, ...]) -> None:
    for one in documents:
        out.identifier(f"{of}Documentation", one.type, one.value, role=one.role)


def _write_dates(out: Elements, name: str, starts: dt.date | None, ends: dt.date | None) -> None:
    if starts is not None:
        with out.element(name):
            out.leaf("startDate", str(starts))
            out.leaf("endDate", _OPEN if ends is None else str(ends))


def _write_text(out: Elements, name: str, text: str) -> None:
    """Write an element that is left out where there is nothing to say."""
    if text:
        out.leaf(name, text)
