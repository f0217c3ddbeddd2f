"""Fuzzing by coverage of every reader of bytes from outside, a module for each.

    session    a session file (.vitviz)
    changes    the session that --changes names, and its changes of the model
    settings   settings.json
    weights    safetensors, and the two formats of torch.save
    meta       texts of configurations in OpenMMLab's files
    beside     configurations beside weights, adapters and the places of their bases
    configs    config.json of timm and transformers, preprocessor_config.json
    options    the command line's texts
    targets    what lies where an export would write (.npz .png .svg .gif)
    pictures   headers by which decoding is judged, and what is said to be quick

Each module has `SEEDS`, bytes to begin with, and `one`, which reads some bytes and
raises for whatever a user must not meet. `python -m tests.faults.fuzz.run NAME` drives
one with atheris; `corpus/` holds inputs that reached code which no other one reached,
and those that once failed. tests/faults/test_fuzz.py reads them all again.
"""

from __future__ import annotations

NAMES = (
    "session",
    "changes",
    "settings",
    "weights",
    "meta",
    "beside",
    "configs",
    "options",
    "targets",
    "pictures",
)
