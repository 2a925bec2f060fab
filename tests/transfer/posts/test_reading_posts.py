"""What a folder and the files in it say about themselves."""

from datetime import date

import pytest

from tests.transfer.posts.making import post, read
from wiki.kernel.errors import Refused
from wiki.transfer.posts import Problem, Source, What, files_in, read_folder, read_post
from wiki.transfer.posts.folder import LARGEST_POST


def kinds(made):
    return [finding.what for finding in made.findings]


# The folder


def test_posts_are_read_in_the_order_of_their_paths(tmp_path):
    for name in ("b.md", "a/z.markdown", "a.MD", "picture.png", "notes.txt", ".hidden.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("text")

    assert [source.path for source in read_folder(tmp_path)] == ["a.MD", "a/z.markdown", "b.md"]
    assert files_in(tmp_path) == {"picture.png", "notes.txt"}


def test_a_link_that_leaves_the_folder_is_not_followed(tmp_path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.md").write_text("secret")
    (tmp_path / "outside" / "secret.png").write_text("secret")
    folder = tmp_path / "posts"
    folder.mkdir()
    (folder / "linked.md").symlink_to(tmp_path / "outside" / "secret.md")
    (folder / "linked.png").symlink_to(tmp_path / "outside" / "secret.png")
    (folder / "all").symlink_to(tmp_path / "outside")
    (folder / "round.md").symlink_to(folder / "round.md")

    sources = list(read_folder(folder))

    assert [source.path for source in sources] == ["linked.md", "round.md"]
    assert all(source.data == b"" and isinstance(read_post(source), Problem) for source in sources)
    assert files_in(folder) == frozenset()


def test_a_link_within_the_folder_is_a_post_like_others(tmp_path):
    (tmp_path / "a.md").write_text("# Title\ntext")
    (tmp_path / "b.md").symlink_to(tmp_path / "a.md")
    assert [read_post(source).title for source in read_folder(tmp_path)] == ["Title", "Title"]


def test_a_file_too_large_for_a_post_is_a_problem(tmp_path):
    (tmp_path / "a.md").write_bytes(b"x" * (LARGEST_POST + 1))
    (source,) = read_folder(tmp_path)
    assert read_post(source) == Problem("a.md", "It is larger than 200 kB.")


def test_bytes_that_are_no_text_are_a_problem_with_a_line():
    problem = read_post(Source("a.md", b"one\ntwo \xff three"))
    assert problem == Problem("a.md", "It is not UTF-8 text (line 2).")


def test_what_is_no_folder_is_refused_with_a_sentence(tmp_path):
    with pytest.raises(Refused, match="is not a folder"):
        list(read_folder(tmp_path / "nowhere"))


# Front matter


def test_a_post_has_what_its_front_matter_says():
    made = read(
        '---\ntitle: "Hub: a &ldquo;start&rdquo;"\ndate: 2014-12-23\nauthors:\n- mbland\n- Ada King\n'
        "tags:\n- How we work\n-  how we work \n- API\nexcerpt: A <em>small</em> [step](http://x.org)\n"
        "---\n\nText.\n"
    )

    assert made.title == "Hub: a “start”"
    assert made.date == date(2014, 12, 23)
    assert made.authors == ("mbland", "Ada King")
    assert made.tags == ("how we work", "api")
    assert made.summary == "A small step"
    assert made.body == "\nText.\n"
    assert made.body_line == 13
    assert made.findings == ()


@pytest.mark.parametrize(
    ("written", "path", "day"),
    [
        ("2014-05-10T23:59:00-04:00", "x.md", date(2014, 5, 10)),
        ("2014-05-10", "2013-01-01-x.md", date(2014, 5, 10)),
        ("", "2024-12-5-x.md", date(2024, 12, 5)),
        ("soon", "2024-12-05-x.md", date(2024, 12, 5)),
        ("2014-13-45", "x.md", None),
    ],
)
def test_the_day_is_as_written_or_the_file_names(written, path, day):
    assert post(path=path, date=written).date == day


def test_a_date_that_cannot_be_read_is_listed():
    assert kinds(post(path="x.md", date="2014-13-45")) == [What.FRONT_MATTER, What.DATE]
    assert kinds(post(path="2014-01-02-x.md", date="soon")) == [What.FRONT_MATTER]


def test_a_missing_title_is_the_first_heading_or_the_file_name_and_listed():
    with_heading = read("# Our *first* year\n\nText", "x.md")
    assert (with_heading.title, with_heading.body) == ("Our *first* year", "\nText")
    assert read("Text", "2014-01-02-our-first-year.md").title == "Our first year"
    assert kinds(with_heading) == [What.TITLE, What.DATE, What.AUTHOR]


def test_lists_may_be_written_on_one_line_and_authors_as_records():
    made = read("---\ntitle: x\ntags: Design, research\nauthor:\n  name: Ada King\n---\n")
    assert (made.tags, made.authors) == (("design", "research"), ("Ada King",))


def test_words_yaml_takes_for_other_things_stay_words():
    made = read("---\ntitle: 2015\ntags:\n- no\n- 1.10\n- 2015-01-01\nauthors: [null, on]\n---\n")
    assert (made.title, made.tags) == ("2015", ("no", "1.10", "2015-01-01"))
    assert made.authors == ("null", "on")


def test_front_matter_that_is_not_yaml_is_listed_and_read_as_far_as_it_goes():
    made = read("---\ntitle: Hub: a start\nauthors:\n- mbland\ntags: 'culture\n---\nText")
    assert (made.title, made.authors, made.body) == ("Hub: a start", ("mbland",), "Text")
    assert kinds(made) == [What.FRONT_MATTER]
    assert made.findings[0].became == "read line by line"


@pytest.mark.parametrize(
    "yaml",
    [
        "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]",
        "a: " + "[" * 5000,
        "- just\n- a list",
        "a: !!python/object/apply:os.system [ls]",
        "a: !!int ''\nb: !!timestamp x",
        "? [a]\n: b",
        "a: \x07",
        "x" * 60_000,
    ],
)
def test_front_matter_meant_to_harm_leaves_the_post(yaml):
    made = read(f"---\n{yaml}\n---\nText", "2014-01-02-x.md")
    assert (made.title, made.body) == ("X", "Text")


def test_front_matter_that_never_ends_is_listed():
    assert What.FRONT_MATTER in kinds(read("---\ntitle: x\n\nText"))


def test_the_digest_is_that_of_the_file():
    assert post("a").digest != post("b").digest
    assert len(post().digest) == 64
