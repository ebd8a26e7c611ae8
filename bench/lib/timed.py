"""Runs a command and tells, as the last line on file descriptor 3, its seconds, peak memory (KiB, of the largest of
its processes) and exit code: the operating system's own accounting, which Node has none of for its children."""
import json
import os
import resource
import subprocess
import sys
import time

start = time.perf_counter()
code = subprocess.call(sys.argv[1:])
seconds = time.perf_counter() - start
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
told = {"seconds": seconds, "cpu": usage.ru_utime + usage.ru_stime, "peakKiB": usage.ru_maxrss, "code": code}
os.write(3, json.dumps(told).encode())
