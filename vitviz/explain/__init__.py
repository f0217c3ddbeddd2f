"""From a trace to maps of relevance: one file a family of methods, one registry.

vitviz.explain.METHODS
vitviz.explain.run("rollout", trace, query="cls", discard=0.5)  # (rows, cols)
vitviz.explain.run("relevance", trace, model=model, target=281)
vitviz.explain.curves(model, trace, heat, mode="deletion").area
"""

from __future__ import annotations

from vitviz.domain.methods import METHODS as METHODS
from vitviz.domain.methods import Method as Method
from vitviz.explain.gradients import Gradients as Gradients
from vitviz.explain.gradients import backward as backward
from vitviz.explain.perturbation import Curves as Curves
from vitviz.explain.perturbation import curves as curves
from vitviz.explain.run_method import run as run

__all__ = ["METHODS", "Curves", "Gradients", "Method", "backward", "curves", "run"]
