"""A token survives the telephone, and a slip of the finger is told from a wrong token."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import Refused
from provisioning.tokens import _ALPHABET, Invitation, Token, pin, read_invitation, read_token

secrets = st.text(_ALPHABET, min_size=12, max_size=12)


@given(secrets)
def test_a_token_read_aloud_in_lower_case_with_o_and_l_is_the_same_token(secret):
    token = Token("xd-dafeng-2", secret)
    assert read_token(token.text) == token
    spoken = token.text[:-2].lower().replace("0", "o").replace("1", "l") + token.text[-2:]
    spoken = spoken.replace("el-", "e1-", 1)
    assert read_token(" " + spoken + "\n") == token


@given(secrets, st.integers(0, 11), st.sampled_from(_ALPHABET))
def test_one_wrong_character_is_always_noticed(secret, place, wrong):
    text = Token("dafeng", secret).text
    start = len("E1-dafeng-")
    changed = text[: start + place] + wrong + text[start + place + 1 :]
    if changed != text:
        with pytest.raises(Refused, match="mistyped"):
            read_token(changed)


@given(secrets, st.integers(0, 10))
def test_two_swapped_characters_are_always_noticed(secret, place):
    swapped = secret[:place] + secret[place + 1] + secret[place] + secret[place + 2 :]
    if swapped != secret:
        text = Token("dafeng", secret).text
        with pytest.raises(Refused, match="mistyped"):
            read_token(text.replace(secret, swapped))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "E1",
        "E1--",
        "E2-dafeng-000000000000-0",
        "E1-da-000000000000-0",
        "E1-a/b/c-000000000000-0",
        "-",
        "E1-dafeng-0000-0",
    ],
)
def test_what_is_not_a_token_is_refused(text):
    with pytest.raises(Refused):
        read_token(text)


def test_a_token_never_shows_itself_in_a_traceback():
    token = Token.make("dafeng")
    assert token.secret not in repr(token)
    assert token.secret not in repr(Invitation(token, "P"))


def test_an_invitation_carries_the_token_the_pin_and_the_address():
    invitation = Invitation(Token.make("dafeng"), pin(bytes(32)), "https://hub.example:8443")
    assert len(invitation.pin) == 26
    assert read_invitation(invitation.text) == invitation
    assert read_invitation(f"{invitation.token.text}\n{invitation.pin.lower()}\n").url == ""
