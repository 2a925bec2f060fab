"""Whatever is in a folder, reading and converting it ends, soon, with an answer."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transfer.posts.making import post
from wiki.transfer.posts import Post, Problem, SiteMap, Source, convert, read_post, with_addresses

# Every sign that begins, ends or breaks something; split at spaces.
SIGNS = r"""
<div> </div> <p> <b> </b> <a href='/x'> <a href=" </a> <br> <img alt=' <table> <tr> <td> </table> <ul>
<li> </ul> <pre> </pre> <script> </script> <!-- --> <iframe src=//x> <x-y> </x-y> &lt;b&gt; \<c\> {{ }}
{% %} {# #} {: .a} {#id} [ ] ]( ![ ) ` ``` ~~~ > - 1. # | |-|-| \ * post:x.md ' " é ---
"""
PIECES = [
    *SIGNS.split(),
    *("{% raw %}", "{% endraw %}", "{% comment %}", "{% image 'a' 'b' %}", "{{ 'a' | url }}"),
    *("{% include a='b.png' %}", "[a]: /b\n", "```\n", "    x\n", "\n\n", "\n", " ", "\t", "- a\n"),
    *("\ue0000\ue002", "\x00", "\N{NO-BREAK SPACE}", "---\n", "<img src='b.png'>", "<a href='x'>"),
]
bodies = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=60).map("".join)


@given(bodies)
@settings(max_examples=300, deadline=None)
def test_any_text_is_converted(body):
    made = post(body)
    text = convert(made, SiteMap.of([made], ["b.png"])).markdown
    assert "\ue000" not in with_addresses(text, lambda kind, path: None)


@given(st.binary(max_size=200) | bodies.map(str.encode))
@settings(max_examples=200, deadline=None)
def test_any_file_is_a_post_or_a_problem(data):
    for written in (data, b"---\n" + data + b"\n---\n" + data):
        made = read_post(Source("a.md", written))
        assert isinstance(made, Post | Problem)


@given(st.text(max_size=60), st.text(max_size=30))
@settings(max_examples=200, deadline=None)
def test_any_address_leads_somewhere_or_nowhere(target, path):
    site = SiteMap.of([post(path="a.md", permalink="/x/")], ["b.png"])
    site.post(target, path)
    site.file(target, path)
    convert(post(f"[a]({target}) ![b](<{target}>) <img src='{target}'>"), site)


OPENINGS = r"""[ ]( []( <a <a" <div> <b> <pre> <ul><li> <table><tr><td> <!-- {{ {% {{' {%raw%} > ` \<a &lt;a <br>"""


@pytest.mark.parametrize(
    "piece", [*OPENINGS.split(), "<a ", '<a "', "> ", ">\n", "- ", "```\n", "[a]: b\n"]
)
def test_the_longest_hostile_text_is_done_in_seconds(piece):
    began = time.process_time()
    made = post(piece * (60_000 // len(piece)))
    convert(made, SiteMap.of([made]))
    assert time.process_time() - began < 5


def test_deep_nesting_ends():
    made = post("\n".join("> " * depth + "<p>- a" for depth in range(300)))
    convert(made, SiteMap.of([made]))
    made = post("\n".join("  " * depth + "- a" for depth in range(300)))
    assert len(convert(made, SiteMap.of([made])).markdown) < 20_000
