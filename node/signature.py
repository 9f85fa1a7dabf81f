"""The applicant's signature as it was written on a screen: a picture that goes with the case like a paper.

It shows that somebody signed what the check page said; it is no electronic signature in the sense of the law
(电子签名法 §13) and nothing here calls it one. Who would rather sign does so on the printed receipt, as ever.
"""

from __future__ import annotations

import base64
import binascii

from protocol.catalogue.papers import PaperType, sniff_paper
from protocol.errors import Refused

MATERIAL = "signature"  # in the place of a material's code; no item has one of that name
NAME = "申请人签名"
LARGEST_BYTES = 150 * 1024
_BEGINS = "data:image/png;base64,"


def picture_in(text: str) -> bytes:
    """The whole PNG in what the page sent.

    :raises Refused: signature: it is something else, cut off or too large
    """
    try:
        data = base64.b64decode(text.removeprefix(_BEGINS), validate=True)
        if not text.startswith(_BEGINS) or len(data) > LARGEST_BYTES or sniff_paper(data) is not PaperType.PNG:
            raise Refused("refused.signature")
    except (binascii.Error, Refused) as why:
        raise Refused("refused.signature") from why
    return data
