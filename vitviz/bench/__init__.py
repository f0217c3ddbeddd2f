"""What vitviz costs on this machine: the figures behind `vitviz bench`.

Every ratio is of runs that alternate (A B A B …, medians), so that a machine that
slows down or is shared slows both. Memory is measured in processes of their own.
"""
