"""The sketch against the vectors of fixtures/sketch, in C, in NumPy and in PyTorch's own operators."""
import json
import math
import os
import sys
import unittest

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

import make_vectors
import ppyolo_record as record

with open(os.path.join(HERE, "..", "..", "fixtures", "sketch", "vectors.json"), encoding="utf-8") as file:
    VECTORS = json.load(file)


def values_of(vector):
    if "values" in vector:
        return np.array(vector["values"], dtype=np.float32)
    return make_vectors.stream_values(vector["stream"], vector["count"])


class Sketch(unittest.TestCase):
    def setUp(self):
        self.kernel = record.Kernel.instance()
        self.addCleanup(setattr, record.Kernel, "_instance", self.kernel)

    def check(self, summarize, exact):
        for vector in VECTORS["vectors"]:
            with self.subTest(vector.get("stream", len(vector.get("values", ())))):
                found = summarize(values_of(vector))
                # Within 1e-15 of the norm, where the order of additions is the device's.
                allowed = 0 if exact else 1e-15 * vector["l2"]
                self.assertLessEqual(np.abs(found.sums - np.array(vector["sums"])).max(), allowed)
                # Squares are added up in rows of 512, in an order that is not part of the format: 512 roundings of 2^-53.
                self.assertTrue(math.isclose(found.l2, vector["l2"], rel_tol=512 * 2 ** -53))
                self.assertAlmostEqual(found.mean, vector["mean"], delta=1e-15 * vector["l2"])
                self.assertEqual(found.abs_max, vector["absMax"])
                self.assertEqual(found.non_finite, vector["nonFinite"])

    def test_the_words_of_signs(self):
        self.assertEqual(["%016x" % word for word in record.stream_bits(record.SIGN_KEY, 0, 8).tolist()], VECTORS["words"])

    def test_numpy(self):
        record.Kernel._instance = None
        self.check(record.summarize, exact=True)

    def test_c(self):
        if self.kernel is None:
            self.skipTest("no C compiler: apt-get install gcc")
        self.check(record.summarize, exact=True)

    def test_torch(self):
        import torch
        summaries = record._Summaries(torch)
        self.check(lambda values: summaries._on_device(torch.from_numpy(values)) if values.size > 1 else record.summarize(values), exact=False)

    def test_what_is_not_finite_is_counted(self):
        for kernel in (None, self.kernel):
            record.Kernel._instance = kernel
            for bad in (np.nan, np.inf, -np.inf):
                values = np.ones(70000, dtype=np.float32)
                values[[3, 66000]] = bad
                found = record.summarize(values)
                self.assertEqual(found.non_finite, 2)
                self.assertTrue(math.isnan(found.abs_max))


if __name__ == "__main__":
    unittest.main()
