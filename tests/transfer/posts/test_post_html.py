"""HTML inside Markdown becomes Markdown; what cannot is left out and listed."""

import pytest

from tests.transfer.posts.making import found, markdown
from wiki.transfer.posts import What


@pytest.mark.parametrize(
    ("written", "became"),
    [
        ("<strong>a</strong> <b>b</b> <em> c </em><i>d</i>", "**a** **b**  *c* *d*"),
        ("**<strong>a</strong>** <b></b>", "**a** "),
        ("<del>a</del> <q>b</q> <u>c</u> <span class='x'>d</span>", "~~a~~ “b” c d"),
        ("H<sub>2</sub>O, <kbd>Tab</kbd>", "H<sub>2</sub>O, <kbd>Tab</kbd>"),
        ("<code>a &lt; b_c</code>", "`a < b_c`"),
        ("a<br>b<br />\nc", "a  \nb  \nc"),
        ("a<br><br>b", "a\n\nb"),
        ("> a<br>b", "> a  \n> b"),
        ("# a<br>b", "# a b"),
        ('<a href="https://x.org">a\nb</a>', "[a b](https://x.org)"),
        ('<a href="https://x.org" ></a><a name="x"></a>', "<https://x.org>"),
        ('<a href="https://x.org>Quote lost</a>', "[Quote lost](https://x.org)"),
        ("<h2>The <em>end</em></h2>\ntext", "## The *end*\n\ntext"),
        ("a\n<hr>\nb", "a\n\n---\n\nb"),
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("<p>a\n<p>b", "a\n\nb"),
        ("a &amp; b &copy; &#8212;", "a &amp; b &copy; &#8212;"),
    ],
)
def test_simple_html(written, became):
    assert markdown(written).strip() == became.strip()
    assert found(written) == []


def test_wrappers_are_dropped_with_their_indentation():
    text = "<div>\n    <p>a</p>\n    <div>\n        b\n    </div>\n\n</div>\n\nc"
    assert markdown(text) == "a\n\nb\n\nc"


def test_markdown_inside_a_wrapper_keeps_its_shape():
    text = "<div>\n\n  - a\n      - b\n\n  [c](https://x.org)\n\n</div>"
    assert markdown(text) == "- a\n    - b\n\n[c](https://x.org)"


def test_a_quotation():
    text = (
        '<div class="pquote">\n\t<blockquote>\n\t\t“One.\n\n\t\tTwo.” - x\n\t</blockquote>\n</div>'
    )
    assert markdown(text) == "> “One.\n>\n> Two.” - x"
    assert (
        markdown("<blockquote><p>a</p><blockquote>b</blockquote></blockquote>") == "> a\n>\n> > b"
    )


def test_a_dash_in_an_element_begins_no_list():
    assert markdown("> a\n> <span>- Ada</span>") == "> a\n> \\- Ada"
    assert markdown("<blockquote>a\n<span>1. May</span></blockquote>") == "> a\n> 1\\. May"


def test_lists():
    text = "<ul>\n  <li>a</li>\n  <li><p>b</p><ol start=3><li>c<li>d</ol></li>\n</ul>"
    assert markdown(text) == "- a\n- b\n\n    3. c\n    4. d"


def test_a_table():
    text = (
        "<table><caption>Ages</caption><thead><tr><th>Name<th>Age</thead>"
        "<tr><td>A | <b>B</b></td><td><ul><li>1</li><li>2</li></ul></td></tr>"
        "<tr><td colspan=2><pre>x\ny</pre></td></tr></table>"
    )
    assert markdown(text) == (
        "Ages\n\n| Name | Age |\n| --- | --- |\n| A \\| **B** | 1<br>2 |\n| `x y` |  |"
    )


def test_a_table_that_only_places_things_becomes_paragraphs():
    assert markdown("<table><tr><td><h3>a</h3>b</td><td>c</td></tr></table>") == "### a\n\nb\n\nc"


def test_a_line_break_in_a_row_stays_in_its_cell():
    text = "| a | b |\n|---|---|\n| c<br>d | e |"
    assert markdown(text) == text


def test_preformatted_text_is_code():
    text = '<pre><code class="language-ruby">if a &lt; b\n\n  # <b>c</b> `d`\n</code></pre>'
    assert markdown(text) == "```ruby\nif a < b\n\n  # c `d`\n```"


