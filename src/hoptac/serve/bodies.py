"""The JSON that goes over the wire. Every offset counts characters (code points) of the text, half-open."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def _well_formed(text: str) -> str:
    # JSON can spell half of a surrogate pair, which no UTF-8 file can hold.
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise ValueError("the text holds half of a surrogate pair, which is no character")
    return text


Text = Annotated[str, AfterValidator(_well_formed)]
Form = Literal["inline", "standoff"]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class TextToRead(_Body):
    """A text to read: plain (an article or a scraped page) or HTML."""

    text: Text
    keep_furniture: bool = Field(default=False, description="Read menus, share buttons and teasers too.")


class FoundEntity(_Body):
    start: int
    end: int
    label: str
    text: str
    score: float = Field(description="Calibrated probability, 0 to 1.")


class FoundEvidence(_Body):
    start: int
    end: int
    text: str
    score: float


class FoundArea(_Body):
    label: str
    name_vi: str
    name_en: str
    score: float
    evidence: list[FoundEvidence]


class Stretch(_Body):
    start: int
    end: int


class LeftOut(_Body):
    start: int
    end: int
    text: str
    reason: str


class Reading(_Body):
    """What was found, and ``text``, which all offsets refer to."""

    text: str
    entities: list[FoundEntity]
    areas: list[FoundArea]
    article: list[Stretch]
    dropped: list[LeftOut]
    warnings: list[str]


class LabelBody(_Body):
    label: str
    name_vi: str
    name_en: str
    definition: str


class SchemaBody(_Body):
    """The labels, and what this server allows."""

    entities: list[LabelBody]
    areas: list[LabelBody]
    save_folder: str | None = Field(description="Where annotations are saved; null where they are not.")
    max_bytes: int = Field(description="The largest request.")
    max_characters: int = Field(description="The longest plain text to read.")
    engine: str = Field(description="What the model runs on.")
    version: str


class MarkedEntity(_Body):
    start: int
    end: int
    label: Text


class MarkedEvidence(_Body):
    start: int
    end: int
    area: Text


class MarkedArticle(_Body):
    """A text with its marks; ``furniture`` holds whole lines that are no part of the article."""

    id: Text
    text: Text
    entities: list[MarkedEntity] = []
    evidence: list[MarkedEvidence] = []
    furniture: list[Stretch] = []


class AnnotationToWrite(MarkedArticle):
    format: Form = Field(default="inline", description="Inline markup, or a stand-off record.")
    save: bool = Field(default=False, description="Save it in the server's folder too.")
    overwrite: bool = Field(default=False, description="Replace an annotation that was saved before.")


class WrittenAnnotation(_Body):
    filename: str
    content: str
    saved: list[str] = Field(description="The files written, below the server's folder.")


class MarkupToRead(_Body):
    """The content of a file in the inline markup."""

    markup: Text


class Failure(_Body):
    error: str = Field(description="What was wrong, and what to do.")
