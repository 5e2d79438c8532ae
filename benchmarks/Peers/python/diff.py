"""diff.py A B squares|all: rounds of comparing two .npz files with NumPy: the sum of squared differences alone, or also what PPYolo's diff shows."""
import sys

import numpy

from rounds import serve

first, second, measures = sys.argv[1:]


def places(values):
    """float32 as integers in the order of the numbers."""
    bits = values.view(numpy.int32).astype(numpy.int64)
    return numpy.where(bits < 0, -(bits & 0x7FFFFFFF), bits)


def measure(a, b):
    if measures == "squares" or a.dtype != numpy.float32:
        difference = a - b
        return numpy.sum(difference * difference)
    wide_a, wide_b = a.astype(numpy.float64).ravel(), b.astype(numpy.float64).ravel()
    difference = wide_a - wide_b
    squares = difference @ difference
    norm = wide_a @ wide_a
    distances = numpy.abs(places(a.ravel()) - places(b.ravel()))
    return (squares, numpy.sqrt(squares / norm), numpy.abs(difference).argmax(), (wide_a @ wide_b) / numpy.sqrt(norm * (wide_b @ wide_b)),
            numpy.partition(distances, (len(distances) * 99 + 99) // 100 - 1), numpy.isfinite(a).all(), numpy.isfinite(b).all(), numpy.array_equal(a, b))


def work():
    with numpy.load(first) as a, numpy.load(second) as b:
        return [measure(a[name], b[name]) for name in a.files]


serve(work, warm_up=1)
