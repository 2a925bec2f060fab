"""What a person's and an organisation's page say of what was shared."""

from wiki.items.choices import Attribution
from wiki.kernel.database import transaction


def test_a_persons_page_lists_what_they_shared_and_may_be_followed(world, signed_in):
    with transaction():
        world.item(title="Tea first")
        world.item(title="Only for us", restricted=True)
        world.item(title="Nobody’s name").attribution = Attribution.ROLE_ONLY

    page = signed_in(world.chidi).get(f"/people/{world.bo.key}").text

    assert "Tea first" in page
    assert f"/following/person/{world.bo.key}" in page
    for hidden in ("Only for us", "Nobody’s name"):
        assert hidden not in page


def test_following_a_person_is_shown_on_their_page(world, signed_in):
    chidi = signed_in(world.chidi)

    chidi.post(f"/following/person/{world.bo.key}")

    assert 'aria-pressed="true"' in chidi.get(f"/people/{world.bo.key}").text


def test_visitors_see_only_what_an_organisation_made_public(world, visitor):
    with transaction():
        world.item(title="For everyone", public=True)
        world.item(title="For the network")

    page = visitor.get(f"/organisations/{world.museum.key}").text

    assert "For everyone" in page
    assert "For the network" not in page
