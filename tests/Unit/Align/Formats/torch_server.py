"""Reads requests, a JSON list of a name, a folder, a file and a program in a line, and runs each in a process that has PyTorch already.

What the program writes goes into the file. When it ends, a line says its name and its exit code.
"""
import json
import os
import signal
import sys
import traceback

import numpy
import torch


def run(folder, output, program):
    """The program's exit code."""
    file = os.open(output, os.O_WRONLY | os.O_CREAT, 0o600)
    os.dup2(file, 1)
    os.dup2(file, 2)
    os.chdir(folder)
    sys.argv, sys.path[0] = ["-c"], ""
    code = 0
    try:
        exec(compile(program, "<string>", "exec"), {"__name__": "__main__"})
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
        if code == 1 and end.code != 1:
            print(end.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return code


assert torch and numpy
answers = os.dup(1)
os.write(answers, b"ready\n")
# Nobody here waits for those that wait for a program.
if hasattr(signal, "SIGCHLD"):
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for line in sys.stdin:
    name, folder, output, program = json.loads(line)
    if os.fork() == 0:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        child = os.fork()
        if child == 0:
            os.close(answers)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os._exit(run(folder, output, program) & 255)
        _, status = os.waitpid(child, 0)
        os.write(answers, ("%s %d\n" % (name, os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status))).encode())
        os._exit(0)
