"""The child's side of a measurement: does one round for each line "round" and answers how long it took on the clock and on processors; see Measuring/Rounds.cs for the parent's."""
import sys
import time


def _status(key):
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(key + ":"))


def serve(work, warm_up):
    for _ in range(warm_up):
        work()
    # Forgets the peak of the preparations: what counts is what a round adds.
    with open("/proc/self/clear_refs", "w") as clear:
        clear.write("5")
    resident = _status("VmRSS")
    print("ready", flush=True)
    for line in sys.stdin:
        if line.strip() == "round":
            processor, start = time.process_time(), time.perf_counter()
            work()
            print(f"seconds {time.perf_counter() - start!r} {time.process_time() - processor!r}", flush=True)
        elif line.strip() == "memory":
            print(f"memory {resident} {_status('VmHWM')}", flush=True)
