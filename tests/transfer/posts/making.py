"""Small posts for the tests, and the real ones."""

from __future__ import annotations

from wiki.transfer.posts import (
    Converted,
    Post,
    Problem,
    SiteMap,
    Source,
    What,
    convert,
    read_post,
)


def post(body: str = "", path: str = "2024-05-06-a-post.md", **front: str) -> Post:
    """A post with the given front matter; without any it still has a title and an author."""
    given = {"title": "A post", "authors": "ada"} | front
    matter = "".join(f"{name}: {value}\n" for name, value in given.items())
    return read(f"---\n{matter}---\n{body}", path)


def read(text: str | bytes, path: str = "2024-05-06-a-post.md") -> Post:
    made = read_post(Source(path, text if isinstance(text, bytes) else text.encode()))
    assert not isinstance(made, Problem), made.sentence
    return made


def converted(body: str, *others: Post, files: tuple[str, ...] = (), **front: str) -> Converted:
    """What becomes of a text in a folder with these other posts and files."""
    made = post(body, **front)
    return convert(made, SiteMap.of([made, *others], files))


def markdown(body: str, *others: Post, files: tuple[str, ...] = (), **front: str) -> str:
    return converted(body, *others, files=files, **front).markdown.rstrip("\n")


def found(body: str, *others: Post, files: tuple[str, ...] = (), **front: str) -> list[tuple]:
    """The findings, without what is the same for all of them."""
    made = converted(body, *others, files=files, **front)
    return [(finding.what, finding.text, finding.became) for finding in made.findings]


__all__ = ["What", "converted", "found", "markdown", "post", "read"]
