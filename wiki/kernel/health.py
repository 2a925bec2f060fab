"""``/-/live`` answers while the process runs, ``/-/ready`` when it can serve people.

That is: the database answers, its schema is ours, and whether a worker was seen.
"""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Flask, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from wiki.kernel import migrations
from wiki.kernel.access import public
from wiki.kernel.clock import now
from wiki.kernel.database import transaction
from wiki.kernel.worker import Heartbeat

WORKER_SILENT_AFTER = timedelta(minutes=5)

views = Blueprint("health", __name__, url_prefix="/-")


@views.get("/live")
@public
def live() -> ResponseReturnValue:
    return jsonify(live=True)


@views.get("/ready")
@public
def ready() -> ResponseReturnValue:
    """503 when the database is away or of another version; a silent worker is told, no more."""
    try:
        with transaction(writing=False) as session:
            ours = migrations.is_current(session.connection())
            worker = ours and worker_was_seen(session)
    except SQLAlchemyError:
        return jsonify(ready=False, database=False), 503
    return jsonify(ready=ours, database=True, schema=ours, worker=worker), 200 if ours else 503


def worker_was_seen(session: Session) -> bool:
    seen = session.scalar(select(Heartbeat.at).where(Heartbeat.name == "worker"))
    return seen is not None and now() - seen < WORKER_SILENT_AFTER


def init_app(app: Flask) -> None:
    app.register_blueprint(views)
