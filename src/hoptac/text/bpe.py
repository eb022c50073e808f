"""PhoBERT's subwords on the Rust ``tokenizers`` library, without ``transformers``.

PhoBERT (Nguyen and Nguyen, 2020, "PhoBERT: Pre-trained language models for Vietnamese") reads word-segmented
text: the syllables of a word are joined by ``_`` and words are parted by spaces. Its subwords come from
fastBPE merges (``bpe.codes``) and are numbered by a fairseq dictionary (``vocab.txt``).

The byte-pair model of the Rust library needs a symbol with an id of its own for the result of every merge,
while PhoBERT's dictionary lacks some of them: those still merge on, and are ``<unk>`` where no further merge
takes them up. Such a symbol gets an *alias*, an id behind all of PhoBERT's, and every id that leaves this
module is put back to the one that PhoBERT knows.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tokenizers import AddedToken, Encoding, Regex, Tokenizer
from tokenizers.decoders import BPEDecoder
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import Sequence, Split, WhitespaceSplit

from hoptac.errors import ModelError

WORD_END = "</w>"  # marks a symbol that ends its word in bpe.codes
CONTINUED = "@@"  # marks a token that does not end its word in vocab.txt
CACHED_WORDS = 1 << 17

# str.isspace() accepts the Unicode white space and also the four ASCII information separators.
_SEPARATORS = Regex(r"[\x{1c}-\x{1f}]")
_ROLES = ("bos_token", "pad_token", "eos_token", "unk_token", "sep_token", "cls_token", "mask_token")
_FLAGS = ("single_word", "lstrip", "rstrip", "normalized", "special")
_USUAL = dict(zip(_ROLES, ("<s>", "<pad>", "</s>", "<unk>", "</s>", "<s>", "<mask>"), strict=True))


class LineTokenizer:
    """The ids and offsets of `hoptac.text.tokenizer.PhobertTokenizerFast` for single lines, fast to load."""

    def __init__(self, tokenizer: Tokenizer, table: TokenTable, mask: str) -> None:
        self._tokenizer, self._table = tokenizer, table
        self.mask_token_id = table.ids[mask]

    @classmethod
    def from_folder(cls, folder: Path | str) -> LineTokenizer:
        """Read ``vocab.txt`` and ``bpe.codes``; special and added tokens from the JSON files beside them.

        Raises `ModelError` when a file is missing, cannot be read, or does not go with the others.
        """
        folder = Path(folder)
        for name in ("vocab.txt", "bpe.codes"):
            if not (folder / name).is_file():
                raise ModelError(
                    f"{folder}: no {name} there; PhoBERT's tokenizer needs vocab.txt and bpe.codes"
                )
        told = _json(folder / "tokenizer_config.json")
        roles = {role: _content(told.get(role)) or usual for role, usual in _USUAL.items()}
        added = _added_tokens(folder, told)
        special = [roles[role] for role in _ROLES[:4]]
        whole = [*(roles[role] for role in _ROLES[:6]), *(token["content"] for token in added)]
        whole.append(roles["mask_token"])
        ids = read_vocabulary(folder / "vocab.txt", special)
        model, table = build_model(ids, read_merges(folder / "bpe.codes"), whole, roles["unk_token"])
        check_added({token["id"]: token["content"] for token in added}, table, folder)
        tokenizer = rust_tokenizer(model)
        known = {token["content"] for token in added}
        tokenizer.add_special_tokens([token for token in whole if token not in known])
        for token in added:
            add = tokenizer.add_special_tokens if token.get("special") else tokenizer.add_tokens
            add([AddedToken(token["content"], **{key: token[key] for key in _FLAGS if key in token})])
        return cls(tokenizer, table, roles["mask_token"])

    def __len__(self) -> int:
        """Number of all ids, added tokens included: what an embedding matrix needs."""
        return len(self._table.tokens)

    def encode_line(self, line: str) -> PhobertEncoding:
        """One word-segmented line, however long: ids, tokens, offsets and word ids without special tokens."""
        return PhobertEncoding(self._tokenizer.encode(line, add_special_tokens=False), self._table)


def _json(path: Path) -> Mapping[str, Any]:
    """The object in a JSON file, empty where there is no such file."""
    try:
        read = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except (OSError, ValueError) as error:
        raise ModelError(f"{path}: no valid JSON ({error}); fetch the file again") from error
    if not isinstance(read, dict):
        raise ModelError(f"{path}: not a JSON object; fetch the file again")
    return read


def _added_tokens(folder: Path, told: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The added tokens by id, from ``tokenizer_config.json`` or else from ``tokenizer.json``."""
    listed = told.get("added_tokens_decoder")
    if listed is None:
        tokens = list(_json(folder / "tokenizer.json").get("added_tokens", []))
    else:
        tokens = [{**token, "id": int(index)} for index, token in listed.items()]
    return sorted(tokens, key=lambda token: int(token["id"]))


def _content(token: Any) -> str | None:
    """A token that a JSON file gives as a string, or as an object with more about it."""
    return str(token["content"]) if isinstance(token, dict) else token


def rust_tokenizer(model: BPE) -> Tokenizer:
    """The Rust tokenizer around a byte-pair model: words are parted by white space."""
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = Sequence([Split(_SEPARATORS, "removed"), WhitespaceSplit()])
    tokenizer.decoder = BPEDecoder(suffix=WORD_END)
    return tokenizer


