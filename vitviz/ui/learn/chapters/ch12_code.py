"""Chapter 12: attention in three lines of code; each term opens into its numbers."""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QWidget

from vitviz.domain.heads import HeadChoice
from vitviz.domain.interventions import Axis
from vitviz.domain.number_text import written_out
from vitviz.jobs import lessons
from vitviz.jobs.queue import bound
from vitviz.lessons import one_head, term_maps
from vitviz.lessons.one_head import Factors
from vitviz.lessons.snippet import can_repeat, snippet
from vitviz.ui.base import theme
from vitviz.ui.base.contrast import readable
from vitviz.ui.learn import stage
from vitviz.ui.learn.bars import BarsView, Vector
from vitviz.ui.learn.formula import Frac, Paren, Root, Script, Sym, letter, row
from vitviz.ui.learn.lesson import ChapterHost, LessonData
from vitviz.ui.learn.page import Button, HeadChips, Page
from vitviz.ui.learn.text import Prose
from vitviz.views.colour import Array, Meaning

# Line height of code as a multiple of text's: terms have to be easy to click.
LINE_SPREAD, LINE_SPREAD_ON_SLIDE = 1.5, 1.3
# Number of terms to open for the task.
ENOUGH = 5
LINES = (
    (
        ("attn", "attn"),
        " = (",
        ("Q", "Q"),
        " @ ",
        ("K", "K"),
        ".",
        ("transpose", "transpose(-1, -2)"),
        ") / ",
        ("root", "dk**0.5"),
    ),
    (
        ("weights", "weights"),
        " = ",
        ("attn", "attn"),
        ".",
        ("softmax", "softmax(dim=-1)"),
    ),
    (("out", "out"), " = ", ("weights", "weights"), " @ ", ("V", "V")),
)
MEANINGS = {"Q": Meaning.QUERY, "K": Meaning.KEY, "V": Meaning.VALUE}


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """Text, shape and vectors that a click on a term shows."""

    text: str
    # Names of the axes in `shape`.
    axes: str
    shape: tuple[int, ...]
    vectors: tuple[Vector, ...]


