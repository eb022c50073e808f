"""Train a model: ``python scripts/train.py --config FILE``, alone or under ``accelerate launch``."""

from __future__ import annotations

import sys

from hoptac.cli import main

if __name__ == "__main__":
    sys.argv[1:1] = ["train"]
    main()
