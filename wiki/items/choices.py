"""The fixed choices of items: who may read, what a post is for, how we know, where it comes from,
who is named.
"""

from __future__ import annotations

from enum import StrEnum

from wiki.kernel.languages import _l


class Visibility(StrEnum):
    PUBLIC = "public"
    NETWORK = "network"
    RESTRICTED = "restricted"


VISIBILITY_LABELS = {
    Visibility.PUBLIC: _l("Everyone, signed in or not"),
    Visibility.NETWORK: _l("Everyone in the network"),
    Visibility.RESTRICTED: _l("Confirmed members of its place only"),
}
WIDTH = {Visibility.RESTRICTED: 0, Visibility.NETWORK: 1, Visibility.PUBLIC: 2}


class Intent(StrEnum):
    SHARE = "share"
    EXPLORE = "explore"
    SEEK_VIEWS = "seek_views"


INTENT_LABELS = {
    Intent.SHARE: _l("Sharing what we know"),
    Intent.EXPLORE: _l("Exploring an idea"),
    Intent.SEEK_VIEWS: _l("Seeking views"),
}


class Basis(StrEnum):
    OWN_EXPERIENCE = "own_experience"
    SEVERAL_ACCOUNTS = "several_accounts"
    DATA = "data"
    EVALUATED = "evaluated"


BASIS_LABELS = {
    Basis.OWN_EXPERIENCE: (_l("Own experience"), _l("I saw it, or did it")),
    Basis.SEVERAL_ACCOUNTS: (_l("Several accounts"), _l("Different people told us the same")),
    Basis.DATA: (_l("Data before and after"), _l("We counted, and can show it")),
    Basis.EVALUATED: (
        _l("Evaluated with comparison"),
        _l("Somebody compared it with not doing it"),
    ),
}


class Origin(StrEnum):
    OWN_ORGANISATION = "own_organisation"
    NETWORK = "network"
    COUNTRY = "country"
    ABROAD = "abroad"


ORIGIN_LABELS = {
    Origin.OWN_ORGANISATION: _l("Our own organisation"),
    Origin.NETWORK: _l("Elsewhere in the network"),
    Origin.COUNTRY: _l("Elsewhere in the country"),
    Origin.ABROAD: _l("Abroad"),
}


class Attribution(StrEnum):
    NAMED = "named"
    ROLE_ONLY = "role_only"
