"""Times cells in a real kernel: from the request to run a cell to its first output, build included.

usage: cells.py ROUNDS < cells.json     cells.json: {name: source}; "ROUND" in a source changes every round
Prints {name: [seconds, …]} as JSON. The first round warms caches and is not counted.
"""
import json
import sys
import time

from jupyter_client.manager import start_new_kernel

rounds = int(sys.argv[1])
cells = json.load(sys.stdin)
manager, client = start_new_kernel(kernel_name="tlkit", startup_timeout=60)
times = {name: [] for name in cells}
try:
    for r in range(rounds + 1):
        for name, source in cells.items():
            began = time.perf_counter()
            request = client.execute(source.replace("ROUND", str(r)))
            first = None
            while True:
                message = client.get_iopub_msg(timeout=300)
                if message["parent_header"].get("msg_id") != request:
                    continue
                kind, content = message["msg_type"], message["content"]
                if kind == "error":
                    sys.exit(f"{name}: {content['ename']}: {content['evalue']}")
                if first is None and (kind == "display_data" or kind == "stream" and content["name"] == "stdout"):
                    first = time.perf_counter() - began
                if kind == "status" and content["execution_state"] == "idle":
                    break
            if first is None:
                sys.exit(f"{name}: no output")
            if r > 0:
                times[name].append(first)
finally:
    client.stop_channels()
    manager.shutdown_kernel(now=True)
json.dump(times, sys.stdout)
