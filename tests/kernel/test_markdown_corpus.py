"""504 posts that people have really written, and nobody wrote for us."""

import os
import re
from pathlib import Path

from tests.kernel.judge import judged
from wiki.kernel import markdown

BESIDE = Path(__file__).parents[3] / "shared" / "corpus"
POSTS = Path(os.environ.get("ACROSS_CORPUS", BESIDE)) / "18f-posts"


def test_every_post_is_rendered_in_time_and_safely():
    posts = {
        path.name: re.sub(r"\A---\n.*?\n---\n", "", path.read_text(), flags=re.DOTALL)
        for path in sorted(POSTS.glob("*.md"))
    }
    assert len(posts) == 504

    rendered = markdown.read_many(posts)

    assert [name for name, answer in rendered.items() if answer.problem] == []
    for name, answer in rendered.items():
        judged(name, answer)
        assert len(answer.text) >= 100, name
