"""Rebuild the texts that the corpus holds as stand-off marks only, and verify every one of them.

The news texts come from the public data set vietnews (a URL or a clone of it); the scraped pages, which are
not part of it, only from a folder of plain texts. Exit status 1 where a text is missing or differs.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from hoptac.annotations.corpus import default_root
from hoptac.annotations.fetch import VIETNEWS, fetch_texts
from hoptac.errors import HoptacError


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "source",
        nargs="?",
        default=VIETNEWS,
        help="URL of the vietnews repository, a local clone of it, or a folder of plain texts ID.txt "
        "(default: %(default)s)",
    )
    parser.add_argument("--annotations", type=Path, help="the corpus (default: annotations/ of the checkout)")
    parser.add_argument("--texts", type=Path, help="where the texts go (default: texts/ in the corpus)")
    options = parser.parse_args()
    try:
        root = default_root() if options.annotations is None else options.annotations
        report = fetch_texts(root, options.source, options.texts)
    except HoptacError as error:
        print(f"fetch_texts: {error}", file=sys.stderr)
        return 1
    print(f"{len(report.written)} texts written, {len(report.kept)} in place already")
    for kind, reasons in (("missing", report.missing), ("does not match", report.wrong)):
        for article_id, reason in reasons.items():
            print(f"{kind}: {article_id}: {reason}", file=sys.stderr)
    if not report.is_complete:
        print(f"{len(report.missing)} missing, {len(report.wrong)} not matching", file=sys.stderr)
    return 0 if report.is_complete else 1


if __name__ == "__main__":
    sys.exit(main())
