"""make_vectors.py: writes fixtures/sketch/vectors.json, which the tests of both languages read."""
import json
import os

import ppyolo_record as record
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))


def stream_values(name, count):
    """float32(2u - 1), where u are the 24 highest bits of a stream's elements over 2^24."""
    bits = record.stream_bits(record.stream_key(name), 0, count) >> np.uint64(40)
    return (2 * (bits.astype(np.float32) * np.float32(2 ** -24)) - 1).astype(np.float32)


def vector(elements, **source):
    summary = record.summarize(elements)
    return {**source, "l2": summary.l2, "mean": summary.mean, "absMax": summary.abs_max, "nonFinite": summary.non_finite,
            "sums": summary.sums.tolist()}


if __name__ == "__main__":
    os.environ["PPYOLO_RECORD_KERNEL"] = "0"
    vectors = [vector(np.array(values, dtype=np.float32), values=values)
               for values in ([-0.75], [1.0, 1.0], [1.0] * 64, [0.5] * 63 + [-2.0, 3.0])]
    vectors += [vector(stream_values("vectors/%d" % count, count), stream="vectors/%d" % count, count=count)
                for count in (63, 1000, 32768, 32769, 262144, 262145, 600001)]
    with open(os.path.join(HERE, "..", "fixtures", "sketch", "vectors.json"), "w", encoding="utf-8") as file:
        json.dump({"version": 1, "words": ["%016x" % word for word in record.stream_bits(record.SIGN_KEY, 0, 8).tolist()],
                   "vectors": vectors}, file, indent=1)
        file.write("\n")
