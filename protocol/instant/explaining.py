"""Why it was decided at once, or given to a person: read back from the trace, for whoever asks (个人信息保护法 §24).

Pure; the words stand in the rule itself and in the translations.
"""

from __future__ import annotations

from protocol.cases.acts import Trace
from protocol.cases.case import Case
from protocol.catalogue.items import InstantOutcome, InstantRule
from protocol.instant.deciding import Reason, Why

_STATES = {"stale": Why.STALE, "missing": Why.MISSING}


def trace_of(case: Case) -> Trace | None:
    """Of the act that opened the case; None where no rule was asked."""
    return next((act.trace for act in case.line if act.intake is not None), None)


def reasons_of(rule: InstantRule | None, trace: Trace) -> list[Reason]:
    """Why it is a person's; nothing if it was granted."""
    if trace.outcome == InstantOutcome.GRANT:
        return []
    outcomes = {one.name: one.outcome for one in rule.rules} if rule is not None else {}
    found = [Reason(_STATES[one.state], one.name) for one in trace.inputs if one.state in _STATES]
    found += [Reason(Why.FAILED, name) for name in trace.failed]
    found += [Reason(Why.RULE, name) for name in trace.hits if outcomes.get(name) is InstantOutcome.PERSON]
    found += [Reason(Why(name)) for name in trace.against if name in list(Why)]
    return found or [Reason(Why.UNMET)]
