"""The labelled questions against the delivered catalogue: the gates that a change of words or items has to hold."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.asking.answers import SHOWN, Nothing, One, Several, answer
from protocol.asking.index import AskIndex
from protocol.asking.synonyms import (
    Instead,
    Synonyms,
    called_part,
    delivered,
    faults,
    read_table,
    synonyms_of,
    table_part,
)
from protocol.asking.words import fold, pieces, tokens
from protocol.catalogue.reading import standard_items
from protocol.errors import Distrusted, Refused
from tests.asking.scoring import questions, score, shown_by
from tests.bench.many_items import many_items

ITEMS = standard_items()


@pytest.fixture(scope="module")
def index() -> Iterator[AskIndex]:
    made = AskIndex(ITEMS, delivered())
    yield made
    made.close()


def test_a_third_of_the_questions_is_held_out_and_all_of_them_name_items_that_exist() -> None:
    every, held = questions(), questions("held")
    assert len(every) >= 300
    assert len(held) * 3 >= len(every)
    assert sum(not one.expected for one in every) >= 40
    assert len({one.text for one in every}) == len(every)
    assert {code for one in every for code in one.expected} <= {item.code for item in ITEMS}


@pytest.mark.parametrize(("split", "hit_1", "hit_5"), [("held", 0.80, 0.85), ("tune", 0.90, 0.95)])
def test_what_people_ask_is_found(index: AskIndex, split: str, hit_1: float, hit_5: float) -> None:
    reached = score(index, questions(split))
    assert reached.hit_5 >= hit_5, reached
    assert reached.hit_1 >= hit_1, reached
    assert reached.two_characters >= 15
    assert reached.two_characters_empty == 0, reached
    assert reached.outside_answered * 10 <= reached.outside, reached
    assert reached.alone_right >= 0.95 * reached.alone, "one card alone is nearly always the right one"


def test_a_text_is_cut_the_same_however_it_is_written() -> None:
    assert fold("  ＫＴＶ　社會保障卡 ") == "ktv 社会保障卡"
    assert pieces("社保卡") == ["社保", "保卡"]
    assert tokens("社保") == ["社保", "社", "保"]
    assert pieces("办ktv证2024") == ["办", "ktv", "证", "2024"]
    assert pieces("licences passport business") == ["licence", "passport", "business"]
    assert pieces("😀！？") == []


def test_two_characters_that_nothing_is_called_are_offered_choices_and_never_one_answer(index: AskIndex) -> None:
    assert isinstance(answer(index, "旧居"), Several)
    assert isinstance(answer(index, "天气"), Nothing)
    assert isinstance(answer(index, "你好"), Nothing)


def test_a_card_quotes_words_that_stand_in_the_item(index: AskIndex) -> None:
    by_code = {item.code: item for item in ITEMS}
    for one in questions("tune")[::7]:
        said = answer(index, one.text)
        for card in [said.card] if isinstance(said, One) else said.cards if isinstance(said, Several) else []:
            assert card.item == by_code[card.item.code]
            assert card.passage.text in repr(card.item)


def test_a_question_that_says_what_is_to_be_done_gets_that_item(index: AskIndex) -> None:
    assert shown_by(answer(index, "居住证丢了"))[0] == "P10"
    assert shown_by(answer(index, "居住证年审"))[0] == "P09"
    said = answer(index, "个体户营业执照")
    assert isinstance(said, Several)
    assert {action.key for action in said.asks} >= {"new", "change", "cancel"}


def test_what_else_was_said_beside_something_that_is_no_business_of_ours_is_answered(index: AskIndex) -> None:
    assert shown_by(answer(index, "手机掉了，身份证也掉了，咋个补"))[0] == "P07"
    assert isinstance(answer(index, "手机掉了"), Nothing)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300) | st.text("办证社保卡丢了 OR\"'*()^:-", max_size=60))
def test_whatever_is_asked_is_answered_in_bounds(index: AskIndex, text: str) -> None:
    said = answer(index, text)
    assert len(shown_by(said)) <= SHOWN
    assert answer(index, text) == said


@pytest.mark.parametrize("text", ["社保" * 2500, "😀" * 5000, "哈" * 5000, "a" * 5000, "办 " * 2500, "\0" * 5000])
def test_five_thousand_characters_take_no_longer_than_a_sentence(index: AskIndex, text: str) -> None:
    began = time.thread_time()
    answer(index, text)
    assert time.thread_time() - began < 0.1


def test_a_whole_districts_list_is_ready_in_seconds_and_answers_while_somebody_waits() -> None:
    began = time.thread_time()
    whole = AskIndex(many_items(1400), delivered())
    assert time.thread_time() - began < 4  # 1.2 s where nothing else runs
    began = time.thread_time()
    for text in ("社保", "我家在农村想把老房子拆了重新修", "身份证掉了"):
        assert not isinstance(answer(whole, text), Nothing)
    assert time.thread_time() - began < 0.3
    whole.close()


def test_a_name_that_the_district_adds_is_found_by_the_next_issue() -> None:
    asked = "蓝本本咋个弄"
    before = AskIndex(ITEMS, delivered())
    after = AskIndex(ITEMS, synonyms_of(called_part("L08", ["蓝本本"])))
    assert isinstance(answer(before, asked), Nothing)
    said = answer(after, asked)
    assert isinstance(said, One)
    assert (said.card.item.code, said.card.passage.field, said.card.passage.text) == ("L08", "aliases", "蓝本本")
    before.close()
    after.close()


def test_a_table_travels_whole_and_a_damaged_one_is_not_believed() -> None:
    again = synonyms_of(table_part(delivered()))
    assert again.table == delivered().table
    assert synonyms_of({}).table == delivered().table
    with pytest.raises(Distrusted):
        synonyms_of({"asking/words": b"{"})
    with pytest.raises(Distrusted):
        synonyms_of({"asking/called/P07": b"7"})


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"unsaid": ("",)}, "unsaid"),
        ({"elsewhere": ("x" * 41,)}, "elsewhere"),
        ({"actions": (delivered().table.actions[0],) * 2}, "actions"),
        ({"words": (Instead("低保", ("吃饭",)), Instead("医保", ("吃饭",)))}, "words"),
    ],
)
def test_a_table_that_contradicts_itself_says_where(change: dict[str, object], where: str) -> None:
    wrong = msgspec.structs.replace(delivered().table, **change)
    assert where in {place for place, _ in faults(wrong)}


def test_a_table_that_is_misspelt_is_refused_with_the_line() -> None:
    with pytest.raises(Refused) as why:
        read_table("words.yaml", "unsaid: [请问]\nactions: []\nwords: []\nelswhere: []\n".encode())
    assert why.value.params["field"] == "elswhere"
    assert isinstance(read_table("words.yaml", b"unsaid: []\nactions: []\nwords: []\n"), Synonyms)


def test_an_item_that_is_gone_is_no_longer_offered() -> None:
    rest = AskIndex([item for item in ITEMS if item.code != "P07"], delivered())
    assert "P07" not in shown_by(answer(rest, "身份证丢了"))
    rest.close()
    renamed = AskIndex(
        [replace(item, name=f"{item.name}（试行）") for item in ITEMS if item.code == "P07"], delivered()
    )
    assert shown_by(answer(renamed, "身份证丢了")) == ["P07"]
    renamed.close()
