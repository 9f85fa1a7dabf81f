"""Every case of every item can be brought to an end, whatever has become of it: by people here, not by an applicant."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

import hub.schema
from protocol.catalogue.items import Item
from protocol.store import Store
from tests.district_data import all_items
from tests.hub.walking import CASE, SUPPLIED, Key, Walk, alike
from tests.world import LAW


def one_of_each_kind() -> list[Item]:
    """Bundles are taken apart at the desk and have no cases of their own."""
    kinds: dict[Key, Item] = {}
    for item in all_items():
        if not item.bundle:
            kinds.setdefault(alike(item), item)
    return list(kinds.values())


@pytest.fixture(scope="module")
def empty_hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    folder: Path = tmp_path_factory.mktemp("hub")
    store = Store(folder / "main.db", hub.schema.migrations, durable=False)
    store.open()
    with store.write() as tx:
        tx.execute(
            "insert into papers (digest, case_id, peer, size, type, here, there) values (?,?,?,?,?,1,1)",
            (SUPPLIED, CASE, "dafeng", 1, "image/png"),
        )
    with store.read() as db:
        yield db
    store.close()


@pytest.mark.parametrize("item", one_of_each_kind(), ids=lambda item: item.code)
def test_somebody_here_can_always_move_the_case_on_and_a_good_application_can_always_be_granted(
    item: Item, empty_hub: Database
) -> None:
    walk = Walk(item, LAW, empty_hub)
    walk.everywhere()
    assert len(walk.states) > 100
    assert [state.way for state in walk.stuck()] == []
    assert [state.way for state in walk.hopeless()] == []
