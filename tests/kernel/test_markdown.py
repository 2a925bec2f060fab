"""What a text becomes: each promise of the Markdown door, one by one."""

import re
import time
from dataclasses import FrozenInstanceError

import pytest
from markupsafe import Markup

from wiki.kernel import markdown
from wiki.kernel.markdown import Reference, read
from wiki.kernel.markdown.rendered import MARK


def html(text: str, **options: int) -> str:
    rendered = read(text, **options)
    assert rendered.problem is None
    return rendered.html


def shown(text: str) -> str:
    """The page for a reader for whom each reference leads somewhere."""
    rendered = read(text)
    return str(markdown.show(rendered.html, rendered.references, lambda found: f"({found.label})"))


# What can be written


def test_prose_becomes_paragraphs_with_emphasis():
    assert html("Hello **you** and *me*.\n\nNext") == (
        "<p>Hello <strong>you</strong> and <em>me</em>.</p>\n<p>Next</p>"
    )


def test_an_empty_text_is_rendered_as_nothing():
    assert read("  \n ") == markdown.Rendered("", "")


def test_a_table_scrolls_inside_a_region_that_says_what_it_holds():
    table = html("| Month | Visits |\n|:--|--:|\n| May | 12 |")

    assert (
        '<div class="scroll" role="region" tabindex="0" aria-label="Table: Month, Visits">' in table
    )
    assert '<table class="ledger">' in table
    assert '<th align="left" scope="col">Month</th>' in table
    assert '<td align="right">12</td>' in table
    assert "style" not in table


def test_a_heading_without_words_is_a_plain_cell():
    assert html("| | b |\n|---|---|\n| 1 | 2 |").count("<th ") == 1


def test_a_table_without_headings_is_still_labelled():
    assert 'aria-label="Table"' in html("<table><tr><td>1</td></tr></table>")


def test_boxes_of_a_task_list_are_labelled_and_cannot_be_changed():
    tasks = html("- [ ] ask\n- [x] answer")

    assert tasks.count('type="checkbox" disabled') == 2
    assert 'aria-label="Not done"> ask' in tasks
    assert 'checked aria-label="Done"> answer' in tasks


def test_a_callout_is_a_quotation_with_a_kind():
    assert '<div class="admonition note">\n<p class="admonition-title">Note</p>' in html(
        "> [!NOTE]\n> Mind"
    )
    assert "<blockquote>" in html("> Mind")


def test_a_callout_of_unknown_kind_keeps_its_title_and_no_class_of_its_own():
    assert '<div class="admonition">\n<p class="admonition-title">Moreover</p>' in html(
        "> [!moreover]\n> x"
    )


def test_footnotes_lead_there_and_back_under_ids_of_this_text_alone():
    first, second = (html(f"{word}[^1]\n\n[^1]: Note") for word in ("One", "Two"))

    prefix = re.search(r'id="(c-[0-9a-f]{8})-fnref-1"', first)[1]
    assert f'href="#{prefix}-fn-1"' in first
    assert f'<li id="{prefix}-fn-1">' in first
    assert prefix not in second


def test_a_definition_never_reaches_another_text():
    assert "href" in html("[a][1]\n\n[1]: /there")
    assert "href" not in html("[a][1]")


@pytest.mark.parametrize(
    ("fence", "coloured"),
    [
        ("```python", True),
        ("``` Python", True),
        ('```python linenums="1" hl_lines="1"', True),
        ("``` {.python #x .y linenums=1}", True),
        ("```", False),
        ("```cobol", False),
    ],
)
def test_code_is_coloured_by_classes_in_the_languages_we_know(fence, coloured):
    code = html(f"{fence}\ndef f(): pass\n```")

    assert code.startswith("<pre><code>")
    assert ('<span class="k">def</span>' in code) is coloured
    assert re.sub("<.*?>", "", code) == "def f(): pass"


def test_code_keeps_every_character():
    source = "if a < b && c:\n\n\tx = '&amp;'  # [[no]] @no.one http://no.link"

    assert read(f"```python\n{source}\n```").references == ()
    assert "href" not in html(f"```python\n{source}\n```")
    assert "&amp;amp;" in html(f"```python\n{source}\n```")


def test_text_can_be_struck_out_and_a_single_tilde_means_nothing():
    assert html("~~no~~ ~5 H~2~O") == "<p><del>no</del> ~5 H~2~O</p>"


def test_lists_of_different_kinds_stay_apart_and_keep_their_start():
    lists = html("- a\n\n3. b")
    assert "<ul>" in lists
    assert '<ol start="3">' in lists


def test_quotation_marks_and_dashes_stay_as_typed():
    assert html('"so" -- it\'s') == '<p>"so" -- it\'s</p>'


