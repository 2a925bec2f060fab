"""The network's shared words: sectors, areas, learner groups and tags."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from wiki.kernel.database import Base, Timestamps, db
from wiki.kernel.errors import Refused
from wiki.kernel.naming import fold, slug_of

LONGEST_TAG = 40


class Sector(Base):
    """One of a fixed list. A watched sector is one known to be under-represented."""

    __tablename__ = "sectors"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    watched: Mapped[bool] = mapped_column(default=False)


class Area(Base):
    """A place in the city, possibly inside a larger one, with dates of validity."""

    __tablename__ = "areas"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("areas.id"))
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]


class LearnerGroup(Base):
    """A kind of learner, used to tag content and split figures."""

    __tablename__ = "learner_groups"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)


class Tag(Timestamps, Base):
    """A word things are filed under, with a page of its own."""

    __tablename__ = "tags"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(LONGEST_TAG), unique=True)
    description: Mapped[str] = mapped_column(String(300), default="")


class TagAlias(Base):
    """An old name or a synonym: typing it gives the tag, its address redirects."""

    __tablename__ = "tag_aliases"

    slug: Mapped[str] = mapped_column(String(60), primary_key=True)
    name: Mapped[str] = mapped_column(String(LONGEST_TAG))
    tag_id: Mapped[int] = mapped_column(ForeignKey("tags.id", ondelete="CASCADE"), index=True)


def tag_names(text: str) -> list[str]:
    """The tags of a comma-separated line, lower case, each once, in the order typed."""
    names = (
        " ".join(part.split()).strip("# ").lower() for part in text.replace(";", ",").split(",")
    )
    return list(dict.fromkeys(name for name in names if name))


def tags_called(names: list[str], session: Session | None = None) -> list[Tag]:
    """The tags of these names: the preferred one for a synonym, a new one for a new word."""
    session = session or db()
    by_slug: dict[str, str] = {}
    for name in names:
        if len(name) > LONGEST_TAG:
            raise Refused(
                f"“{name[:20]}…” is too long for a tag: {LONGEST_TAG} characters fit.", "tags"
            )
        if not fold(name).strip("-. "):
            raise Refused(f"“{name}” can’t be a tag: it needs a letter or a number.", "tags")
        by_slug.setdefault(slug_of(name), name)
    found = {tag.slug: tag for tag in session.scalars(select(Tag).where(Tag.slug.in_(by_slug)))}
    aliases = session.execute(
        select(TagAlias.slug, Tag)
        .join(Tag, Tag.id == TagAlias.tag_id)
        .where(TagAlias.slug.in_(by_slug))
    )
    found |= {slug: tag for slug, tag in aliases if slug not in found}
    for slug, name in by_slug.items():
        if slug not in found:
            found[slug] = Tag(slug=slug, name=name)
            session.add(found[slug])
    session.flush()
    return list({found[slug].id: found[slug] for slug in by_slug}.values())
