"""What a citizen rates, what a clerk cannot, and what the head does about a low grade."""

from __future__ import annotations

import dataclasses
import re
from datetime import timedelta

import pytest

from node import paper_ratings, ratings
from node.hall.desk import HallDesk
from protocol.settings import Machines, Room
from tests.node.station import Browser, Desk


@pytest.fixture
def open_desk(desk: Desk) -> Desk:
    desk.station.settings = dataclasses.replace(desk.station.settings, room=Room(Machines.OPEN))
    return desk


def serves_one(desk: Desk) -> None:
    """One citizen draws a number, is called to counter 1, served, and done."""
    hall: HallDesk = desk.station.hall
    clock = desk.station.clock
    with desk.station.store.write() as tx:
        hall.open_counter(tx, 1, ["general"], name="x", by="wanghui", at=clock.now())
        hall.draw(tx, ["general"], at=clock.now())
        hall.call_next(tx, 1, by="wanghui", at=clock.now())
        hall.arrive(tx, 1, by="wanghui", at=clock.now())
    clock.advance(300)
    with desk.station.store.write() as tx:
        hall.finish(tx, 1, by="wanghui", at=clock.now())
    clock.advance(5)


def at_the_pad(desk: Desk) -> Browser:
    return desk.browser()


def event_on(text: str) -> str:
    found = re.search(r'name="event" value="([^"]+)"', text)
    assert found, text
    return found[1]


def given(desk: Desk) -> list[ratings.Rating]:
    with desk.station.store.read() as db:
        return ratings.ratings(db, since=desk.station.clock.now() - timedelta(days=60))


def test_the_pad_sleeps_until_somebody_was_served_and_takes_one_grade_for_it(open_desk: Desk) -> None:
    citizen = at_the_pad(open_desk)
    assert "欢迎您" in citizen.sees("/rate/1").text
    serves_one(open_desk)
    page = citizen.sees("/rate/1")
    assert "checked" not in page.text  # nothing is chosen beforehand
    event = event_on(page.text)
    assert "谢谢" in citizen.posts("/rate/1", {"event": event, "grade": "5"}, form_id="x").text
    citizen.posts("/rate/1", {"event": event, "grade": "1"}, form_id="x")
    assert [one.grade for one in given(open_desk)] == [ratings.Grade.VERY_GOOD]
    assert "欢迎您" in citizen.sees("/rate/1").text


def test_whoever_is_signed_in_at_the_station_cannot_rate(open_desk: Desk) -> None:
    clerk = open_desk.clerk("wanghui")
    serves_one(open_desk)
    event = event_on(clerk.sees("/rate/1").text)
    answer = clerk.posts("/rate/1", {"event": event, "grade": "5"}, form_id="x")
    assert answer.status == 422 or "退出登录" in answer.text
    assert given(open_desk) == []


def test_a_rating_of_half_an_hour_ago_or_of_another_turn_is_none(open_desk: Desk) -> None:
    citizen = at_the_pad(open_desk)
    serves_one(open_desk)
    event = event_on(citizen.sees("/rate/1").text)
    serves_one(open_desk)
    citizen.posts("/rate/1", {"event": event, "grade": "5"}, form_id="x")
    assert given(open_desk) == []
    open_desk.station.clock.advance(1801)
    assert "欢迎您" in citizen.sees("/rate/1").text


def test_a_low_grade_is_kept_before_its_reasons_and_is_put_right_by_somebody_else(open_desk: Desk) -> None:
    citizen, head = at_the_pad(open_desk), open_desk.clerk("zhaoqiang")
    serves_one(open_desk)
    page = citizen.posts("/rate/1", {"event": event_on(citizen.sees("/rate/1").text), "grade": "1"}, form_id="x")
    assert [one.task for one in given(open_desk)] == [ratings.Task.OPEN]
    rating = re.search(r'name="rating" value="([^"]+)"', page.text)
    assert rating
    body = {"rating": rating[1], "reason": "waited", "said": "等了两个小时", "phone": "028-0000 0000"}
    assert "认真核实" in citizen.posts("/rate/1/why", body, form_id="x").text
    page = head.sees("/ratings")
    assert "等了两个小时" in page.text
    assert "02800000000" not in page.text
    assert "02800000000" in head.posts(f"/ratings/{rating[1]}/contact").text
    for step in ("contact", "rectify", "answer"):
        head.sees("/ratings")
        assert "已记录" in head.posts(f"/ratings/{rating[1]}/step", {"step": step, "note": "已增开窗口"}).text
    assert "没有待整改的差评" in head.sees("/ratings").text
    with open_desk.station.store.read() as db:
        assert ratings.contact(db, rating[1]) == ""  # the telephone number is kept no longer than it is needed


def test_who_doubts_a_rating_does_not_judge_it_and_an_excluded_one_is_not_counted(open_desk: Desk) -> None:
    station = open_desk.station
    serves_one(open_desk)
    at = station.clock.now()
    with station.store.write() as tx:
        turn = ratings.to_rate(tx, station.hall.halls.to_change(tx, "2026-03-02"), 1, at)
        assert turn is not None
        ratings.rate(tx, station.pen, turn, ratings.Grade.BAD, "a" * 32, at=at)
        ratings.take_step(tx, station.pen, "a" * 32, "doubt", "同一人连评", by="zhao", at=at)
    with pytest.raises(Exception, match="own"), station.store.write() as tx:
        ratings.take_step(tx, station.pen, "a" * 32, "exclude", "x", by="zhao", at=at)
    with pytest.raises(Exception, match="own"), station.store.write() as tx:
        ratings.take_step(tx, station.pen, "a" * 32, "exclude", "x", by="wanghui", at=at)  # who served
    with station.store.write() as tx:
        ratings.take_step(tx, station.pen, "a" * 32, "exclude", "查证属实", by="sun", at=at)
    assert sum(ratings.counted(given(open_desk)).values()) == 0


def test_a_line_of_the_paper_book_counts_when_a_second_person_has_confirmed_it(open_desk: Desk) -> None:
    one, other = open_desk.clerk("wanghui"), open_desk.clerk("limin")
    one.sees("/ratings")
    body = {"page": "12", "day": "2026-03-01", "grade": "5", "said": "谢谢"}
    assert "等另一位同事核对" in one.posts("/ratings/copy", body).text
    with open_desk.station.store.read() as db:
        (copy,) = paper_ratings.copies(db)
    one.sees("/ratings")
    one.posts(f"/ratings/{copy.id}/confirm")
    assert given(open_desk) == []
    other.sees("/ratings")
    assert "计入评价" in other.posts(f"/ratings/{copy.id}/confirm").text
    assert [(rating.channel, rating.page) for rating in given(open_desk)] == [("paper", "12")]
    one.sees("/ratings")
    assert "已经录入" in one.posts("/ratings/copy", body).text


def test_the_district_learns_the_grade_and_never_who_rated(open_desk: Desk) -> None:
    citizen = at_the_pad(open_desk)
    serves_one(open_desk)
    citizen.posts("/rate/1", {"event": event_on(citizen.sees("/rate/1").text), "grade": "2"}, form_id="x")
    open_desk.world.settle()
    with open_desk.world.hub.office.store.read() as db:
        rows = [tuple(row) for row in db.execute("select grade, step, said from ratings").fetchall()]
    assert rows == [(2, "", "")]
