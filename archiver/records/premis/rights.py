"""The rights statements of the PREMIS record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from uuid import UUID

from archiver.records.premis.agents import declarant_identifier
from archiver.records.premis.vocabulary import authority
from archiver.records.rights.statements import (
    NOT_STATED,
    Documentation,
    Grant,
    PremisBasis,
    Restriction,
    RightsStatement,
)
from archiver.records.visible import xml_text

_OPEN = "OPEN"


def rights_element(statement: RightsStatement, identifier: UUID) -> str:
    """Return one ``rights`` element with its statement.

    Files link to statements, so that a statement on a million files is no longer than one on a single file.

    Args:
        statement: The conclusion.
        identifier: Its identifier.
    """
    agent = ""
    if statement.declared_by is not None:
        by, role = statement.declared_by
        agent = (
            "<linkingAgentIdentifier><linkingAgentIdentifierType>local</linkingAgentIdentifierType>"
            f"<linkingAgentIdentifierValue>{xml_text(declarant_identifier(by, role))}</linkingAgentIdentifierValue>"
            f"<linkingAgentRole>{role}</linkingAgentRole></linkingAgentIdentifier>\n"
        )
    basis = statement.basis
    return (
        "<rights><rightsStatement>\n"
        "<rightsStatementIdentifier><rightsStatementIdentifierType>UUID</rightsStatementIdentifierType>"
        f"<rightsStatementIdentifierValue>{identifier}</rightsStatementIdentifierValue>"
        "</rightsStatementIdentifier>\n"
        f"<rightsBasis{authority('rightsBasis', basis)}>{basis}</rightsBasis>\n"
        f"{_INFORMATION[basis](statement)}"
        f"{''.join(map(_granted, statement.grants))}"
        f"{agent}"
        "</rightsStatement></rights>\n"
    )


def _copyright(statement: RightsStatement) -> str:
    status = statement.status or NOT_STATED
    return (
        "<copyrightInformation>"
        f"<copyrightStatus{authority('copyrightStatus', status)}>{status}</copyrightStatus>"
        f"<copyrightJurisdiction>{_place(statement)}</copyrightJurisdiction>"
        f"<copyrightStatusDeterminationDate>{statement.determined}</copyrightStatusDeterminationDate>\n"
        f"{_element('copyrightNote', statement.note)}"
        f"{_documentation('copyright', statement.documents)}"
        "</copyrightInformation>\n"
    )


def _license(statement: RightsStatement) -> str:
    return (
        "<licenseInformation>"
        f"{_documentation('license', statement.documents)}"
        f"{_element('licenseTerms', statement.terms or '')}"
        f"{_element('licenseNote', statement.note)}"
        f"{_dates('licenseApplicableDates', statement.starts, statement.ends)}"
        "</licenseInformation>\n"
    )


def _statute(statement: RightsStatement) -> str:
    """One block for each jurisdiction, as PREMIS allows for statutes."""
    return "".join(
        "<statuteInformation>"
        f"<statuteJurisdiction>{xml_text(place)}</statuteJurisdiction>"
        f"<statuteCitation>{xml_text(statement.citation or NOT_STATED)}</statuteCitation>"
        f"<statuteInformationDeterminationDate>{statement.determined}</statuteInformationDeterminationDate>\n"
        f"{_element('statuteNote', statement.note)}"
        f"{_documentation('statute', statement.documents)}"
        f"{_dates('statuteApplicableDates', statement.starts, statement.ends)}"
        "</statuteInformation>\n"
        for place in statement.jurisdiction or (NOT_STATED,)
    )


def _other(statement: RightsStatement) -> str:
    return (
        "<otherRightsInformation>"
        f"{_documentation('otherRights', statement.documents)}"
        f"{_element('otherRightsBasis', statement.other_basis or NOT_STATED)}"
        f"{_dates('otherRightsApplicableDates', statement.starts, statement.ends)}"
        f"{_element('otherRightsNote', statement.note)}"
        "</otherRightsInformation>\n"
    )


_INFORMATION: dict[PremisBasis, Callable[[RightsStatement], str]] = {
    PremisBasis.COPYRIGHT: _copyright,
    PremisBasis.LICENSE: _license,
    PremisBasis.STATUTE: _statute,
    PremisBasis.OTHER: _other,
}


def _granted(grant: Grant) -> str:
    name = "termOfGrant" if grant.restriction is Restriction.ALLOW else "termOfRestriction"
    return (
        f"<rightsGranted><act{authority('actionsGranted', grant.act)}>{xml_text(grant.act)}</act>"
        f"<restriction>{grant.restriction}</restriction>"
        f"{_dates(name, grant.starts, grant.ends)}"
        f"{_element('rightsGrantedNote', grant.note)}"
        "</rightsGranted>\n"
    )


def _documentation(prefix: str, documents: tuple[Documentation, ...]) -> str:
    return "".join(
        f"<{prefix}DocumentationIdentifier>"
        f"<{prefix}DocumentationIdentifierType>{xml_text(one.type)}</{prefix}DocumentationIdentifierType>"
        f"<{prefix}DocumentationIdentifierValue>{xml_text(one.value)}</{prefix}DocumentationIdentifierValue>"
        f"<{prefix}DocumentationRole>{xml_text(one.role)}</{prefix}DocumentationRole>"
        f"</{prefix}DocumentationIdentifier>\n"
        for one in documents
    )


def _dates(name: str, starts: dt.date | None, ends: dt.date | None) -> str:
    if starts is None:
        return ""
    return f"<{name}><startDate>{starts}</startDate><endDate>{ends or _OPEN}</endDate></{name}>\n"


def _element(name: str, text: str) -> str:
    return f"<{name}>{xml_text(text)}</{name}>\n" if text else ""


def _place(statement: RightsStatement) -> str:
    return xml_text(", ".join(statement.jurisdiction) or NOT_STATED)
