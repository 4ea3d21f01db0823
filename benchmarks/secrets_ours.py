"""Our scan of one folder in a process of its own; prints what it looked at and found, as JSON.

Started by `benchmarks.secrets` the way the other scanners are: once for each measurement.
"""

import json
import sys
from pathlib import Path

from server.secrets.options import ScanOptions
from server.secrets.scan import scan_paths

if __name__ == "__main__":
    scanned = scan_paths([Path(sys.argv[1])], ScanOptions(key=b"benchmark" * 4))
    found = {(each.place.path, each.place.object_id, each.line) for each in scanned.found}
    counts = {"files": scanned.files_count, "objects": scanned.objects_count}
    print(json.dumps({**counts, "found": len(found), "complete": scanned.complete}))
