"""What is heard in the hall when a number is called."""

from __future__ import annotations

import array
import importlib.machinery
import importlib.util
import io
import wave
from pathlib import Path

import pytest

from node.hall.desk import MAX_COUNTERS
from node.hall.voice import BUILT_IN, CLIPS, RATE_HZ, Voice, in_chinese, in_english, length_s
from protocol.catalogue.groups import GROUPS
from protocol.errors import Refused

ROOT = Path(__file__).parent.parent.parent
MOST_BYTES = 1_500_000  # of all clips: they come with every installation


def recorded(path: Path, seconds: float = 0.3, rate: int = RATE_HZ) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as made:
        made.setnchannels(1)
        made.setsampwidth(2)
        made.setframerate(rate)
        made.writeframes(b"\x10\x20" * int(rate * seconds))
    return path


def test_a_number_is_called_in_chinese_with_its_digits_apart() -> None:
    said = [name.removeprefix("zh/") for name in in_chinese("A032", 3)]
    assert said == ["please", "a", "0", "3", "2", "number", "to", "3", "counter"]
    assert in_chinese("A032", 12)[-3:] == ["zh/ten", "zh/2", "zh/counter"]
    assert in_chinese("A032", 20)[-3:] == ["zh/2", "zh/ten", "zh/counter"]
    assert in_chinese("A032", 10)[-2:] == ["zh/ten", "zh/counter"]


def test_a_guest_hears_the_same_in_english() -> None:
    assert in_english("B101", 12) == ["en/number", "en/b", "en/1", "en/0", "en/1", "en/counter", "en/12"]
    assert in_english("B101", 34)[-2:] == ["en/30", "en/4"]


def test_every_number_and_every_counter_has_its_clips() -> None:
    for group in GROUPS:
        for digit in range(10):
            ticket = f"{group.letter}{digit}{digit}{digit}"
            assert set(in_chinese(ticket, 1)) | set(in_english(ticket, 1)) <= set(CLIPS)
    for counter in range(1, MAX_COUNTERS + 1):
        assert set(in_chinese("A001", counter)) | set(in_english("A001", counter)) <= set(CLIPS)


def test_a_name_cannot_be_called_out() -> None:
    for said in ("李敏", "A032 Li Min", "../chime", "A-1", ""):
        with pytest.raises(Refused):
            Voice(Path("/nowhere")).call(said, 1)


def test_a_call_is_as_long_as_its_words(tmp_path: Path) -> None:
    voice = Voice(tmp_path)
    sound = voice.call("A032", 3)
    words = sum(
        length_s((BUILT_IN / f"{name}.wav").read_bytes())
        for name in ("chime", *in_chinese("A032", 3), *in_english("A032", 3))
    )
    assert words < length_s(sound) < words + 3
    assert sound == voice.call("A032", 3)


def test_a_recorded_voice_takes_the_place_of_the_made_one(tmp_path: Path) -> None:
    before = length_s(Voice(tmp_path).call("A032", 3))
    recorded(tmp_path / "zh" / "please.wav", seconds=3.0)
    voice = Voice(tmp_path)
    assert voice.recorded == ["zh/please"]
    assert length_s(voice.call("A032", 3)) > before + 2
    assert length_s(voice.call("A032", 3)) - before == pytest.approx(
        3.0 - length_s((BUILT_IN / "zh" / "please.wav").read_bytes()), abs=0.01
    )


def test_a_recording_of_another_kind_is_left_out_and_named(tmp_path: Path) -> None:
    recorded(tmp_path / "zh" / "number.wav", rate=44_100)
    (tmp_path / "chime.wav").write_bytes(b"ID3 this is an mp3")
    voice = Voice(tmp_path)
    assert voice.unusable == ["chime", "zh/number"]
    assert voice.call("A032", 3) == Voice(tmp_path / "nowhere").call("A032", 3)


def test_the_script_makes_exactly_the_clips_that_are_wanted() -> None:
    loader = importlib.machinery.SourceFileLoader("voice_script", str(ROOT / "scripts" / "voice"))
    spec = importlib.util.spec_from_loader("voice_script", loader)
    assert spec
    script = importlib.util.module_from_spec(spec)
    loader.exec_module(script)
    assert {"chime", *script.SPOKEN} == set(CLIPS)
    there = {path.relative_to(BUILT_IN).with_suffix("").as_posix() for path in BUILT_IN.rglob("*.wav")}
    assert there == set(CLIPS)
    assert sum(path.stat().st_size for path in BUILT_IN.rglob("*.wav")) < MOST_BYTES


def test_no_clip_is_silent_or_goes_on_for_ever() -> None:
    for name in CLIPS:
        sound = (BUILT_IN / f"{name}.wav").read_bytes()
        assert 0.1 < length_s(sound) < 1.6, name
        with wave.open(io.BytesIO(sound), "rb") as read:
            samples = array.array("h", read.readframes(read.getnframes()))
        assert max(map(abs, samples)) > 10_000, name
