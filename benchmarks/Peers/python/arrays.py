"""arrays.py read|write SOURCE TARGET: rounds of reading an .npz file with NumPy, or of writing its arrays to another."""
import sys

import numpy

from rounds import serve

action, source, target = sys.argv[1:]


def read():
    with numpy.load(source) as arrays:
        return {name: arrays[name] for name in arrays.files}


kept = read() if action == "write" else None
serve(read if action == "read" else lambda: numpy.savez(target, **kept), warm_up=1)
