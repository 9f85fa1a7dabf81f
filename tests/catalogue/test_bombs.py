"""Files that are made to break whoever opens them: nests without end, a few bytes that unfold to a gigabyte, keys that
are none. Whoever brings one is told so like anybody with a damaged file, and whoever waits for the next one is not
kept waiting.
"""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from protocol.catalogue import issue
from protocol.catalogue.bundle import ITEM, open_bundle, sign_parts
from protocol.catalogue.publishers import read_publishers
from protocol.catalogue.reading import read_item
from protocol.catalogue.tables import from_json
from protocol.errors import Distrusted, Refused
from tests.world import MORNING

AUTHORITY = Ed25519PrivateKey.from_private_bytes(bytes(32))
NEST = b'{"x":' + b"[" * 100_000
FILES = {
    "a head that is a nest": issue.write_issue(NEST, (), b"", {}),
    "a nest beside the parts": issue._close(issue._FILE_MAGIC, b"\x81\xa1x" + b"\x91" * 100_000),
    "a little that unfolds to more than any catalogue": issue._close(
        issue._FILE_MAGIC, b"\0" * (issue.MAX_OPEN_BYTES + 1)
    ),
    "a list of publishers that is a nest": issue.write_issue(issue.head_of(1, MORNING, {}), (), NEST, {}),
    "a part that is a nest, signed": sign_parts({f"{ITEM}P08.v1": NEST}, 1, MORNING, AUTHORITY),
}


@pytest.mark.parametrize("what", FILES)
def test_no_file_of_an_issue_does_more_than_not_being_one(what):
    with pytest.raises(Distrusted):
        open_bundle(FILES[what], AUTHORITY.public_key())


def test_no_change_of_an_issue_does_more_than_not_being_one():
    base = issue.read_issue(issue.write_issue(issue.head_of(1, MORNING, {}), (), b"", {}))
    for content in (b"\x81\xa1x" + b"\x91" * 100_000, b"\0" * (issue.MAX_OPEN_BYTES + 1)):
        with pytest.raises(Distrusted):
            issue.apply(base, issue._close(issue._DELTA_MAGIC, content))
    with pytest.raises(Distrusted):
        read_publishers(NEST, AUTHORITY.public_key())


LAUGHS = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + at)}: &{chr(98 + at)} [{','.join(['*' + chr(97 + at)] * 9)}]\n" for at in range(9)
)


@pytest.mark.parametrize(
    "data", [LAUGHS.encode(), b"[" * 20_000, b"? [a]\n: b", b"!!python/object/apply:os.system ['id']", b"\xff\xfe\0"]
)
def test_a_file_that_an_editor_was_sent_is_refused_in_words(data):
    with pytest.raises(Refused) as refused:
        read_item("P08.v1.yaml", data)
    assert refused.value.code == "refused.catalogue"
    with pytest.raises(Refused):
        from_json("items.json", data)
    with pytest.raises(Refused):
        from_json("items.json", NEST)
