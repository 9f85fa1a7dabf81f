"""The press in a child process: what a clerk at the printer would notice, and what she would not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from protocol.documents.press import Press
from protocol.documents.printroom import PrintRoom
from protocol.errors import Refused
from tests.documents.test_press import RECEIPT


@pytest.fixture
def room() -> Iterator[PrintRoom]:
    room = PrintRoom()
    yield room
    room.close()


def test_the_child_prints_what_the_press_prints(room: PrintRoom) -> None:
    assert room.print_document(RECEIPT) == Press().print_document(RECEIPT)
    assert room.missing_in({"name": "王\U00030000"}) == {"\U00030000"}


def test_what_the_press_refuses_is_refused_with_the_same_words(room: PrintRoom) -> None:
    from dataclasses import replace

    with pytest.raises(Refused, match=r"U\+30000"):
        room.print_document(replace(RECEIPT, applicant="王\U00030000"))
    assert room.print_document(RECEIPT)


def test_a_child_that_was_killed_is_started_again(room: PrintRoom) -> None:
    room.print_document(RECEIPT)
    assert room._child is not None
    room._child.kill()
    room._child.wait()
    assert room.print_document(RECEIPT)


def test_nobody_prints_and_the_memory_is_given_back() -> None:
    room = PrintRoom(idle_s=0.2)
    assert room.print_document(RECEIPT)
    assert room._child is not None
    room._child.wait(timeout=20)
    assert not room.is_open()
    assert room.print_document(RECEIPT)
    room.close()
