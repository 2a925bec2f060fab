"""A folder of Markdown posts from elsewhere, read and made into Markdown of this house.

Nothing here touches the database. ``read_folder`` and ``read_post`` say what each file is,
``SiteMap`` what the folder holds, ``convert`` makes a post's text ours and lists all that could not
be taken along, and ``with_addresses`` puts in the addresses of other posts and files once they have
one here.
"""

from __future__ import annotations

from wiki.transfer.posts.convert import Converted, convert
from wiki.transfer.posts.findings import LABELS, Finding, What
from wiki.transfer.posts.folder import Problem, Source, files_in, read_folder
from wiki.transfer.posts.links import with_addresses
from wiki.transfer.posts.post import Post, read_post
from wiki.transfer.posts.site_map import SiteMap

__all__ = [
    "LABELS",
    "Converted",
    "Finding",
    "Post",
    "Problem",
    "SiteMap",
    "Source",
    "What",
    "convert",
    "files_in",
    "read_folder",
    "read_post",
    "with_addresses",
]
