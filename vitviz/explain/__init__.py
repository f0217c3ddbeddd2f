"""From a trace to maps of relevance: one file a family of methods, one registry.

vitviz.explain.METHODS
vitviz.explain.run("rollout", trace, query="cls", discard=0.5)  # (rows, cols)
vitviz.explain.run("relevance", trace, model=model, target=281)
"""

from __future__ import annotations

from vitviz.explain.gradients import Gradients as Gradients
from vitviz.explain.gradients import backward as backward
from vitviz.explain.methods import run as run
from vitviz.methods import METHODS as METHODS
from vitviz.methods import Method as Method

__all__ = ["METHODS", "Gradients", "Method", "backward", "run"]