def test_terms_summaries_and_captions():
    assert markdown("<dl><dt>a</dt><dd>b</dd><dt>c<dd>d</dl>") == "**a**\n\nb\n\n**c**\n\nd"
    assert markdown("<details><summary>a</summary>b</details>") == "**a**\n\nb"
    figure = '<figure><img src="/x.png" alt="X"><figcaption>It is <em>x</em></figcaption></figure>'
    assert markdown(figure) == "*Picture: X*\n\nIt is *x*"


def test_html_in_a_list_and_in_a_quotation_stays_there():
    assert markdown("- a\n  <div>b</div>\n- c") == "- a\n\n    b\n\n- c"
    assert markdown("> a\n> <ul>\n> <li>b</li>\n> </ul>\n\nc") == "> a\n>\n> - b\n\nc"


# Left out


@pytest.mark.parametrize(
    ("written", "listed"),
    [
        ("<script>if (a < b) {\n\n}</script>", "<script> if (a < b) { }"),
        ('<script src="https://x.org/w.js"></script>', "<script> https://x.org/w.js"),
        ("<style>p { x: y }</style>", "<style> p { x: y }"),
        ("<form>Name <input></form>", "<form> Name"),
        ("<svg><title>x</title><path d='1'/></svg>", "<svg> x"),
        ("<object><p>a</p></object>", "<object> a"),
        ("<!-- not\n\nfor you -->", "<!-- not for you -->"),
        ("<?php echo 1 ?>", "<?php echo 1 ?>"),
    ],
)
def test_what_cannot_be_markdown_is_left_out_and_listed(written, listed):
    assert markdown(f"a\n\n{written}\n\nb") == "a\n\nb"
    assert found(written) == [(What.HTML, listed, "")]


@pytest.mark.parametrize(
    ("written", "link"),
    [
        ('<iframe src="https://v.org/1" title="A talk"></iframe>', "[A talk](https://v.org/1)"),
        ('<iframe src="//v.org/1">x</iframe>', "[https://v.org/1](https://v.org/1)"),
        ('<video><source src="https://v.org/a"></video>', "[https://v.org/a](https://v.org/a)"),
    ],
)
def test_a_page_within_the_page_becomes_a_link(written, link):
    assert markdown(written) == link
    ((what, _text, became),) = found(written)
    assert (what, link.endswith(f"({became})")) == (What.HTML, True)


def test_a_page_within_the_page_without_an_address_is_gone():
    assert markdown('a<iframe src="javascript:x"></iframe>b') == "ab"


# Tags that are none


def test_tags_that_are_meant_to_be_seen_are_code():
    assert markdown(r"Use \<link\>, &lt;label&gt; or <branch>.") == (
        "Use `<link>`, `<label>` or `<branch>`."
    )
    assert found("Use <branch>.") == [(What.CODE, "<branch>", "")]


def test_a_bare_tag_that_never_ends_is_only_spoken_of():
    assert markdown("Headings like <h1> and <H2> help.") == "Headings like `<h1>` and `<H2>` help."


def test_an_element_that_never_ends_does_not_swallow_the_rest():
    assert markdown('a\n\n<form id="x">\n\nb\n\n- c') == "a\n\nb\n\n- c"
    assert markdown('<blockquote class="x">a\n\nb') == "a\n\nb"


def test_unknown_elements_give_up_what_they_hold():
    assert markdown("<x-card>a</x-card>") == "a"
    assert found("<x-card>a</x-card>") == [(What.HTML, "<x-card>", "")]


def test_code_is_not_html():
    text = "`<b>` and\n\n```html\n<p>a</p>\n```\n\n1. a\n\n    ```\n    <br>\n    ```"
    assert markdown(text) == text
    assert markdown("git checkout -b `\n<branch>`") == "git checkout -b `<branch>`"


def test_attributes_with_quotation_marks_of_their_own():
    text = '<img src="/a.gif" alt="A section called "What?" with detail" />'
    assert markdown(text) == '*Picture: A section called "What?" with detail*'


def test_attribute_lists_are_removed_and_listed_once():
    text = "# A {#a}\n\n[b](https://x.org){: .c target='_blank'}\n{: .d}\n\n{:.e}\nf {.g}\n\n* TOC\n{:toc}"
    assert markdown(text) == "# A\n\n[b](https://x.org)\n\nf"
    assert found(text) == [(What.ATTRIBUTES, "6", "")]


def test_characters_that_mean_nothing_are_gone():
    assert markdown("a\x00\x07b\ue0000\ue002c\r\nd") == "ab0c\nd"