def test_attribute_lists_mean_nothing():
    assert "evil" in re.sub("<.*?>", "", html("# Title {: .evil #evil }"))


# Headings


@pytest.mark.parametrize(
    ("shift", "levels"), [(1, ["h2", "h3", "h4"]), (3, ["h4", "h5", "h6"]), (5, ["h6"] * 3)]
)
def test_headings_come_below_those_of_the_page(shift, levels):
    assert re.findall(r"<(h\d)", html("# a\n\n## b\n\n### c", shift=shift)) == levels


def test_the_highest_heading_comes_first_wherever_the_author_began():
    assert re.findall(r"<(h\d)", html("### a\n\n##### b\n\n<h4>c</h4>\n\n### d")) == [
        "h2",
        "h4",
        "h3",
        "h2",
    ]


def test_a_link_finds_a_heading_by_its_words():
    page = html(
        "# What we learned\n\n# What we learned\n\n[up](#what-we-learned), [or](#what-we-learned-2)"
    )

    ids = re.findall(r'id="(c-[0-9a-f]{8}-what-we-learned(?:-2)?)"', page)
    assert len(set(ids)) == 2
    assert re.findall(r'href="#(.*?)"', page) == ids


# Links and pictures


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/a?b=1&amp;c=2#d",
        "HTTP://example.org",
        "http://[::1]:80/",
        "https://zürich.example",
    ],
)
def test_a_link_out_of_the_site_vouches_for_nothing(address):
    assert (
        html(f"[a](<{address}>)") == f'<p><a href="{address}" rel="noopener nofollow ugc">a</a></p>'
    )


@pytest.mark.parametrize("address", ["/insights/abc", "#replies", "mailto:bo@example.org"])
def test_a_link_inside_the_site_is_a_plain_one(address):
    assert html(f"[a]({address})") == f'<p><a href="{address}">a</a></p>'


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "javascript:123",
        "java\tscript:alert(1)",
        "&#106;avascript:alert(1)",
        "javascript&colon;alert(1)",
        "\u00a0javascript:x",
        "vbscript:x",
        "data:text/html,x",
        "file:///etc/passwd",
        "ftp://example.org",
        "//evil.example",
        "/\\evil.example",
        "/&#9;/evil.example",
        "\\\\evil.example",
        "https:evil.example",
        "https:///evil.example",
        "https:\\\\evil.example",
        "https://bank.example@evil.example",
        "https://^",
        "beside.html",
        "../above",
        "?query",
        "",
    ],
)
def test_a_link_that_leads_elsewhere_is_only_text(address):
    assert "href" not in html(f'<a href="{address}">words</a>')
    assert "words" in html(f'<a href="{address}">words</a>')


def test_addresses_in_the_text_become_links_without_the_stop_behind_them():
    page = html(
        "See https://example.org/a_(b)?c=1&d=2. (http://example.org/x) `http://code.example`"
    )

    assert re.findall(r'href="(.*?)"', page) == [
        "https://example.org/a_(b)?c=1&amp;d=2",
        "http://example.org/x",
    ]


def test_a_link_without_words_shows_where_it_leads():
    assert ">https://example.org</a>" in html("[](https://example.org)")


def test_a_remote_picture_is_linked_and_never_loaded():
    page = html("![A bridge](https://example.org/b.png) ![](https://example.org/c.png)")

    assert "<img" not in page
    assert '<a href="https://example.org/b.png" rel="noopener nofollow ugc">A bridge</a>' in page
    assert ">https://example.org/c.png</a>" in page


def test_a_picture_that_leads_nowhere_is_its_words():
    assert (
        html("![A bridge](javascript:x) ![data](data:image/png;base64,aa)")
        == "<p>A bridge data</p>"
    )


def test_no_link_stands_in_another():
    page = html(
        '<a href="https://a.example">https://b.example @bo [[c]] ![d](https://d.example)</a>'
    )

    assert page.count("<a ") == 1
    assert MARK not in page


# References


def test_a_title_a_person_and_a_file_are_referred_to():
    assert read(
        "[[One]] [[Two#abcdefgh23|second]] @amina.okafor ![A map](file:abcdefgh23)"
    ).references == (
        Reference("title", "One", "One"),
        Reference("title", "Two#abcdefgh23", "second"),
        Reference("person", "amina.okafor", "@amina.okafor"),
        Reference("file", "abcdefgh23", "A map"),
    )


def test_a_title_knows_its_key():
    keyed, plain = (
        Reference("title", "C# for all#abcdefgh23", ""),
        Reference("title", "C# for all", ""),
    )

    assert (keyed.title, keyed.key) == ("C# for all", "abcdefgh23")
    assert (plain.title, plain.key) == ("C# for all", None)


