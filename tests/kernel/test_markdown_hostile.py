"""Whatever is typed is answered, and what is stored is on the allow-list: another sanitiser is the judge."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.kernel.judge import judged
from wiki.kernel import markdown
from wiki.kernel.markdown.rendered import MARK

FRAGMENTS = [
    *"[]()<>`*_~#|!\\\"'&;:@^$%{}=+-.\n\t /",
    "\n\n", "    ", "> ", "- ", "1. ", "* * ", "- [ ] ", "- [x] ", "# ", "###### ", "---\n", "===\n", "\\\n", "  \n",
    "[a](b", "[a][b]", "[a]: /b 'c'\n", "[^1]", "[^1]: n\n", "![", "](", "[[", "]]", "[[a|", "[[a]]", "@bo.b", "file:abcdefgh23",
    "![x](file:abcdefgh23)", "https://e.example/(", "<https://", "mailto:", "javascript:", "data:text/html,",
    "```", "~~~", "```python linenums=\"1\" hl_lines=\"1-9\"\n", "``` {.python #x y=z}\n", "````", "``", "\n```\n",
    "> [!NOTE]\n> ", "> [!tip]- x\n", "> > > ", "term\n:   definition\n", ":   ", "*[HTML]: x\n", "!!! note\n", "??? x\n", "///\n",
    "| a | b |\n|---|:-:|\n", "|", "|-|\n", "\\|", "{: .x #y onclick=z }", "{#x}", "[TOC]", "$$", "==", "^^", "~", "<br>",
    "<script>", "</script>", "<style>", "</style>", "<svg>", "</svg>", "<math>", "<mtext>", "<table>", "<td>", "</table>", "<template>",
    "<select>", "<option>", "<textarea>", "<title>", "<noscript>", "<plaintext>", "<xmp>", "<iframe>", "<frameset>", "<form>", "<input>",
    "<input type=checkbox checked onchange=x>", "<img src=x onerror=alert(1)>", "<a href='javascript:alert(1)'>", "</a>", "<a name=x id=x>",
    "<p style=x>", "<div ", "</div>", "<b", "<i>", "</i>", "<!--", "-->", "<![CDATA[", "]]>", "<?", "<!DOCTYPE x>", "<x-y z>", "</", "/>",
    "<details open>", "<summary>", "<pre>", "<code class=language-html>", "</code>", "<h1>", "<li>", "<dl><dt>",
    "&lt;", "&#106;", "&#xE05C;", "&", "&amp;amp;", "&NewLine;", "&colon;", "&Tab;",
    "\x00", "\x02", "\x03", "\x02wzxhzdk:0\x03", "\x02klzzwxh:0000\x03", "\u2028", "\u202e", "\ud800", "\ufeff", "é", "漢", "🙂", "a", "word ",
    MARK, f"{MARK}0{MARK}", "c-00000000-x", "class=scroll role=region",
]  # fmt: skip


def hostile(chance: random.Random) -> str:
    """A handful of fragments, some of them many times over."""
    pieces = [
        chance.choice(FRAGMENTS) * chance.choice([1, 1, 1, 2, 3, chance.randint(4, 60)])
        for _ in range(chance.randint(1, 40))
    ]
    return "".join(pieces)[: chance.choice([200, 1_000, 2_500])]


@pytest.mark.parametrize(
    ("first", "number"),
    [(18, 500), *(pytest.param(n, 500, marks=pytest.mark.trial) for n in range(100, 120))],
)
def test_hostile_texts_are_all_answered_and_leave_nothing_behind(first, number):
    chance = random.Random(first)
    texts = {str(one): hostile(chance) for one in range(number)}

    answers = markdown.read_many(texts)

    assert answers.keys() == texts.keys()
    shown = sum(answer.problem is None for answer in answers.values())
    assert shown > 0.9 * number  # so that the rest means something
    for name, answer in answers.items():
        judged(texts[name], answer)


def test_long_runs_of_what_slows_or_breaks_a_renderer_are_answered():
    texts = {
        piece: (piece * 20_000)[:20_000]
        for piece in [
            "> ",
            "- ",
            "`",
            "*",
            "<div>",
            "a\n:   b\n",
            "| a ",
            '```python linenums="1"\n',
            "[[a]] ",
            "<b>",
        ]
    }

    answers = markdown.read_many(texts)

    assert answers.keys() == texts.keys()
    for name, answer in answers.items():
        assert answer.html
        if answer.problem is None:
            judged(name, answer)


@settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
@given(st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=8), max_size=25).map("".join))
def test_any_text_is_answered_by_html_on_the_allow_list(source):
    judged(source, markdown.read(source))


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.text(alphabet=f"{MARK}0123[]@ab&#xE05C;`\n", max_size=60))
def test_only_we_write_marks(source):
    rendered = markdown.read(source)
    judged(source, rendered)
    assert all(MARK not in found.value + found.label for found in rendered.references)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.text(max_size=300))
def test_an_excerpt_is_never_longer_than_asked_for(text):
    assert len(markdown.excerpt(text, 40)) <= 41
