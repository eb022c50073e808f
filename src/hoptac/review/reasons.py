"""Why a case is one, in a sentence for its reader."""

from __future__ import annotations

from hoptac.review.case import Case


def reason(case: Case) -> tuple[str, str]:
    """The figures of the case's first basis, in Vietnamese and in English."""
    said = case.statistics
    here, other, places = said.get("as_here", 0), said.get("as_proposed", 0), said.get("places", 0)
    surface = said.get("surface", "")
    basis = case.basis[0]
    if basis == "surface":
        return (
            f"“{surface}” ở nơi khác: {other}/{places} lần như đề xuất ({said['articles']} bài), "
            f"{here} lần như ở đây",
            f"“{surface}” elsewhere: {other} of {places} times as proposed ({said['articles']} articles), "
            f"{here} times as here",
        )
    if basis == "edge":
        return (
            f"“{surface}” ở mép nhãn này: {other}/{places} lần như đề xuất ({said['articles']} bài), "
            f"{here} lần như ở đây",
            f"“{surface}” at the edge of this label: {other} of {places} times as proposed "
            f"({said['articles']} articles), {here} times as here",
        )
    if basis == "cue":
        return (
            f"sau “{surface}”, từ viết hoa: {other}/{places} lần được đánh dấu",
            f"capitalised words after “{surface}”: marked {other} of {places} times",
        )
    if basis == "twin":
        return (
            f"cùng câu này ở nơi khác: {other}/{places} lần như đề xuất",
            f"the same sentence elsewhere: {other} of {places} times as proposed",
        )
    return (
        f"mô hình chưa đọc bài này: đề xuất {said['score_proposed']:.2f}, "
        f"đang đánh dấu {said['score_here']:.2f}",
        f"a model that has not seen the article: proposed {said['score_proposed']:.2f}, "
        f"as marked {said['score_here']:.2f}",
    )
