"""The pages of forums and communities, one module for each sort of page."""

from __future__ import annotations

from wiki.places.views import answering as answering
from wiki.places.views import convening as convening
from wiki.places.views import describing as describing
from wiki.places.views import directory as directory
from wiki.places.views import joining as joining
from wiki.places.views import life as life
from wiki.places.views import parts as parts
from wiki.places.views import show as show
