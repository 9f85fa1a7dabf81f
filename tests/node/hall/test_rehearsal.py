"""A morning of the hall that can be played again: everybody is served, and what is drawn is what happened."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from node import cli
from node.rehearse import rehearse
from node.rehearse_drawing import drawing, figures


def test_a_morning_ends_with_everybody_served_and_is_the_same_when_it_is_played_again():
    morning, again = rehearse(4, people=40), rehearse(4, people=40)
    report = morning.report
    standings = {ticket.standing.value for ticket in morning.hall.tickets.values()}
    assert report.tickets == 40
    assert standings <= {"done", "void", "missed"}
    assert morning.unexplained == []
    assert sum(morning.grades.values()) > 5
    assert report.promised_kept >= report.promised // 2
    assert morning.kept == again.kept
    assert drawing(morning) == drawing(again)
    assert morning.kept != rehearse(5, people=40).kept


def test_the_drawing_has_a_bar_for_every_turn_and_the_figures_beside_it():
    morning = rehearse(2, people=25)
    svg = ET.fromstring(drawing(morning))
    turns = list(svg.iter("{http://www.w3.org/2000/svg}g"))
    assert len(turns) == morning.report.turns
    assert svg.find("{http://www.w3.org/2000/svg}desc").text == " ".join(figures(morning))


def test_the_command_needs_no_station(tmp_path, capsys):
    assert cli.main(["rehearse", "--seed", "3", "--people", "12", "--out", str(tmp_path / "morning.svg")]) == 0
    assert "取号 tickets 12" in capsys.readouterr().out
    assert (tmp_path / "morning.svg").read_text(encoding="utf-8").startswith("<svg")
