# What the scripts of this folder share; read with ".".

# need_space GIGABYTES FOLDER: stop where less is free.
need_space() {
    free=$(df --output=avail -k "$2" | tail -1)
    if [ "$free" -lt $(($1 * 1024 * 1024)) ]; then
        echo "This needs $1 GB of free disk; $(df --output=target "$2" | tail -1) has" \
            "$((free / 1024 / 1024)) GB. Free some, or build elsewhere." >&2
        exit 1
    fi
}

# find_python: a Python that vitviz runs on and that can make environments.
find_python() {
    for name in python3.11 python3.12 python3.13 python3; do
        if command -v "$name" >/dev/null && "$name" -c \
            'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$name"
            return
        fi
    done
    echo "vitviz needs Python 3.11 or later with its venv module." >&2
    exit 1
}

# is_whole_self_test FILE: whether this is what it prints on every route: all checks, with a
# window and with the trained model.
is_whole_self_test() {
    checks=$(sed -n 's/^ok *\([a-z]*\) .*/\1/p' "$1" | tr '\n' ' ')
    [ "$checks" = "libraries picture model attention numbers window figure " ] &&
        ! grep -q "left out" "$1" && grep -q "trained weights" "$1"
}

# torch_of BUNDLE: which torch a bundle holds, cuda or cpu.
torch_of() {
    if [ -d "$1/_internal/nvidia" ]; then echo cuda; else echo cpu; fi
}

# version: vitviz's, from its one place.
version() {
    sed -n 's/^__version__ = "\(.*\)"$/\1/p' vitviz/_version.py
}
