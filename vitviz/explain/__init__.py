"""From a trace to maps of relevance: one file a family of methods, one registry.

vitviz.explain.METHODS
vitviz.explain.run("rollout", trace, query="cls", discard=0.5)  # (rows, cols)
vitviz.explain.run("relevance", trace, model=model, target=281)
vitviz.explain.curves(model, trace, heat, mode="deletion").area
"""

from __future__ import annotations

from vitviz.explain.gradients import Gradients as Gradients
from vitviz.explain.gradients import backward as backward
from vitviz.explain.methods import run as run
from vitviz.explain.perturb import Curves as Curves
from vitviz.explain.perturb import curves as curves
from vitviz.methods import METHODS as METHODS
from vitviz.methods import Method as Method

__all__ = ["METHODS", "Curves", "Gradients", "Method", "backward", "curves", "run"]
