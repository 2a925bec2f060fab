"""``/-/live`` answers while the process runs; ``/-/ready`` when it can serve: database there, schema known, worker seen."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Flask, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

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
    """503 when the database cannot be read or is not of this version; a silent worker is told but does not stop reading."""
    try:
        with transaction(writing=False) as session:
            up_to_date = migrations.is_current(session.connection())
            seen = session.scalar(select(Heartbeat.at).where(Heartbeat.name == "worker"))
    except SQLAlchemyError:
        return jsonify(ready=False, database=False), 503
    worker = seen is not None and now() - seen < WORKER_SILENT_AFTER
    return jsonify(
        ready=up_to_date, database=True, schema=up_to_date, worker=worker
    ), 200 if up_to_date else 503


def init_app(app: Flask) -> None:
    app.register_blueprint(views)
