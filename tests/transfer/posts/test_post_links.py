"""Links and pictures: to other posts, to files of the folder, out into the world, or nowhere."""

import pytest

from tests.transfer.posts.making import converted, found, markdown, post
from wiki.transfer.posts import SiteMap, What, with_addresses

OTHER = post(path="2014-12-11-big-change.md", permalink="/culture/", redirect_from="/old/one.html")
DEEP = post(path="notes/2015-01-02-deep.md", date="2015-01-05")


@pytest.mark.parametrize(
    "target",
    [
        "/2014/12/11/big-change/",
        "/2014/12/11/big-change",
        "/blog/2014/12/11/big-change.html#part",
        "/2014/12/11/Big-Change/index.html?utm=x",
        "/2014/12/12/big-change/",
        "/culture/",
        "/old/one",
        "2014-12-11-big-change.md",
        "./2014-12-11-big-change.md#part",
        "_posts/2014-12-11-big-change.md",
        "https://site.example/2014/12/11/big-change/",
        "//site.example/2014/12/11/big-change/",
    ],
)
def test_a_link_to_another_post_leads_to_it(target):
    assert markdown(f"[text]({target})", OTHER) == "[text](post:2014-12-11-big-change.md)"
    assert found(f"[text]({target})", OTHER) == []


def test_a_post_is_known_by_the_day_in_its_name_and_in_its_front_matter():
    both = "[a](/2015/01/02/deep/) [b](/2015/01/05/deep/)"
    assert markdown(both, DEEP).count("post:notes/2015-01-02-deep.md") == 2


def test_paths_begin_at_the_post_or_at_the_top_of_the_folder():
    site = SiteMap.of([OTHER, DEEP], ["notes/a.pdf", "b.pdf"])
    assert site.post("../2014-12-11-big-change.md", DEEP.path) == OTHER.path
    assert site.file("a.pdf", DEEP.path) == site.file("/notes/a.pdf", "x.md") == "notes/a.pdf"
    assert site.file("/b.pdf", DEEP.path) == "b.pdf"
    assert site.file("../../b.pdf", DEEP.path) is None


@pytest.mark.parametrize(
    "target",
    [
        "http://x.org/a_(b)",
        "https://x.org/?a=1&copy=2",
        "mailto:a@x.org",
        "https://x.org/1/2/3/big",
    ],
)
def test_links_out_into_the_world_stay(target):
    assert target.partition("_")[0] in markdown(f"[text]({target})", OTHER)
    assert found(f"[text]({target})", OTHER) == []


def test_addresses_are_mended_where_their_meaning_is_plain():
    assert markdown("[a](www.x.org) [b](a@x.org)") == "[a](http://www.x.org) [b](mailto:a@x.org)"
    assert markdown("[a](https://x.org/> b/c)") == "[a](https://x.org/b/c)"
    assert markdown('[a](https://x.org "A title")') == '[a](https://x.org "A title")'
    assert markdown("[a]( https://x.org/b\\_c )") == "[a](https://x.org/b_c)"


@pytest.mark.parametrize(
    "target", ["/pif/", "team.html", "javascript:alert(1)", "post:x.md", "/", ""]
)
def test_a_link_that_leads_nowhere_is_its_text_and_is_listed(target):
    assert markdown(f"See [the *team*]({target}).") == "See the *team*."
    assert found(f"See [the *team*]({target}).") == [(What.LINK, target, "the *team*")]


def test_links_within_a_post_lead_to_its_headings():
    text = "[a](#what-s-new) [b](#whats-new) [c](#gone) [d](#other)\n\n## What’s new?\n\n### Last {#other}"
    assert markdown(text).startswith("[a](#whats-new) [b](#whats-new) c [d](#last)\n")
    assert [finding[:2] for finding in found(text)] == [
        (What.ATTRIBUTES, "1"),
        (What.LINK, "#gone"),
    ]


def test_reference_links_are_put_where_they_are_used():
    text = (
        "[Hub][1], [the *world*][w], [gone][] and [Hub]\n\n"
        '[1]: /culture/\n[w]: https://x.org "Title"\n[gone]: /gone/\n[hub]: <https://hub.org>\n'
    )
    assert markdown(text, OTHER) == (
        "[Hub](post:2014-12-11-big-change.md), [the *world*](https://x.org), gone and "
        "[Hub](https://hub.org)"
    )
    assert found(text, OTHER) == [(What.LINK, "/gone/", "gone")]


def test_footnotes_and_plain_brackets_are_no_links():
    text = (
        "A[^1] [sic] [x] (y) and [[Title]].\n\n- [ ] to do\n\n[^1]: A note, see [a](https://x.org)."
    )
    assert markdown(text) == text
    assert found(text) == []


