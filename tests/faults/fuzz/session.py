"""Session files: read, written, and read again."""

from __future__ import annotations

import json

from tests.faults.fuzz.places import folder, require_sentence, written
from vitviz.domain.interventions import (
    Cut,
    HeadsOff,
    Hidden,
    Interventions,
    ListedIntervention,
)
from vitviz.errors import VitvizError
from vitviz.pictures.preprocessing import Interpolation, Preprocessing
from vitviz.views import session
from vitviz.views.session import ModelChoice, RunOptions, SavedView, Session
from vitviz.views.view_state import ViewState

MODULES = ("vitviz.views", "vitviz.system", "vitviz.domain")
IS_JSON = True

_OWN = Preprocessing(
    (0.5, 0.5, 0.5), (0.5, 0.5, 0.5), (224, 224), 256, Interpolation.BICUBIC
)
_CHANGES = (
    ListedIntervention(Interventions(temperature=2.0)),
    ListedIntervention(Interventions(heads_off=(HeadsOff(1, (0, 2)),)), is_on=False),
    ListedIntervention(Interventions(cuts=(Cut((0, (1, 2), "cls"), (3,), 0, -1),))),
    ListedIntervention(Interventions(hidden=(Hidden(((0, 1),), grid=(14, 14)),))),
)


def _seeds() -> list[bytes]:
    state = ViewState(token=5, others=(1, 2), changes=_CHANGES)
    full = Session(
        folder() / "cat.png",
        ModelChoice("timm:vit_tiny_patch16_224", 16),
        RunOptions((224, 448), preprocessing=_OWN),
        state,
        (SavedView("first", state), SavedView()),
        {"later": [1, {"a": None}]},
    )
    path = folder() / "seed.vitviz"
    return [session.written(one, path).encode() for one in (full, Session())]


SEEDS = _seeds()


def one(data: bytes) -> None:
    path = written(data, "a.vitviz")
    try:
        found, bad = session.read(path)
    except VitvizError as error:
        require_sentence(error)
        return
    assert all(isinstance(name, str) for name in bad)
    text = session.written(found, path)
    json.loads(text)
    path.write_bytes(text.encode())
    again, bad = session.read(path)
    assert not bad, bad
    assert again.state == found.state
    assert (again.options, again.views) == (found.options, found.views)
