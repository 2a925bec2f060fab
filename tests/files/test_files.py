"""Pictures: made anew, kept once, served with the rights of their item."""

from io import BytesIO

import pytest
from PIL import Image

from wiki.files import storage
from wiki.files.keeping import keep_picture, sweep
from wiki.kernel.database import db, transaction
from wiki.kernel.errors import Refused


def picture(kind="PNG", size=(8, 6), colour="red", **more):
    content = BytesIO()
    Image.new("RGB", size, colour).save(content, kind, **more)
    return content.getvalue()


def test_a_picture_is_served_to_those_who_may_read_its_item(world, signed_in, visitor):
    with transaction():
        file = keep_picture(world.item(), "assets/cup.png", picture())
        address = f"/files/{file.key}"

    answer = signed_in(world.chidi).get(address)

    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert visitor.get(address).status_code == 404


def test_a_restricted_items_picture_does_not_exist_for_others(world, signed_in):  # invariant 2
    with transaction():
        file = keep_picture(world.item(restricted=True), "cup.png", picture())
        address = f"/files/{file.key}"

    assert signed_in(world.bo).get(address).status_code == 200
    assert signed_in(world.chidi).get(address).status_code == 404


def test_what_a_camera_wrote_into_a_picture_is_dropped(world, session):
    exif = Image.Exif()
    exif[0x010E] = "taken at 12 Canal Street"
    file = keep_picture(world.item(), "door.jpg", picture("JPEG", exif=exif))

    assert b"Canal Street" not in storage.path_of(file.key).read_bytes()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg onload='x'/>",
        b"\x89PNG\r\n\x1a\nnot really",
        picture()[:40],
        b"GIF89a" + b"\0" * 20,
    ],
)
def test_what_is_no_picture_is_refused_in_words(world, session, content):
    with pytest.raises(Refused):
        keep_picture(world.item(), "x.png", content)


def test_a_picture_of_too_many_dots_is_refused(world, session):
    with pytest.raises(Refused, match="25 million"):
        keep_picture(world.item(), "wide.png", picture(size=(5001, 5001)))


def test_the_same_picture_is_kept_once(world, session):
    item = world.item()

    assert keep_picture(item, "a.png", picture()).id == keep_picture(item, "b.png", picture()).id


def test_bytes_without_a_row_are_swept_after_a_day(world, session, at):
    file = keep_picture(world.item(), "a.png", picture())
    storage.write("zzzzzzzzzz", b"left behind")
    from datetime import UTC, datetime

    with at(datetime.now(UTC), days=2):
        sweep()

    assert storage.path_of(file.key).exists()
    assert not storage.path_of("zzzzzzzzzz").exists()
    assert db().get(type(file), file.id) is not None
