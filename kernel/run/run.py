"""Runs one notebook in its kernel, from top to bottom, and says on standard output, a line of JSON each, what happens.

usage: run.py NOTEBOOK EXECUTED SECONDS        (SECONDS: the limit of one cell; 0: none)
"""
import json
import os
import sys
import tempfile

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError


def say(**event):
    print(json.dumps(event), flush=True)


def write(notebook, path):
    """Replaces the file whole or not at all."""
    folder = os.path.dirname(path) or "."
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=".part-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as f:
            nbformat.write(notebook, f)
            f.flush()
            os.fsync(f.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def main():
    source, executed, limit = sys.argv[1], sys.argv[2], int(sys.argv[3])
    notebook = nbformat.read(source, as_version=4)
    code = [i for i, c in enumerate(notebook.cells) if c.cell_type == "code" and c.source.strip()]
    numbers = {index: n + 1 for n, index in enumerate(code)}
    say(kind="begin", cells=len(code))

    def start(cell, cell_index):
        if cell_index in numbers:
            say(kind="cell", number=numbers[cell_index], source=cell.source)

    def done(cell, cell_index, execute_reply=None):
        if cell_index in numbers:
            say(kind="done", number=numbers[cell_index])

    client = NotebookClient(
        notebook, timeout=limit or None, kernel_name=notebook.metadata.get("kernelspec", {}).get("name", "tlkit"),
        resources={"metadata": {"path": os.path.dirname(os.path.abspath(source))}}, on_cell_start=start, on_cell_executed=done)
    try:
        client.execute()
    except CellExecutionError as e:
        say(kind="error", name=e.ename, value=e.evalue, trace=e.traceback)
        write(notebook, executed)
        return 1
    except CellTimeoutError:
        say(kind="error", name="time limit", value=f"the cell ran for more than {limit} s", trace="")
        return 1
    except DeadKernelError as e:
        say(kind="error", name="dead kernel", value=str(e), trace="")
        return 1
    except KeyboardInterrupt:
        say(kind="error", name="interrupted", value="", trace="")
        return 130
    write(notebook, executed)
    say(kind="end")
    return 0


sys.exit(main())
