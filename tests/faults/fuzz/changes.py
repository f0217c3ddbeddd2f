"""The session of `--changes`: its changes of the model, held against a run."""

from __future__ import annotations

from tests.faults.fuzz import session
from tests.faults.fuzz.places import require_sentence, written
from vitviz.cli.export_options import _changes
from vitviz.domain.interventions import keep_fitting
from vitviz.errors import VitvizError

MODULES = ("vitviz.domain", "vitviz.system", "vitviz.views", "vitviz.cli")
IS_JSON = True
SEEDS = session.SEEDS


def one(data: bytes) -> None:
    path = written(data, "b.vitviz")
    try:
        found = _changes(str(path))
        keep_fitting(found, grid=(14, 14), num_layers=12, num_heads=3, special=("cls",))
        found.check(grid=(14, 14), num_layers=12, num_heads=3, special=("cls",))
    except VitvizError as error:
        require_sentence(error)