def check_added(added: Mapping[int, str], table: TokenTable, source: object) -> None:
    """Raise `ModelError` when an added token has another id than ``added`` says."""
    for index, token in added.items():
        actual = table.ids[token]
        if actual != index:
            raise ModelError(
                f"{source}: the added token {token!r} should have the id {index}, but with"
                f" vocab.txt it is {actual}; take files that belong together"
            )


@dataclass(frozen=True)
class TokenTable:
    """PhoBERT's tokens and their ids, and the ids that stand for them inside the Rust model.

    ``aliases[k]`` is PhoBERT's id for the Rust model's symbol ``len(tokens) + k``; ``whole`` are the tokens
    that are matched as they stand, special and added ones; ``unknown`` is the id of ``<unk>``.
    """

    tokens: tuple[str, ...]
    ids: dict[str, int]
    aliases: tuple[int, ...]
    whole: frozenset[str]
    unknown: int

    def resolve(self, ids: list[int]) -> list[int]:
        """The ids of the vocabulary for ids of the Rust model."""
        size = len(self.tokens)
        if not self.aliases or not ids or max(ids) < size:
            return ids
        return [index if index < size else self.aliases[index - size] for index in ids]


class PhobertEncoding:
    """A ``tokenizers.Encoding`` whose ids and tokens are PhoBERT's; everything else is passed on as it is."""

    __slots__ = ("_encoding", "_table")

    def __init__(self, encoding: Encoding, table: TokenTable) -> None:
        self._encoding, self._table = encoding, table

    @property
    def ids(self) -> list[int]:
        return self._table.resolve(self._encoding.ids)

    @property
    def tokens(self) -> list[str]:
        return [self._table.tokens[index] for index in self.ids]

    @property
    def overflowing(self) -> list[PhobertEncoding]:
        return [PhobertEncoding(encoding, self._table) for encoding in self._encoding.overflowing]

    def __len__(self) -> int:
        return len(self._encoding)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._encoding, name)

    def __reduce__(self) -> tuple[type[PhobertEncoding], tuple[Encoding, TokenTable]]:
        return PhobertEncoding, (self._encoding, self._table)


def read_vocabulary(path: str | Path, special: list[str]) -> dict[str, int]:
    """Token to id: ``special`` first, then the lines ``token count`` of a fairseq dictionary, in order.

    Raises ``ModelError`` with file and line for a line without a count or a token that comes twice.
    """
    ids = {token: index for index, token in enumerate(special)}
    for number, line in enumerate(_lines(path), start=1):
        token, space, _ = line.strip().rpartition(" ")
        if not space:
            found = line.strip()
            raise ModelError(
                f"{path}:{number}: expected 'token count', found {found!r}; is it PhoBERT's vocab.txt?"
            )
        if token in ids:
            raise ModelError(
                f"{path}:{number}: the token {token!r} was there before; every line needs another token"
            )
        ids[token] = len(ids)
    return ids


def read_merges(path: str | Path) -> list[tuple[str, str]]:
    """The merges of a fastBPE code file (``left right count``) in the order of their rank.

    Lines with fewer or more than two symbols are void, as is a last line without a line end:
    ``PhobertTokenizer`` never applies them either. Of equal merges the last counts.
    """
    ranks: dict[tuple[str, ...], int] = {}
    for rank, line in enumerate(_lines(path)):
        symbols = tuple(line.split()[:-1])
        if len(symbols) == 2 and line.endswith("\n"):
            ranks[symbols] = rank
    return [(left, right) for left, right in sorted(ranks, key=ranks.__getitem__)]


def build_model(
    ids: dict[str, int], merges: list[tuple[str, str]], whole: list[str], unknown: str
) -> tuple[BPE, TokenTable]:
    """The byte-pair model for a vocabulary and its merges, with the table that leads back to PhoBERT's ids.

    Tokens of ``whole`` that are not in ``ids`` are numbered behind it, in order. Raises ``ModelError`` when
    one spells a subword that does not end its word, for then the two could not be told apart.
    """
    numbered = dict(ids)
    for token in whole:
        numbered.setdefault(token, len(numbered))
    names = {token: numbered[token] for token in whole}
    merged = dict.fromkeys(part for left, right in merges for part in (left, right, left + right))
    spelled = [_symbol(token) for token in numbered if token not in names]
    if clash := names.keys() & {*merged, *spelled}:
        token = min(clash)
        raise ModelError(f"the token {token!r} cannot be added: it is also the subword {token}{CONTINUED}")
    taken = set(names.values())
    aliases: list[int] = []
    for symbol in dict.fromkeys([*merged, *spelled]):
        index = numbered.get(_token(symbol), numbered[unknown])
        if index in taken:
            aliases.append(index)
            index = len(numbered) + len(aliases) - 1
        taken.add(index)
        names[symbol] = index
    model = BPE(
        vocab=names,
        merges=merges,
        unk_token=unknown,
        end_of_word_suffix=WORD_END,
        fuse_unk=False,
        cache_capacity=CACHED_WORDS,
    )
    table = TokenTable(tuple(numbered), numbered, tuple(aliases), frozenset(whole), numbered[unknown])
    return model, table


def _token(symbol: str) -> str:
    return symbol.removesuffix(WORD_END) if symbol.endswith(WORD_END) else symbol + CONTINUED


def _symbol(token: str) -> str:
    bare = token.removesuffix(CONTINUED)
    return bare if bare and bare != token else token + WORD_END


def _lines(path: str | Path) -> list[str]:
    try:
        with Path(path).open(encoding="utf-8") as handle:
            return handle.readlines()
    except UnicodeDecodeError as error:
        raise ModelError(
            f"{path}: not UTF-8 text ({error.reason} at byte {error.start}); fetch the file again"
        ) from error