def test_code_and_escapes_are_no_links():
    text = r"`[a](/b)` \[a](/b) <https://x.org/c>"
    assert markdown(text) == text


def test_brackets_around_a_link_are_not_the_title_of_an_item():
    assert markdown("[[1]](https://x.org)") == r"[\[1\]](https://x.org)"


# Pictures


def test_a_picture_of_the_folder_is_taken_along():
    text = '![The hub](/img/the%20hub.png "Hub")\n\n<img src="img/the hub.png" alt="It\'s [new]">'
    assert markdown(text, files=("img/the hub.png",)) == (
        '![The hub](file:img/the%20hub.png "Hub")\n\n![It\'s \\[new\\]](file:img/the%20hub.png)'
    )


def test_a_picture_that_is_not_there_is_its_description_and_listed():
    assert markdown("![The *hub*](/img/hub.png)") == r"*Picture: The \*hub\**"
    assert found("![The hub](/hub.png)") == [(What.IMAGE, "/hub.png", "*Picture: The hub*")]
    assert markdown('a ![](/img/hub.png)<img src="x.png"> b') == "a  b"
    assert len(found('a ![](/img/hub.png)<img src="x.png"> b')) == 2


def test_the_description_of_a_picture_is_a_paragraph_where_the_picture_was_a_line():
    assert markdown("![The hub](/hub.png)\n_Photo: Ada_") == "*Picture: The hub*\n\n_Photo: Ada_"
    assert markdown("See ![it](/hub.png)\nhere") == "See *Picture: it*\nhere"


def test_what_is_no_picture_is_not_shown_as_one():
    assert markdown("![Deck](/deck.pdf)", files=("deck.pdf",)) == "*Picture: Deck*"
    assert markdown("[Deck](/deck.pdf)", files=("deck.pdf",)) == "[Deck](file:deck.pdf)"


def test_a_picture_out_in_the_world_is_linked_to():
    assert markdown("![Hub](https://x.org/hub.png)") == "[*Picture: Hub*](https://x.org/hub.png)"
    assert found("![Hub](https://x.org/h.png)") == [
        (What.IMAGE, "https://x.org/h.png", "a link to it")
    ]


def test_a_picture_inside_a_link():
    both = "[![Hub](/hub.png)](https://x.org)"
    assert markdown(both) == "[*Picture: Hub*](https://x.org)"
    assert markdown(both, files=("hub.png",)) == "[![Hub](file:hub.png)](https://x.org)"
    assert markdown("[![](/hub.png)](https://x.org)") == "<https://x.org>"
    assert markdown('<a href="https://x.org"><img src="/hub.png"></a>') == "<https://x.org>"


def test_the_picture_of_the_front_matter_comes_first():
    told = {"image": "/img/hub.png", "image_alt": "Hub", "image_figcaption": "Our hub"}
    assert markdown("Text", files=("img/hub.png",), **told) == (
        "![Hub](file:img/hub.png)\n\nOur hub\n\nText"
    )
    assert markdown("![](/img/hub.png)", files=("img/hub.png",), **told) == (
        "![](file:img/hub.png)"
    )
    assert found("Text", **told) == [(What.IMAGE, "/img/hub.png", "")]
    assert len(found("{{ image }}![]({{ image | url }})", **told)) == 1


# Lines


def test_a_finding_says_the_line_of_the_file():
    text = "one\n\n```\ncode\n```\n{% include f.html\n  a: 1 %}\n\n<p>\n[a](/b)\n</p>\n<iframe></iframe>"
    assert [(finding.what, finding.line) for finding in converted(text).findings] == [
        (What.TEMPLATE, 10),
        (What.LINK, 14),
        (What.HTML, 16),
    ]


# Addresses, once there are any


def test_references_get_the_addresses_their_posts_and_files_have_here():
    text = (
        "[**a**](post:2014-12-11-a.md) ![b](file:img/b%20c.png) [![d](file:d.png)](post:e.md)\n"
        "`[a](post:e.md)`\n\n```\n[a](post:e.md)\n```\n"
    )
    addresses = {
        ("post", "2014-12-11-a.md"): "/case-notes/k-a",
        ("file", "img/b c.png"): "file:aaaaaaaaaa",
        ("file", "d.png"): "file:bbbbbbbbbb",
    }
    assert with_addresses(text, lambda kind, path: addresses.get((kind, path))) == (
        "[**a**](/case-notes/k-a) ![b](file:aaaaaaaaaa) ![d](file:bbbbbbbbbb)\n"
        "`[a](post:e.md)`\n\n```\n[a](post:e.md)\n```\n"
    )
    assert "![d]" not in with_addresses(text, lambda kind, path: None)
