"""Reservations against machines in words: read where they stand, in three languages, and not where they do not."""

from __future__ import annotations

import pytest

from tests.audio.evidence.frames import found
from tests.costs import in_proportion

RESERVED = [
    "Text and data mining reserved.", "No AI training please", "No AI training", "AI training is prohibited",
    "may not be used to train artificial intelligence", "Not for use in machine learning",
    "This work must not be used for training AI models.", "Do not train AI on this.", "Don't use this to train AI",
    "All rights reserved, including text and data mining and AI training", "No text and data mining",
    "TDM opt-out", "TDM reserved", "All rights including TDM are reserved", "Text & data mining is expressly forbidden",
    "Opted out of AI training", "Use for generative AI training not permitted", "No machine learning",
    "The rights to train generative models are reserved", "Any use for training of artificial intelligence is forbidden",
    "Rights reserved under Article 4(3) of Directive (EU) 2019/790", "without permission no use for AI training",
    "Die Nutzung für Text- und Data-Mining ist vorbehalten", "Text und Data Mining im Sinne von § 44b UrhG vorbehalten",
    "Nicht für das Training von KI verwenden", "Das Training künstlicher Intelligenz ist untersagt",
    "Kein KI-Training", "Nutzungsvorbehalt nach § 44b UrhG", "Darf nicht für maschinelles Lernen genutzt werden",
    "Fouille de textes et de données réservée", "Interdit pour l'entraînement d'intelligences artificielles",
    "L'entraînement d'IA est interdit", "Ne pas utiliser pour entraîner une intelligence artificielle",
    "La fouille de textes et de données n'est pas autorisée", "apprentissage automatique interdit",
    "AI training and redistribution are welcome nowhere and prohibited everywhere",
    "AI training is allowed only with written permission and otherwise prohibited", "AI training only with permission",
    "You may train AI only with my consent; ask first, otherwise AI training is prohibited", "No AI training unless I agree",
    "Content created by Jane may not be used for AI training",
]  # fmt: skip
NOT_RESERVED = [
    "TDM-Reservation: 0", "tdm reserved = no",
    "AI training welcome, no reservation", "TDM: no reservation", "Made with AI models; no rights reserved",
    "The band TDM; not allowed on stage", "You may train AI models on this; commercial resale is not permitted",
    "I train every day", "AI training is allowed, commercial resale is prohibited", "Text and data mining permitted. All rights reserved",
    "Not made with machine learning", "No AI was used", "We reserve a table. AI is a model of a train",
    "text and data mining is not prohibited", "AI training is not reserved", "no restrictions on AI training",
    "no objection to AI training", "TDM without reservation", "No part of this was made by training AI models",
    "Kein Vorbehalt gegen Text und Data Mining", "KI-Training erlaubt", "All rights reserved", "Die KI spielt nicht",
    "Text and data mining allowed without permission", "aucune réserve pour la fouille de textes", "J'ai interdit",
    "Air training is prohibited", "AI training is not a problem", "The TDM tour, no support act", "I reserve no rights for AI training",
]  # fmt: skip


@pytest.mark.parametrize("key", ["COMMENT", "COPYRIGHT", "LICENSE"])
@pytest.mark.parametrize("text", RESERVED)
def test_a_reservation_in_words_is_read(key: str, text: str) -> None:
    assert ("machine-reservation-text", text) in found("vorbis-comment", (key, text))


@pytest.mark.parametrize("text", NOT_RESERVED)
def test_what_reserves_nothing_is_no_reservation(text: str) -> None:
    assert "machine-reservation-text" not in dict(found("vorbis-comment", ("COMMENT", text)))


@pytest.mark.parametrize("piece", ["AI training ", "no AI ", "not ", "train ", "reserved AI ", "TDM"])
def test_long_texts_are_read_in_proportion_to_their_length(piece: str) -> None:
    in_proportion(
        lambda text: found("vorbis-comment", ("COMMENT", text)),
        lambda length: piece * (length // len(piece)),
        200_000,
    )
