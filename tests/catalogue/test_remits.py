"""Who may do what where, as people write it down and as the desk asks for it."""

from __future__ import annotations

from datetime import date

import pytest

from protocol.catalogue.bundle import catalogue_of, parts_of, sign_parts
from protocol.catalogue.issue import read_issue
from protocol.catalogue.items import Certainty, Mode, StationKind
from protocol.catalogue.remits import ALL, Remit, Remits, doubts, read_csv, write_csv
from protocol.errors import Refused
from tests.catalogue.publishing import AUTHORITY, ISSUED
from tests.district_data import all_items, example_item

DAY = date(2026, 3, 2)


def remit(
    station: str = "", kind: StationKind | None = None, item: str = ALL, mode: Mode = Mode.ACCEPT, **more: object
) -> Remit:
    said = {"basis": "新政办发 1 号", "certainty": Certainty.LOCAL, "since": date(2026, 1, 1), "until": None} | more
    return Remit(station=station, kind=kind, item=item, mode=mode, **said)  # type: ignore[arg-type]


def mode(rows: list[Remit], station: str = "dafeng", on: date = DAY) -> Mode:
    issue = read_issue(sign_parts(parts_of(all_items(), remits=rows), 1, ISSUED, AUTHORITY))
    return catalogue_of(issue).mode(station, StationKind.RESIDENTIAL, "P08", on).mode


def test_where_no_row_speaks_the_item_itself_does():
    assert mode([]) is example_item().authority[StationKind.RESIDENTIAL].mode


def test_the_nearer_row_comes_first():
    kind_all = remit(kind=StationKind.RESIDENTIAL, mode=Mode.INFORM)
    kind_item = remit(kind=StationKind.RESIDENTIAL, item="P08", mode=Mode.ASSIST)
    station_all = remit("dafeng", mode=Mode.SELF)
    station_item = remit("dafeng", item="P08", mode=Mode.DECIDE)
    rows: list[Remit] = []
    for row in (kind_all, kind_item, station_all, station_item):
        rows.append(row)
        assert mode(rows) is row.mode
    assert mode(rows, "boya") is Mode.ASSIST


def test_a_row_holds_from_its_first_day_to_its_last():
    rows = [remit("dafeng", mode=Mode.DECIDE, since=DAY, until=date(2026, 3, 31))]
    before = mode([])
    assert [mode(rows, on=on) for on in (date(2026, 3, 1), DAY, date(2026, 3, 31), date(2026, 4, 1))] == [
        before,
        Mode.DECIDE,
        Mode.DECIDE,
        before,
    ]


def test_what_is_wrong_is_said_row_by_row():
    rows = [
        remit("dafeng", item="P08", until=date(2026, 6, 30)),
        remit("dafeng", item="P08", since=date(2026, 6, 30)),
        remit("nowhere", item="Z99", basis=" "),
        remit("dafeng", item="M01", since=DAY, until=date(2026, 1, 1)),
    ]
    assert [(doubt.row, doubt.code) for doubt in doubts(rows, {"dafeng"}, {"P08", "M01"})] == [
        (2, "twice"),
        (3, "no-station"),
        (3, "no-item"),
        (3, "no-basis"),
        (4, "dates"),
    ]


def test_a_table_comes_back_from_the_spreadsheet_as_it_went():
    rows = [remit("dafeng", item="P08", until=DAY), remit(kind=StationKind.TOWN, mode=Mode.SELF)]
    assert Remits(read_csv("remits.csv", write_csv(rows))).rows == Remits(rows).rows


def test_no_cell_of_it_is_a_formula_and_it_comes_back_all_the_same():
    rows = [remit("dafeng", item="P08", basis='=HYPERLINK("http://x","y")'), remit("dafeng", item="M01", basis="＋86")]
    written = write_csv(rows)
    assert ",=" not in written
    assert ',"=' not in written
    assert Remits(read_csv("remits.csv", written)).rows == Remits(rows).rows


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("dafeng,town,P08,accept,b,L,2026-01-01,", "line 2"),
        (",,P08,accept,b,L,2026-01-01,", "line 2"),
        ("dafeng,,P08,perhaps,b,L,2026-01-01,", "line 2, mode"),
        ("dafeng,,P08,accept,b,L,1.1.2026,", "line 2, from"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(line, says):
    with pytest.raises(Refused) as caught:
        read_csv("remits.csv", "station,kind,item,mode,basis,certainty,from,to\n" + line + "\n")
    assert caught.value.params["field"] == says
