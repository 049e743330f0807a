"""The worked test vectors by id."""

import json
from pathlib import Path
from typing import Any

VECTORS: dict[str, dict[str, Any]] = {
    vector["id"]: vector
    for vector in json.loads((Path(__file__).parent / "vectors.json").read_text())["vectors"]
}
