"""The machine controls by name, and the refusals by which each is known.

A refusal that is in no row is a slip (a field left empty, a page opened too long ago) and no breach of a rule.
"""

from __future__ import annotations

# control -> codes of protocol/errors.py
CONTROLS: dict[str, tuple[str, ...]] = {
    "one-correction": ("refused.already-corrected",),
    "intake-apart": ("refused.same-person",),
    "reviewer-apart": ("refused.reviewer-approves", "refused.acceptor-approves"),
    "approver-apart": ("refused.approver-issues",),
    "two-surveyors": ("refused.two-persons", "refused.survey-pending", "refused.not-surveyed"),
    "surveyor-apart": ("refused.surveyor-approves",),
    "recusal": ("refused.recused",),
    "hearing-chair": ("refused.chair-reviews",),
    "lawful-stops": ("refused.stop-not-law",),
    "one-extension": ("refused.already-extended", "refused.not-extendable"),
    "reasons-given": ("refused.reason-missing", "refused.remedies-missing"),
    "papers-whole": ("refused.papers-missing", "refused.lacking"),
    "secondary-only": ("refused.not-secondary",),
    "authority": ("refused.role", "refused.not-here"),
    "withdrawal-first": ("refused.request-open",),
    "drafter-apart": ("refused.own-draft", "refused.own-publication"),
}

_BY_REFUSAL = {code: control for control, codes in CONTROLS.items() for code in codes}


def control_of(code: str) -> str | None:
    """The control that a refusal comes from; None where it is no breach."""
    return _BY_REFUSAL.get(code)
