"""Identity of the packages: identifier, authors and address, all in this one place.

    python3 packaging/identity.py        print them for shell scripts

They are placeholders: the project has no domain and no address yet. Whoever publishes a
package puts their own here first; an identifier should then stay as it is, since
updates are recognised by it.
"""

from __future__ import annotations

import shlex

# A domain in reverse order and the program's name: identifies the program on macOS and
# its AppStream component.
IDENTIFIER = "org.vitviz.vitviz"
AUTHORS = "The vitviz authors"
# Address of the .deb's maintainer; this one reaches nobody.
CONTACT = "vitviz@localhost"

if __name__ == "__main__":
    for name in ("IDENTIFIER", "AUTHORS", "CONTACT"):
        print(f"{name}={shlex.quote(globals()[name])}")
