"""Small stand-ins for PhoBERT: a vocabulary and an encoder in its files' formats, made on the spot."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path

# Word-segmented sentences invented here: the merges and the vocabulary are learned from them.
SENTENCES = """
Đại_tướng Trần_Văn_Khải , Bộ_trưởng Quốc_phòng Việt_Nam , tiếp Đại_sứ Hà_Lan tại Hà_Nội ngày 12/3/2021 .
Hai bên trao_đổi về hợp_tác quốc_phòng , đào_tạo sĩ_quan và gìn_giữ hoà_bình của Liên_Hợp_Quốc .
Thượng_tướng Lê_Thị_Minh thăm Học_viện Quốc_phòng Ấn_Độ và ký bản ghi_nhớ về hợp_tác đào_tạo .
Đoàn cán_bộ Bộ Quốc_phòng Lào sang thăm chính_thức Việt_Nam từ ngày 5 đến ngày 9 tháng 6 năm 2020 .
Tàu hải_quân Nhật_Bản cập cảng Đà_Nẵng , giao_lưu với sĩ_quan Vùng 3 Hải_quân .
Theo Nghị_định 21/2019/NĐ-CP , hai bên tăng_cường trao_đổi đoàn và hợp_tác công_nghiệp quốc_phòng .
Trung_tướng Nguyễn_Hữu_Phúc chủ_trì hội_đàm , nhấn_mạnh hợp_tác khắc_phục hậu_quả chiến_tranh .
Phó Thủ_tướng cảm_ơn Hàn_Quốc đã giúp rà phá bom_mìn ở Quảng_Trị và Bình_Định .
Đối_thoại Chính_sách Quốc_phòng lần thứ 8 giữa Việt_Nam và Úc diễn ra tại thành_phố Hồ_Chí_Minh .
Các sĩ_quan tham_gia lực_lượng gìn_giữ hoà_bình ở Nam_Xu-đăng được huấn_luyện tiếng Anh tại Can-bơ-ra .
""".strip().splitlines()

LETTERS = (
    "aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệfghiìỉĩíịjklmnoòỏõóọôồổỗốộơờởỡớợpqrstuùủũúụưừửữứựvwxyỳỷỹýỵz0123456789"
    ".,:;!?()[]/-_\"'%&+"
)
MERGES = 400
WORD_END = "</w>"


def tiny_vocab(folder: Path) -> Path:
    """Write ``vocab.txt`` and ``bpe.codes`` as PhoBERT has them and return the folder.

    Every Vietnamese letter and digit has its tokens. As in PhoBERT's own files the merged forms that reach
    over a ``_`` without being a word are missing from ``vocab.txt``, one line of ``bpe.codes`` is void, and
    neither file ends in a line end.
    """
    folder.mkdir(parents=True, exist_ok=True)
    words = Counter(" ".join(SENTENCES).split())
    merges, spelled = _learn(words)
    codes = [f"{left} {right} {count}" for (left, right), count in merges]
    codes.insert(len(codes) // 2, f"km{WORD_END} 3")
    tokens: Counter[str] = Counter()
    for word, count in words.items():
        for symbol in spelled[word]:
            tokens[_token(symbol)] += count
    symbols = [left + right for (left, right), _ in merges if "_" not in left + right]
    symbols += [letter + end for letter in LETTERS + LETTERS.upper() for end in ("", WORD_END)]
    lines = [f"{token} {count}" for token, count in tokens.most_common()]
    lines += [f"{token} 1" for token in dict.fromkeys(map(_token, symbols)) if token not in tokens]
    (folder / "vocab.txt").write_text("\n".join(lines), encoding="utf-8")
    (folder / "bpe.codes").write_text("\n".join([*codes, "z z 1"]), encoding="utf-8")
    return folder


def tiny_encoder(
    folder: Path,
    hidden: int = 32,
    layers: int = 2,
    heads: int = 4,
    positions: int = 66,
    masked_lm: bool = True,
    seed: int = 0,
) -> Path:
    """Write a random RoBERTa checkpoint laid out as ``vinai/phobert-base`` and return the folder.

    ``config.json``, ``model.safetensors``, ``vocab.txt`` and ``bpe.codes``. ``positions`` counts the two that
    RoBERTa keeps free: 66 leaves 64 for tokens. With ``masked_lm`` the weights carry the prefix ``roberta.``
    and a language model's head, as ``RobertaForMaskedLM`` saves them; without it they are a bare
    ``RobertaModel``'s.
    """
    import torch
    from transformers import RobertaConfig, RobertaForMaskedLM, RobertaModel
    from transformers.utils import logging

    tiny_vocab(folder)
    config = RobertaConfig(
        vocab_size=len((folder / "vocab.txt").read_text(encoding="utf-8").splitlines()) + 5,
        hidden_size=hidden,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        intermediate_size=2 * hidden,
        max_position_embeddings=positions,
        type_vocab_size=1,
        layer_norm_eps=1e-5,
        bos_token_id=0,
        pad_token_id=1,
        eos_token_id=2,
        tokenizer_class="PhobertTokenizer",
    )
    logging.disable_progress_bar()
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = RobertaForMaskedLM(config) if masked_lm else RobertaModel(config)
    model.save_pretrained(folder)
    return folder


def _learn(words: Counter[str]) -> tuple[list[tuple[tuple[str, str], int]], dict[str, tuple[str, ...]]]:
    """Byte-pair merges with their counts, most frequent pair first, and every word's symbols at the end."""
    spelled = {word: (*word[:-1], word[-1] + WORD_END) for word in words}
    merges: list[tuple[tuple[str, str], int]] = []
    while len(merges) < MERGES:
        pairs: Counter[tuple[str, str]] = Counter()
        for word, symbols in spelled.items():
            for pair in pairwise(symbols):
                pairs[pair] += words[word]
        if not pairs:
            break
        best, count = max(pairs.items(), key=lambda item: (item[1], item[0]))
        merges.append((best, count))
        spelled = {word: _merged(symbols, best) for word, symbols in spelled.items()}
    return merges, spelled


def _merged(symbols: tuple[str, ...], pair: tuple[str, str]) -> tuple[str, ...]:
    out: list[str] = []
    at = 0
    while at < len(symbols):
        width = 2 if symbols[at : at + 2] == pair else 1
        out.append("".join(symbols[at : at + width]))
        at += width
    return tuple(out)


def _token(symbol: str) -> str:
    return symbol.removesuffix(WORD_END) if symbol.endswith(WORD_END) else symbol + "@@"