def test_what_is_referred_to_twice_is_looked_up_once():
    rendered = read("[[One]] and [[One]]")
    assert len(rendered.references) == 1
    assert rendered.html.count(MARK) == 4


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("**[[a]]**", "<p><strong>(a)</strong></p>"),
        ("[[a *b* c_d_e]]", "<p>(a *b* c_d_e)</p>"),
        ("[[a\nb]]", "<p>(a b)</p>"),
        ("[[Q & A]]", "<p>(Q &amp; A)</p>"),
        ("[[a]](/b)", "<p>(a)(/b)</p>"),
        ("[[]] [[ ]] [[|x]] [[a]", "<p>[[]] [[ ]] [[|x]] [[a]</p>"),
        ("# [[a]]", None),
        ("`[[a]]`", "<p><code>[[a]]</code></p>"),
        ("    [[a]] @bo", "<pre><code>[[a]] @bo</code></pre>"),
        ("<div>[[a]]</div>", "<div>(a)</div>"),
        ("a.b@c.example @bo.", "<p>a.b@c.example (@bo).</p>"),
        ("(@bo-b.c), @zoë", "<p>((@bo-b.c)), (@zoë)</p>"),
        ("x@bo @a@b.example @_ @- a/@bo", "<p>x@bo @a@b.example @_ @- a/@bo</p>"),
        ("https://social.example/@bo", None),
        ("`@bo` <kbd>@bo</kbd>", "<p><code>@bo</code> <kbd>@bo</kbd></p>"),
        ("[plan](file:abcdefgh23)", "<p>(plan)</p>"),
        ("[plan](file:short)", "<p>plan</p>"),
        ('<img src="file:abcdefgh23" alt="map" onerror="x">', None),
    ],
)
def test_references_are_found_where_they_are_meant(text, page):
    assert page is None or shown(text) == page
    assert "onerror" not in shown(text)


def test_a_title_with_a_label_fits_in_a_table():
    assert read("| a |\n|---|\n| [[One\\|first]] |").references == (
        Reference("title", "One", "first"),
    )


def test_a_picture_of_ours_is_never_inside_a_link():
    page = shown("[![map](file:abcdefgh23)](https://example.org)")
    assert page.startswith('<p>(map)<a href="https://example.org"')


def test_past_500_references_the_rest_is_text():
    rendered = read(" ".join(f"[[Title {number}]]" for number in range(510)))
    assert len(rendered.references) == 500
    assert rendered.text.endswith("Title 509")


@pytest.mark.parametrize("mark", [MARK, "&#xE05C;", "&#57436;", "&#x0000E05C"])
def test_nobody_can_write_a_mark(mark):
    rendered = read(
        f"{mark}0{mark} [[a]] `{mark}0{mark}` [x](/{mark}0{mark} '{mark}')\n\n<p id='{mark}'>{mark}7{mark}</p>"
    )

    assert rendered.html.count(MARK) == 2
    assert re.findall(f"{MARK}.*?{MARK}", rendered.html) == [f"{MARK}0{MARK}"]
    assert MARK not in rendered.text


# Showing


def test_what_a_reference_becomes_is_escaped_unless_it_is_markup():
    page = markdown.show(
        f"<p>{MARK}0{MARK} {MARK}1{MARK} {MARK}0{MARK}</p>",
        [Reference("title", "a", "a"), Reference("person", "b", "b")],
        lambda found: Markup("<a>a</a>") if found.value == "a" else "<b>",
    )

    assert isinstance(page, Markup)
    assert page == "<p><a>a</a> &lt;b&gt; <a>a</a></p>"


def test_html_without_references_is_shown_as_it_is():
    assert markdown.show("<p>a</p>", (), lambda found: 1 / 0) == "<p>a</p>"


def test_showing_a_long_text_costs_next_to_nothing():
    page = "<p>words</p>" * 50_000
    began = time.process_time()
    for _ in range(100):
        markdown.show(page, (), str)
    assert time.process_time() - began < 1  # 10 ms each would already be too much to bear


def test_render_prints_references_as_text():
    assert markdown.render("[[A <b>|one]] @bo ![map](file:abcdefgh23)") == "<p>one @bo map</p>"
    assert markdown.render("[[A <b>]]") == "<p>A &lt;b&gt;</p>"


# HTML of one's own


def test_harmless_html_is_kept():
    text = (
        "H<sub>2</sub>O x<sup>2</sup> <kbd>Ctrl</kbd><br><mark>m</mark> <span lang='fr'>oui</span>"
    )
    assert html(text) == f"<p>{text}</p>".replace("'", '"')


def test_details_can_be_folded():
    assert html("<details open><summary>More</summary>text</details>") == (
        "<details open><summary>More</summary>text</details>"
    )


