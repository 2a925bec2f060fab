"""What a folder holds: the addresses of its posts, its other files, the names of its authors."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from posixpath import normpath
from urllib.parse import unquote

from wiki.transfer.posts.post import Post

DATED = re.compile(r"(?:\A|/)(\d{4})[/-](\d{1,2})[/-](\d{1,2})[/-]([^/]+)\Z")
HANDLE = re.compile(r"[a-z]+(?:-[a-z]+){1,2}\Z")
HANDLE_IN_TEMPLATE = re.compile(r"[\"']([a-z]+(?:-[a-z]+){1,2})[\"']\s*\|\s*team_link")


@dataclass(frozen=True, slots=True)
class SiteMap:
    """Where the paths and addresses written in the posts of one folder lead."""

    posts: frozenset[str]
    #: The addresses of posts, reduced by ``bare``, and the posts.
    addresses: Mapping[str, str]
    #: The last part of those addresses, where only one post has it.
    slugs: Mapping[str, str]
    files: frozenset[str] = frozenset()
    #: Handles, and the names they spell.
    names: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, posts: Iterable[Post], files: Iterable[str] = ()) -> SiteMap:
        posts = list(posts)
        addresses: dict[str, str] = {}
        slugs: dict[str, set[str]] = {}
        for post in posts:
            for address in map(bare, post.addresses):
                addresses.setdefault(address, post.path)
                slugs.setdefault(address.rpartition("/")[2], set()).add(post.path)
        return cls(
            posts=frozenset(post.path for post in posts),
            addresses=addresses,
            slugs={slug: min(paths) for slug, paths in slugs.items() if len(paths) == 1},
            files=frozenset(files),
            names=names_in(posts),
        )

    def credit(self, name: str) -> str:
        """How a name is printed: a handle as the name it spells, if some post spells it out."""
        return self.names.get(name, name)

    def post(self, target: str, here: str) -> str | None:
        """The post a path or address leads to when it stands in the post ``here``."""
        path = next((path for path in meant(target, here) if path in self.posts), None)
        address = bare(target)
        if path or address in self.addresses:
            return path or self.addresses[address]
        if dated := DATED.search(address):
            year, month, day, slug = dated.groups()
            known = self.addresses.get(f"{year}/{int(month):02}/{int(day):02}/{slug}")
            return known or self.slugs.get(slug)
        return None

    def post_elsewhere(self, path: str) -> str | None:
        """The post an address on any host names by its whole day and name; less proves nothing."""
        return self.addresses.get(bare(path)) if DATED.search(bare(path)) else None

    def file(self, target: str, here: str) -> str | None:
        return next((path for path in meant(target, here) if path in self.files), None)


def bare(address: str) -> str:
    """An address reduced to what tells it from the others of its site."""
    path = re.sub(r"(?:/index)?\.(?:html?|md|markdown)\Z", "", path_of(address).lower())
    return re.sub(r"/index\Z", "", path.strip("/"))


def path_of(target: str) -> str:
    return unquote(target.partition("#")[0].partition("?")[0])


def meant(target: str, here: str) -> list[str]:
    """The paths in the folder that a target may mean: from its top, or from where it is written."""
    written = path_of(target)
    if not written.strip("/") or "\0" in written:
        return []
    top = normpath(written.lstrip("/"))
    beside = normpath(str(PurePosixPath(here).parent / written.lstrip("/")))
    return [top, beside] if written.startswith("/") else [beside, top]


def names_in(posts: list[Post]) -> dict[str, str]:
    """Handles such as ``ada-king`` that spell a name which is written out in one of the posts."""
    handles = {author for post in posts for author in post.authors if HANDLE.match(author)}
    handles.update(match[1] for post in posts for match in HANDLE_IN_TEMPLATE.finditer(post.body))
    texts = "\n".join(text for post in posts for text in (post.title, post.summary, post.body))
    spelled = {handle: handle.replace("-", " ").title() for handle in sorted(handles)}
    return {handle: name for handle, name in spelled.items() if name in texts}
