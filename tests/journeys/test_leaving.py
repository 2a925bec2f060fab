"""A steward ends an account: at the next request, everywhere."""

from wiki.kernel.database import transaction


def test_a_disabled_person_is_out_at_the_next_request_and_their_words_stay(world, walker, visitor):
    with transaction():
        path = world.item(author=world.amina, title="Tea keeps people.").path
    amina = walker(world.amina).sees("Good afternoon, Amina") and walker(world.amina)

    stella = walker(world.stella).open(f"/steward/people/{world.amina.key}").follow("Disable…")
    stella.sees("Disable Amina Hart?", "Staying on")  # what she holds comes first
    places = [name for name in stella.form("").types if name.startswith("successor_")]
    assert len(places) == 2  # the forum and the community; what is closed needs nobody
    stella.send(
        **{name: world.bo.key if name.endswith(str(world.community.id)) else "" for name in places}
    )
    stella.sees("Amina Hart can no longer sign in.")

    assert amina.client.get("/people").location.startswith("/sign-in")
    assert amina.client.post("/insights/new", data={"title": "Still here"}).status_code == 401
    again = visitor.post(
        "/sign-in", data={"email": world.amina.email, "password": "three quiet herons"}
    )
    assert again.status_code == 422
    chidi = walker(world.chidi).open(path)
    chidi.sees("Tea keeps people.", "Amina Hart")
    chidi.open("/communities/staying-on").sees("Bo Lind")
    chidi.open("/forums/skills-forum").sees("Convenor wanted")


def test_whoever_is_enabled_again_signs_in_as_before(world, walker, visitor):
    stella = walker(world.stella).open(f"/steward/people/{world.bo.key}").follow("Disable…")
    stella.send().sees("Bo Lind can no longer sign in.")
    stella.send("/enabling")

    answer = visitor.post(
        "/sign-in", data={"email": world.bo.email, "password": "three quiet herons"}
    )

    assert answer.status_code == 303
