"""Markdown of other houses, spaced as this house reads it."""

import pytest

from tests.transfer.posts.making import markdown
from wiki.kernel.markdown.rendering import rendered


@pytest.mark.parametrize(
    ("written", "became"),
    [
        ("text\n- a\n- b", "text\n\n- a\n- b"),
        ("text\n1. a\n2. b", "text\n\n1. a\n2. b"),
        ("it was in\n2014. And\n- ", "it was in\n2014. And\n-"),
        ("- a\n  - b\n    - c\n- d", "- a\n    - b\n        - c\n- d"),
        ("1. a\n   - b\n\n   text\n2. c", "1. a\n    - b\n\n    text\n\n2. c"),
        ("* a\n\n  * b\n* c", "* a\n\n    * b\n\n* c"),
        (" - a\n - b", "- a\n- b"),
        ("1) a\n2) b", "1. a\n2. b"),
        ("- a\nlazy", "- a\n    lazy"),
        ("- a\n\ntext", "- a\n\ntext"),
        ("text\n```\ncode\n```\nmore", "text\n\n```\ncode\n```\n\nmore"),
        ("- a\n  ```js\n  b\n    c\n  ```", "- a\n\n    ```js\n    b\n      c\n    ```"),
        ("```\nnever ends", "```\nnever ends\n```"),
        ("text\n> quoted\n> - a\n>   - b", "text\n\n> quoted\n>\n> - a\n>     - b"),
        ("text\n# Heading\nmore", "text\n\n# Heading\nmore"),
        ("Heading\n---\ntext", "Heading\n---\ntext"),
        ("text\n| a | b |\n|---|---|\n| c | d |", "text\n\n| a | b |\n|---|---|\n| c | d |"),
        ("a\\\nb  \nc", "a  \nb  \nc"),
        (r"cost \$5 \* \_ \| \"x\"", r'cost $5 \* \_ \| "x"'),
        ("\\* \\* \\*", "---"),
        ("a\n\n\n\n\nb", "a\n\nb"),
    ],
)
def test_layout(written, became):
    assert markdown(written) == became


@pytest.mark.parametrize(
    ("written", "html"),
    [
        ("a\n* b\n  * c\n* d", "<ul><li>b<ul><li>c</li></ul></li><li>d</li></ul>"),
        ("1. a\n   ```\n   b\n   ```\n2. c", "<pre>"),
        ("> a\n\n> b", "<blockquote><p>a</p></blockquote><blockquote><p>b</p></blockquote>"),
        ("a[^1]\n\n[^1]: note", 'class="footnote"'),
        ("x\n\n    <b>\n    {{ a }}", "&lt;b&gt;"),
    ],
)
def test_what_is_laid_out_is_rendered_as_meant(written, html):
    assert html in rendered(markdown(written), 1).html.replace("\n", "")