class CodeLines(Prose):
    """The three lines of code; every term is a link for mouse and keyboard."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self._chosen = ""
        # in Present the longest line just fits like this, so that there are only three
        super().__init__("", "small" if theme.presents() else "body", parent)
        self.setAccessibleName(self.tr("Attention in three lines of code"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def setChosen(self, term: str) -> None:
        """Mark a term."""
        self._chosen = term
        self._show()

    def _show(self) -> None:
        tone = theme.colours()
        family = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()
        lines = []
        for line in LINES:
            parts = []
            for part in line:
                if isinstance(part, str):
                    parts.append(html.escape(part))
                    continue
                name, text = part
                colour = tone.text
                if name in MEANINGS:
                    colour = readable(MEANINGS[name]).name()
                ground = tone.line if name == self._chosen else "transparent"
                parts.append(
                    f'<a href="{name}" style="color:{colour}; background:{ground}">'
                    f"{html.escape(text).replace(' ', '&nbsp;')}</a>"
                )
            lines.append("".join(parts))
        text = f"<span style=\"font-family:'{family}'\">{'<br>'.join(lines)}</span>"
        if theme.presents():
            self.setText(self._lined(text, LINE_SPREAD_ON_SLIDE))
        else:
            self.setText(f'<div style="line-height:{LINE_SPREAD:.0%}">{text}</div>')


class CodePage(Page):
    """The page of chapter 12: code, formula, and the chosen term's shape and values.

    The term's value is painted on the picture as well.
    """

    kept = ("_term", "_opened")
    uses_key = True

    def __init__(self, host: ChapterHost, parent: QWidget | None = None) -> None:
        super().__init__(host, parent)
        self._term = "Q"
        self._opened: set[str] = set()
        self.shape: tuple[int, ...] = ()
        # The outputs of all queries of a head, and whose they are.
        self._outputs: tuple[object, Array] | None = None
        self._sought: object = None
        self.begin_step(
            why=self.tr(
                "All of attention is these three lines; @ multiplies matrices. A term "
                "that is clicked shows its shape and its values in this very run, and "
                "paints them: of Q, K, V and out, patches with numbers alike have one "
                "colour (three principal components); of attn and weights, the "
                "query's row."
            )
        )
        self._ask()
        self._add_code()
        self.chips = HeadChips()
        self.chips.headChosen.connect(self._on_head)
        self.add(self.chips)
        self.chips.setHidden(theme.presents())  # the keys , and . choose it, too
        self.name = self.say()
        self.bars = BarsView(self.tr("Values of the chosen term"))
        self.bars.columnChanged.connect(self._show_column)
        self.add(self.bars)
        self.column = self.add_aside()
        self.copy = Button(self.tr("Copy as Python"))
        self.copy.setToolTip(
            self.tr("Code that repeats this run and its numbers outside of vitviz")
        )
        self.copy.clicked.connect(self._on_copy)
        self.copied = Prose("", "small")
        self.add_row(self.copy, self.copied)
        for widget in (self.copy, self.copied):
            widget.setHidden(theme.presents())
        self.begin_step(
            self.tr("The same as a formula. Its terms can be clicked, too."),
            why=self.tr(
                "B pictures at once (batch), H heads, N tokens. d<sub>k</sub>, the "
                "width of a head's query and key, is often d<sub>model</sub>/H; "
                "d<sub>v</sub> is the width of its value."
            ),
        )
        self._add_formula()
        self.said = self.say()
        self.letters = self.say("", "small")
        self.begin_step(
            self.tr(
                "<w>A map is not yet an explanation.</w> Whether a patch matters can "
                "be tested: hide it, and see what changes."
            ),
            why=self.tr(
                "Weights say where a head looks, not yet why the model decides. A "
                "patch can be looked at and change nothing, because its value is short "
                "or a later layer ignores it."
            ),
        )
        self.lab = Button(self.tr("Test it"))
        self.lab.setToolTip(
            self.tr("Go where the model is changed and maps are put to the test")
        )
        self.lab.clicked.connect(self._on_lab)
        self.add_row(self.lab)
        self.close_with(
            self.tr(
                "Three minutes. Let the class say each line in words before you open "
                "the terms. <b>Often misunderstood:</b> negative axes count from the "
                "end: -1 is the last, -2 the second to last, whatever stands in "
                "front, so that the same code works with and without batch and heads. "
                "@ multiplies matrices, * would multiply element by element. vitviz "
                "never writes attn or weights out: it computes the row you point at."
            )
        )

    def _add_code(self) -> None:
        self.code = CodeLines()
        self.code.linkActivated.connect(self._on_term)
        self.add(self.code)

    def _add_formula(self) -> None:
        q = letter("Q", Meaning.QUERY, "Q")
        k = letter("K", Meaning.KEY, "K")
        transposed = Script(k, above=letter("T", term="transpose"))
        root = Root(Script(letter("d", term="root"), below=letter("k")))
        self.formula = self.show_formula(
            row(
                letter("O", term="out"),
                " = ",
                Sym("softmax", term="softmax"),
                Paren(Frac(row(q, transposed), root)),
                " ",
                letter("V", Meaning.VALUE, "V"),
            ),
            self.tr("O = softmax(QKᵀ / √d_k) V"),
        )
        self.formula.termClicked.connect(self._on_term)

    def _ask(self) -> None:
        self.ask_to(
            self.tr("Open five terms: where does N × N come in, where is it gone?")
        )

    def update_numbers(self, lesson: LessonData) -> None:
        """Show the shape and values of the chosen term."""
        self.chips.setLesson(lesson, with_key=True)
        of, trace = lesson.factors, lesson.trace
        self.letters.say(
            self.tr(
                "B = 1 · H = {heads} · N = {tokens} ({patches} + {special}) · "
                "d<sub>k</sub> = {d_k} = {width}/{heads} · d<sub>v</sub> = {d_v}"
            ).format(
                heads=trace.num_heads,
                tokens=lesson.num_tokens,
                patches=lesson.num_patches,
                special=trace.num_prefix_tokens,
                d_k=of.width,
                width=trace.num_heads * of.width,
                d_v=of.v.shape[1],
            )
        )
        term = self._terms(lesson)[self._term]()
        self.shape = term.shape
        self.code.setChosen(self._term)
        self.formula.setChosen(self._term)
        text = term.text
        if term.shape:
            sizes = ", ".join(map(str, term.shape))
            text += f"<br>{term.axes} = <b>({sizes})</b>"
        self.name.say(text)
        self.said.say(text)
        self.bars.setVectors(term.vectors)
        self.bars.setVisible(bool(term.vectors))
        self._show_column(self.bars.column())
        can_copy = can_repeat(trace, lesson.layer)
        self.copy.setEnabled(can_copy)
        self.copied.setVisible(not theme.presents() and not can_copy)
        if not can_copy:
            self.copied.say(self.tr("Not of a model that is changed or adds a bias."))

    def show_stage(self, lesson: LessonData) -> None:
        """Paint the chosen term on the picture; on the last step, the map."""
        is_last = self.current_step() is self.all_steps()[-1]
        if is_last or self._term in ("weights", "softmax"):
            self.host.paint(None)
            return
        look, of = lesson.view.state.look, lesson.factors
        values = term_maps.term_map(of, self._term, lesson.query)
        if self._term == "out":
            values = self._seek_outputs(lesson)
        if values is None:
            self.host.paint(stage.nothing())
        elif values.ndim == 1:
            finite = np.nan_to_num(lesson.patches(values), neginf=0.0)
            self.host.paint(stage.signed(finite, look))
        else:
            shown = term_maps.colours(values[lesson.trace.num_prefix_tokens :])
            grid = shown.reshape(*lesson.trace.grid, 3)
            self.host.paint(stage.coloured(grid, look))

    def forget(self) -> None:
        """Forget the outputs of the previous picture."""
        super().forget()
        self._outputs = self._sought = None

    def leave(self) -> None:
        """Ask again next time for what has not come."""
        self._sought = None

    def _seek_outputs(self, lesson: LessonData) -> Array | None:
        """Return the outputs of all queries; ask for them if they are not there."""
        wanted = (lesson.trace, lesson.layer, lesson.head)
        if self._outputs is not None and self._outputs[0] == wanted:
            return self._outputs[1]
        if self._sought != wanted:
            self._sought = wanted
            self.host.ask(
                bound(lessons.head_outputs, lesson.factors),
                self._on_outputs,
                on_failure=self.name.say,
            )
        return None

    def _on_outputs(self, found: Array) -> None:
        self._outputs = self._sought, found
        if self.lesson is not None:
            self.show_stage(self.lesson)

    def _on_lab(self) -> None:
        self.host.open_lab()

    def _on_copy(self) -> None:
        lesson = self.lesson
        if lesson is None:
            return
        text = snippet(
            lesson.trace, layer=lesson.layer, head=lesson.head, query=lesson.query
        )
        QGuiApplication.clipboard().setText(text)
        self.copied.say(self.tr("Copied."))
        self.copied.show()

    def _terms(self, lesson: LessonData) -> dict[str, Callable[[], Term]]:
        """Return a function for each term, so that only the chosen term is computed."""
        of, query, key = lesson.factors, lesson.query, lesson.key
        heads, tokens = lesson.trace.num_heads, lesson.num_tokens
        d_k, d_v = of.width, int(of.v.shape[1])
        q_name, k_name = lesson.name(query), lesson.name(key)
        dk, dv = "d<sub>k</sub>", "d<sub>v</sub>"

        def scores() -> Array:
            return of.scores(query).astype(np.float32)

        return {
            "Q": lambda: Term(
                self.tr(
                    "<q>Q</q>: what every token looks for. Shown: query {query}."
                ).format(query=q_name),
                f"(B, H, N, {dk})",
                (1, heads, tokens, d_k),
                (Vector("q", of.q[query], Meaning.QUERY),),
            ),
            "K": lambda: Term(
                self.tr(
                    "<k>K</k>: what every token can be found by. Shown: key {key}."
                ).format(key=k_name),
                f"(B, H, N, {dk})",
                (1, heads, tokens, d_k),
                (Vector("k", of.k[key], Meaning.KEY),),
            ),
            "transpose": lambda: Term(
                self.tr(
                    "<k>Kᵀ</k>: the last two axes change places, so that every query "
                    "meets every key. Shown: column {key}."
                ).format(key=k_name),
                f"(B, H, {dk}, N)",
                (1, heads, d_k, tokens),
                (Vector("kᵀ", of.k[key], Meaning.KEY),),
            ),
            "root": lambda: Term(
                self._root(of).format(d_k=d_k, root=written_out(of.divisor)),
                "",
                (),
                (),
            ),
            "attn": lambda: Term(
                self.tr(
                    "attn: the scaled score of every query with every key. Shown: "
                    "{query}'s row."
                ).format(query=q_name),
                "(B, H, N, N)",
                (1, heads, tokens, tokens),
                (Vector(self.tr("scores"), scores()),),
            ),
            "softmax": lambda: Term(
                self._softmax(of).format(
                    dim=of.axis.dim,
                    sum=f"{float(lesson.row.weights.sum(dtype=float)):.3f}",
                    before=written_out(float(scores().sum(dtype=float))),
                ),
                "(B, H, N, N)",
                (1, heads, tokens, tokens),
                (
                    Vector(self.tr("scores"), scores()),
                    Vector(self.tr("weights"), lesson.row.weights),
                ),
            ),
            "weights": lambda: Term(
                self.tr(
                    "weights: where every query looks. Shown: {query}'s row, largest "
                    "{largest}."
                ).format(query=q_name, largest=written_out(lesson.row.largest)),
                "(B, H, N, N)",
                (1, heads, tokens, tokens),
                (Vector(self.tr("weights"), lesson.row.weights),),
            ),
            "V": lambda: Term(
                self.tr(
                    "<v>V</v>: what every token hands over. Shown: value {key}."
                ).format(key=k_name),
                f"(B, H, N, {dv})",
                (1, heads, tokens, d_v),
                (Vector("v", of.v[key], Meaning.VALUE),),
            ),
            "out": lambda: Term(
                self.tr(
                    "out: all values, weighted and summed: one N is gone. Shown: "
                    "{query}'s."
                ).format(query=q_name),
                f"(B, H, N, {dv})",
                (1, heads, tokens, d_v),
                (Vector(self.tr("output"), one_head.mixture(of, query).out),),
            ),
        }

    def _root(self, of: Factors) -> str:
        if of.has_own_divisor:
            return self.tr(
                "√d<sub>k</sub> = √{d_k} = <b>{root}</b>, one number: chapter 6."
            )
        return self.tr(
            "Trained with √d<sub>k</sub>, here d<sub>k</sub> = {d_k}; this run divides "
            "by <b>{root}</b>."
        )

    def _softmax(self, of: Factors) -> str:
        if of.axis is Axis.KEYS:
            return self.tr(
                "softmax(dim=-1): over all keys for each query. This row sums to "
                "<b>{sum}</b>, its scores to {before}."
            )
        return self.tr(
            "The Lab has softmax run along dim={dim}. This row sums to <b>{sum}</b>, "
            "its scores to {before}."
        )

    def _show_column(self, column: int) -> None:
        vectors = self.bars.vectors()
        if column < 0 or not vectors:
            self.column.say(self.tr("Point at the bars.") if vectors else "")
            return
        values = " · ".join(
            f"{v.name} <b>{written_out(float(v.values[column]))}</b>" for v in vectors
        )
        name = ""
        lesson = self.lesson
        if lesson is not None and len(vectors[0].values) == lesson.trace.num_tokens:
            name = f" {lesson.name(column)}"
        self.column.say(
            self.tr("Number {n}{name}: {values}").format(
                n=column, name=name, values=values
            )
        )

    def _on_term(self, term: str) -> None:
        self._term = term
        self._opened.add(term)
        if self.lesson is not None:
            self.update_numbers(self.lesson)
            self.show_stage(self.lesson)
        if len(self._opened) >= ENOUGH:
            self.done()

    def _on_head(self, head: int) -> None:
        self.host.change(heads=HeadChoice((head,)))
