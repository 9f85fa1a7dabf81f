"""In which capacity a signed-in person acts: the role that opens the act, its section, and whose it is if lent.

An account has several roles; an act is written under one. Which one is no choice of the person: the first of the
roles that the act allows, own before lent, in the order of Role.
"""

from __future__ import annotations

from collections.abc import Collection

from protocol.cases.acts import By
from protocol.cases.rules import Role
from protocol.console.accounts import Account
from protocol.errors import Refused


def acting(account: Account, roles: Collection[Role] = ()) -> By:
    """`account` in the first of `roles` that it has; without roles in the first that it has at all.

    :raises Refused: forbidden, if it has none of them
    """
    order = list(Role)
    open_posts = [post for post in account.posts if not roles or post.role in roles]
    if not open_posts:
        raise Refused("refused.forbidden")
    post = min(open_posts, key=lambda one: (bool(one.on_behalf), order.index(one.role)))
    return By(account.name, post.role, account.display_name, post.section, post.on_behalf)
