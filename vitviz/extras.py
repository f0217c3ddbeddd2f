"""What is said where a library is missing that only some models or pictures need."""

from __future__ import annotations

from vitviz.errors import MissingExtraError, Phrase
from vitviz.resources import is_bundle

OTHER_MODEL = Phrase(
    "Choose a model from the list instead, or run vitviz from Python, where libraries "
    "can be added."
)
OTHER_FORMAT = Phrase("Save it as JPEG.")


def missing_extra(
    name: str, library: str, extra: str, instead: Phrase
) -> MissingExtraError:
    """The error for `name`, a model or a file, which needs `library`.

    extra : of ours, which installs it. Nobody can install into a bundle, so there
    `instead` is said: what can be done without the library.
    """
    if is_bundle():
        return MissingExtraError(
            "{name} needs {library}, which this build of vitviz does not contain. "
            "{instead}",
            name=name,
            library=library,
            instead=instead,
        )
    return MissingExtraError(
        "{name} needs {library}. Install it with: pip install 'vitviz[{extra}]'",
        name=name,
        library=library,
        extra=extra,
    )
