"""The page and its JSON API, as a FastAPI application."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio.to_thread
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

import hoptac
from hoptac import view
from hoptac.annotations.inline import read_inline
from hoptac.errors import AnnotationError, HoptacError, InputError
from hoptac.schema import load_schema
from hoptac.serve.annotation import ExistsError, save, to_article, to_body, write
from hoptac.serve.bodies import (
    AnnotationToWrite,
    Failure,
    LabelBody,
    MarkedArticle,
    MarkupToRead,
    Reading,
    SchemaBody,
    TextToRead,
    WrittenAnnotation,
)
from hoptac.serve.gate import BusyError, Gate
from hoptac.serve.guard import Guard
from hoptac.serve.settings import Settings
from hoptac.text.page import looks_like_html

if TYPE_CHECKING:
    from starlette.responses import Response

    from hoptac.tagger import Tagger

STATIC = Path(__file__).parent / "static"
_STYLE = Path(view.__file__).parent / "style.css"
_GONE = 499  # nobody reads this answer: the client has hung up


class TooLongError(InputError):
    """A text longer than the server reads."""


def create_app(tagger: Tagger, settings: Settings | None = None) -> FastAPI:
    """The application around a loaded tagger.

    There is no page of API documentation, as those load scripts from the network; ``/openapi.json`` is there.
    """
    settings = settings or Settings()
    app = FastAPI(
        title="hoptac",
        version=hoptac.__version__,
        description="People, ranks, organizations, dates, documents and areas of cooperation in Vietnamese "
        "news. Offsets count Unicode code points.",
        docs_url=None,
        redoc_url=None,
        responses={code: {"model": Failure} for code in (403, 413, 421, 422, 500)},
    )
    app.add_middleware(Guard, settings=settings)
    _answer_errors(app)
    gate = Gate(settings.waiting)

    @app.get("/", include_in_schema=False)
    async def page() -> FileResponse:
        return FileResponse(STATIC / "index.html")

    @app.get("/assets/style.css", include_in_schema=False)
    async def style() -> FileResponse:
        return FileResponse(_STYLE)

    app.mount("/assets", StaticFiles(directory=STATIC), name="assets")

    @app.get("/api/schema")
    async def schema() -> SchemaBody:
        """The labels, and what this server allows."""
        labels = load_schema()
        return SchemaBody(
            entities=[LabelBody(**asdict(entity)) for entity in labels.entities],
            areas=[LabelBody(**asdict(area)) for area in labels.areas],
            save_folder=None if settings.save is None else str(settings.save),
            max_bytes=settings.max_bytes,
            max_characters=settings.max_characters,
            engine=tagger.engine,
            version=hoptac.__version__,
        )

    @app.post("/api/predict", responses={503: {"model": Failure}})
    async def predict(body: TextToRead, request: Request) -> Reading:
        """Find entities and areas in a text; one text is read at a time."""
        if len(body.text) > settings.max_characters and not looks_like_html(body.text):
            raise TooLongError(
                f"The text has {len(body.text):,} characters; "
                f"this server reads {settings.max_characters:,} at most."
            )
        async with gate.turn():
            if await request.is_disconnected():
                raise HTTPException(_GONE)
            result = await anyio.to_thread.run_sync(
                lambda: tagger.predict(body.text, keep_furniture=body.keep_furniture)
            )
        return Reading(text=result.text, **result.to_dict())

    @app.post("/api/annotation", responses={409: {"model": Failure}})
    def annotation(body: AnnotationToWrite) -> WrittenAnnotation:
        """Turn marks into an annotation file, and save it in the server's folder where asked to."""
        written = write(to_article(body), body.format)
        names: list[str] = []
        if body.save:
            if settings.save is None:
                raise InputError(
                    "This server saves nothing; start it with --save FOLDER, or download the file."
                )
            names = save(settings.save, written, body.overwrite)
        return WrittenAnnotation(filename=written.filename, content=written.content, saved=names)

    @app.post("/api/article")
    def article(body: MarkupToRead) -> MarkedArticle:
        """Read a file in the inline markup back into text and marks."""
        return to_body(read_inline(body.markup))

    return app


def _answer_errors(app: FastAPI) -> None:
    """Every error is a JSON object with one sentence."""

    @app.exception_handler(HoptacError)
    async def on_hoptac_error(request: Request, error: HoptacError) -> Response:
        if isinstance(error, BusyError):
            return _failure(503, str(error), {"Retry-After": str(error.retry_after)})
        if isinstance(error, ExistsError):
            return _failure(409, str(error))
        if isinstance(error, TooLongError):
            return _failure(413, str(error))
        return _failure(422 if isinstance(error, InputError | AnnotationError) else 500, str(error))

    @app.exception_handler(RequestValidationError)
    async def on_invalid(request: Request, error: RequestValidationError) -> Response:
        return _failure(422, _first_mistake(error.errors()[0]))

    @app.exception_handler(HTTPException)
    async def on_http(request: Request, error: HTTPException) -> Response:
        message = f"{request.method} {request.url.path}: {error.detail}."
        return _failure(error.status_code, message, error.headers)

    @app.exception_handler(Exception)
    async def on_bug(request: Request, error: Exception) -> Response:
        return _failure(500, f"An error in the server ({type(error).__name__}); its terminal shows more.")


def _first_mistake(mistake: dict[str, Any]) -> str:
    if mistake["type"] == "json_invalid":
        return "The request's body is not JSON."
    if mistake["type"] in ("model_attributes_type", "missing") and len(mistake["loc"]) == 1:
        return "The request needs a body: a JSON object, with the header Content-Type: application/json."
    place = ".".join(str(part) for part in mistake["loc"][1:])
    return f"{place or 'the body'}: {mistake['msg'].removeprefix('Value error, ')}."


def _failure(status: int, message: str, headers: Any = None) -> JSONResponse:
    return JSONResponse({"error": message}, status, headers=headers)
