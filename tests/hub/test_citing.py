"""The record says under which internal-control rules an act was done, in the version of that day."""

from __future__ import annotations

from protocol.cases.words import Act
from protocol.controls.machine import delivered
from tests.world import World


def test_a_decision_names_the_rules_that_stood_in_front_of_it(world: World) -> None:
    case = world.station("dafeng").submits()
    assert case is not None
    world.settle()
    world.hub.decides(case, Act.ACCEPT)
    world.hub.decides(case, Act.GRANT)
    world.settle()
    at_desk = world.station("dafeng").case(case)
    assert at_desk is not None
    cited = {act.act: act.rules for act in at_desk.line}
    assert cited[Act.ACCEPT] == ["A-03.1", "A-04.1"]
    assert cited[Act.GRANT] == ["A-03.1", "A-04.1", "A-05.1", "A-07.1"]
    for name in cited[Act.GRANT]:
        code, version = name.split(".")
        assert delivered().rule(code, int(version)) is not None
