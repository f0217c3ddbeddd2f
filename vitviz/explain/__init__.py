"""Methods that make maps of a trace: attention, rollout, relevance, occlusion, others.

    vitviz.explain.METHODS                                   # every method by name
    vitviz.explain.run("rollout", trace, query="cls", discard=0.5)  # (rows, cols)
    vitviz.explain.run("relevance", trace, model=model, target=281)
    vitviz.explain.curves(model, trace, heat, mode="deletion").area

METHODS maps a method's name to its `Method`: title, formula, source, cost, options and
what it needs. Each family of methods has one file, which opens with its papers:

    run_method      the entry point of all methods
    one_layer       raw and value-weighted attention, norm-based, mass mask, grad-CAM
    across_layers   rollout, relevance, gradient rollout
    legrad          LeGrad
    perturbation    occlusion, deletion and insertion curves, head ablation
    gradients       one backward pass, on which gradient methods build
    head_statistics, token_states, precision   measurements of heads, tokens, rounding
    model_parts     read-out and output projections of a model
    most_like       a model's features of the reference pictures
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
