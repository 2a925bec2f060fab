"""504 posts that people have really written, and nobody wrote for us."""

import re

from tests.corpus import real_posts
from tests.kernel.judge import judged
from wiki.kernel import markdown


def test_every_post_is_rendered_in_time_and_safely():
    posts = {
        path.name: re.sub(r"\A---\n.*?\n---\n", "", path.read_text(), flags=re.DOTALL)
        for path in sorted(real_posts().glob("*.md"))
    }
    assert len(posts) == 504

    rendered = markdown.read_many(posts)

    assert [name for name, answer in rendered.items() if answer.problem] == []
    for name, answer in rendered.items():
        judged(name, answer)
        assert len(answer.text) >= 100, name
