"""Splits the X screen of $DISPLAY into two monitors side by side (RandR 1.5).

What `xrandr --setmonitor` does, for where there is no xrandr: a virtual screen then is
a desk and a projector to Qt.
"""

from __future__ import annotations

import ctypes as c
import time

NAMES = ("desk", "projector")


class _Monitor(c.Structure):
    """XRRMonitorInfo of X11/extensions/Xrandr.h."""

    _fields_ = [
        ("name", c.c_ulong),
        *((name, c.c_int) for name in ("primary", "automatic", "noutput")),
        *((name, c.c_int) for name in ("x", "y", "width", "height")),
        *((name, c.c_int) for name in ("mwidth", "mheight")),
        ("outputs", c.POINTER(c.c_ulong)),
    ]


class _Resources(c.Structure):
    """The beginning of XRRScreenResources."""

    _fields_ = [
        *((name, c.c_ulong) for name in ("timestamp", "config_timestamp")),
        ("ncrtc", c.c_int),
        ("crtcs", c.c_void_p),
        ("noutput", c.c_int),
        ("outputs", c.POINTER(c.c_ulong)),
    ]


def await_manager(x: c.CDLL, display: c.c_void_p, root: c.c_ulong) -> None:
    """Until the window manager has measured the screen: later changes reach it."""
    area = x.XInternAtom(display, b"_NET_WORKAREA", 0)
    count = c.c_int()
    end = time.monotonic() + 20
    while time.monotonic() < end:
        x.XListProperties.restype = c.POINTER(c.c_ulong)
        found = x.XListProperties(display, root, c.byref(count))
        if area in found[: count.value]:
            return
        time.sleep(0.02)
    raise SystemExit("no window manager")


def split() -> None:
    """Two monitors, each half as wide as the screen."""
    x, randr = c.CDLL("libX11.so.6"), c.CDLL("libXrandr.so.2")
    x.XOpenDisplay.restype = c.c_void_p
    for function in (x.XDefaultRootWindow, x.XInternAtom):
        function.restype = c.c_ulong
    randr.XRRAllocateMonitor.restype = c.POINTER(_Monitor)
    randr.XRRGetScreenResourcesCurrent.restype = c.POINTER(_Resources)
    display = c.c_void_p(x.XOpenDisplay(None))
    root = c.c_ulong(x.XDefaultRootWindow(display))
    await_manager(x, display, root)
    output = randr.XRRGetScreenResourcesCurrent(display, root).contents.outputs[0]
    width, height = x.XDisplayWidth(display, 0) // 2, x.XDisplayHeight(display, 0)
    for index, name in enumerate(NAMES):
        has_output = int(index == 0)  # the one there is
        made = randr.XRRAllocateMonitor(display, has_output)
        monitor = made.contents
        monitor.name = x.XInternAtom(display, name.encode(), 0)
        monitor.primary = monitor.noutput = has_output
        if has_output:
            monitor.outputs[0] = output
        monitor.x, monitor.y = index * width, 0
        monitor.width, monitor.height = width, height
        monitor.mwidth, monitor.mheight = width * 254 // 960, height * 254 // 960
        randr.XRRSetMonitor(display, root, made)
    x.XSync(display, 0)


if __name__ == "__main__":
    split()
