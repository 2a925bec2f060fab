"""The ledger of letters names nobody whose name is not shown."""

from wiki.items.choices import Attribution
from wiki.kernel import mail
from wiki.kernel.database import db, transaction


def test_a_letter_to_a_role_only_author_names_nobody(world, signed_in):  # invariant 6
    with transaction():
        quiet = world.item(title="Nobody’s name")
        quiet.attribution = Attribution.ROLE_ONLY
        for item in (quiet, world.item(author=world.chidi)):
            author = world.bo if item is quiet else world.chidi
            more = {"item": item, "by": world.dele, "number": 2}
            mail.post("item_revised", author.email, about_id=item.id, **more)
        db().flush()

    ledger = signed_in(world.stella).get("/steward/mail").text

    assert ledger.count("Dele Park edited something you wrote") >= 2
    assert world.chidi.email in ledger
    assert world.bo.email not in ledger
