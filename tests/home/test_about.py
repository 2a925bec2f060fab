"""What the site says about itself."""

import re

import pytest

from wiki.items.choices import Attribution
from wiki.kernel.database import transaction


@pytest.mark.parametrize(
    "path", ["/help", "/sharing-agreement", "/accessibility", "/openness", "/robots.txt"]
)
def test_these_pages_are_for_everyone(world, visitor, signed_in, path):
    assert visitor.get(path).status_code == 200
    assert signed_in(world.bo).get(path).status_code == 200


def test_the_footer_leads_to_them(world, visitor):
    text = visitor.get("/").text
    footer = text[text.index("<footer") :]

    for path in ("/help", "/sharing-agreement", "/accessibility", "/openness", "/appearance"):
        assert f'href="{path}"' in footer


def test_openness_is_a_total_for_each_organisation_and_no_more(world, visitor):  # S2, invariant 2
    with transaction():
        world.item(title="Heron", restricted=True, author=world.bo)
        world.item(title="Wagtail", restricted=True, author=world.dele)
        world.item(title="Plover", restricted=True, author=world.amina)
        world.item(title="Lapwing", author=world.chidi)
        world.item(title="Dunlin", restricted=True, author=world.amina, published=False)

    text = " ".join(visitor.get("/openness").text.split())

    assert re.findall(r'<th scope="row">([^<]+)</th><td class="num">(\d+)', text) == [
        ("City College", "1"),
        ("Museum", "2"),
    ]
    assert "3 items are restricted today" in text
    for word in ("Heron", "Wagtail", "Plover", "Staying on", "Bo Lind", "Names a learner"):
        assert word not in text


def test_what_is_shared_without_a_name_counts_for_no_organisation(world, visitor):  # invariant 6
    with transaction():
        quiet = world.item(restricted=True, author=world.bo)
        quiet.attribution = Attribution.ROLE_ONLY

    text = visitor.get("/openness").text

    assert "Museum" not in text
    assert "Shared without a name" in text
