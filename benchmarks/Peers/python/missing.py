"""missing.py PACKAGE...: prints those that cannot be imported, whatever the reason."""
import importlib
import sys


def imports(package):
    try:
        importlib.import_module(package)
        return True
    except Exception:
        return False


print(*(package for package in sys.argv[1:] if not imports(package)))
