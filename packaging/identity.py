"""Who vitviz is from, as its packages say it: the only place to change it.

    python3 packaging/identity.py        prints the same for shell scripts

Placeholders: the project has no domain and no address yet. Whoever publishes a package
puts their own here first; an identifier should then stay as it is, since updates are
recognised by it.
"""

from __future__ import annotations

import shlex

IDENTIFIER = "org.vitviz.vitviz"
"""A domain of the project's backwards, and the program's name: of the program on macOS,
of its AppStream component."""
AUTHORS = "The vitviz authors"
CONTACT = "vitviz@localhost"
"""Where the maintainer of the .deb is reached; this one reaches nobody."""

if __name__ == "__main__":
    for name in ("IDENTIFIER", "AUTHORS", "CONTACT"):
        print(f"{name}={shlex.quote(globals()[name])}")