@pytest.mark.parametrize(
    "text",
    [
        "<script>evil()</script>",
        "<style>evil{}</style>",
        "<iframe src='evil'>evil</iframe>",
        "<svg onload=evil><style><img src=x onerror=evil></style></svg>",
        "<math><mtext><img src=1 onerror=evil><mi>evil</mi></mtext></math>",
        "<noscript><p title='</noscript><img src=x onerror=evil>'></noscript>",
        "<object data=evil></object><embed src=evil><applet code=evil>",
        "<form action=evil><input name=evil><select name=evil></select></form><input>",
        "<input type=text value=evil><input type=password><input type=image src=evil>",
        "<base href=evil><meta http-equiv=refresh content=evil><link rel=stylesheet href=evil>",
        "<p style='background:url(evil)' onclick=evil data-evil=1 name=evil class=evil>ok</p>",
        "<p hx-get=evil x-on:click=evil v-html=evil ng-click=evil>ok</p>",
        "<div role=alert aria-label=evil tabindex=9>ok</div>",
        "<td background=evil colspan=evil>ok</td>",
        "<!-- evil --><!--[if IE]>evil<![endif]--><?evil?>",
    ],
)
def test_harmful_html_leaves_nothing_behind(text):
    page = html(text + "\n\nafter")

    tags = re.findall(r"<[^>]*>", page)
    assert not any("evil" in tag or "input" in tag for tag in tags)
    assert "after" in page


def test_what_is_not_html_is_not_lost():
    assert html("git checkout <branch-name> now") == "<p>git checkout &lt;branch-name&gt; now</p>"


def test_unknown_attributes_of_boxes_are_dropped():
    assert (
        html("<input type=CHECKBOX name=x onclick=x checked>").count("=") == 2
    )  # type, aria-label


def test_control_characters_and_lone_surrogates_are_dropped():
    rendered = read("a\x00b\x02\x03\x1bc\x7f\x85\ud800d\ufffe\r\ne\rf&#1;&#x1f;&#xffff;")
    assert rendered.html == "<p>abcd\ne\nf</p>"
    assert rendered.text == "abcd e f"


def test_entities_are_read_once():
    assert (
        html("&lt;b&gt; &amp;lt; &copy; `&amp;`")
        == "<p>&lt;b&gt; &amp;lt; © <code>&amp;amp;</code></p>"
    )


# Words


def test_the_words_have_a_line_for_each_block_and_no_marks():
    text = "# Top\n\nOne *two* [[Three|3]] @bo[^1]\n\n- a\n- [x] b\n\n| c | d |\n|---|---|\n| e | f |\n\n[^1]: Note"
    assert read(text).text == "Top\nOne two 3 @bo\na\nb\nc d\ne f\nNote"


@pytest.mark.parametrize(
    ("text", "length", "short"),
    [
        ("one two", 200, "one two"),
        ("one,\ntwo  three", 8, "one, two…"),
        ("A heading\nA sentence.\nAnother.", 50, "A heading · A sentence. Another."),
        ("one two, three", 9, "one two…"),
        ("abcdefgh", 4, "abcd…"),
        ("", 10, ""),
    ],
)
def test_an_excerpt_ends_with_a_whole_word(text, length, short):
    assert markdown.excerpt(text, length) == short


# What cannot be rendered


def test_a_text_that_is_too_long_is_shown_as_plain_text():
    rendered = read("*a* <b>\n\nb\nc" + " " * markdown.MAX_ITEM + ".")

    assert rendered.html.startswith("<p>*a* &lt;b&gt;</p>\n<p>b<br>\nc ")
    assert rendered.references == ()
    assert "60,000" in rendered.problem


@pytest.mark.parametrize("text", ["[" * 25_000, "[a](b" * 5_000])
def test_a_text_that_takes_too_long_is_shown_as_plain_text_and_harms_no_other(text):
    rendered = markdown.read_many({"hostile": text, "fine": "*fine*"})

    assert rendered["hostile"].html == f"<p>{text}</p>"
    assert rendered["hostile"].text == text
    assert "too long" in rendered["hostile"].problem
    assert rendered["fine"].html == "<p><em>fine</em></p>"
    assert html("next") == "<p>next</p>"


def test_a_short_text_that_grows_without_end_is_shown_as_plain_text():
    rendered = read(f"[a]: /{'x' * 20_000}\n\n" + "[a] " * 5_000)

    assert rendered.problem
    assert len(rendered.html) < markdown.MAX_ITEM


def test_a_very_long_text_is_answered_too():
    assert read("[x]\n\n" * 400_000).problem


def test_what_is_rendered_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        read("a").html = "b"
