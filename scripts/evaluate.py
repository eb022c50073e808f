"""Score a model, as ``hoptac evaluate`` does: ``python scripts/evaluate.py MODEL --split test``."""

from __future__ import annotations

import sys

from hoptac.cli import main

if __name__ == "__main__":
    sys.argv[1:1] = ["evaluate"]
    main()
