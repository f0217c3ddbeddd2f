"""Measurements of vitviz's time and memory on this machine, for `vitviz bench`.

    networks   what is measured on: ViT-S/14 of each library, random weights
    timing     ratios of times, times of rows and of the matrix view
    memory     peaks, each in a process of its own
    results    a measurement beside its target, and the table of all

The two runs of a ratio alternate (A B, B A, …; medians), so that a machine that slows
down or is shared slows both.
"""
