"""An API on the loopback and its OpenAPI document: what goes well, and what goes wrong in each way."""

from __future__ import annotations

from typing import Any

from starlette.applications import Starlette
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

__all__ = ["APP", "DOCUMENT"]

NUMBER = {"type": "number"}


def _gives(schema: dict[str, Any]) -> dict[str, Any]:
    return {"200": {"description": "", "content": {"application/json": {"schema": schema}}}}


def _get(name: str, **more: Any) -> dict[str, Any]:
    return {"get": {"operationId": name, "summary": f"The {name}.", **more}}


DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Test", "version": "1"},
    "paths": {
        "/echo/{place}": {
            "post": {
                "operationId": "echo",
                "summary": "What was sent.",
                "parameters": [
                    {"name": "place", "in": "path", "required": True, "schema": {"type": "string"}},
                    {"name": "q", "in": "query", "schema": {"type": "integer"}},
                ],
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"properties": {"x": NUMBER}, "required": ["x"]}}},
                },
                "responses": _gives({"type": "object"}),
            }
        },
        "/wrong": _get("wrong", responses=_gives({"type": "integer"})),
        "/missing": _get("missing"),
        "/away": _get("away"),
        "/text": _get("text"),
        "/nothing": _get("nothing"),
        "/broken": _get("broken"),
        "/large": _get("large"),
        "/form": {"post": {"requestBody": {"required": True, "content": {"text/csv": {}}}}},
    },
}


async def _echo(request: Request) -> JSONResponse:
    told = {"path": request.scope["raw_path"].decode(), "query": request.url.query, "body": await request.json()}
    return JSONResponse({**told, "key": request.headers.get("x-key"), "host": request.headers["host"]})


async def _large(request: Request) -> Response:
    return Response(b"x" * 3000, media_type="text/plain")


def _answer(response: Response) -> Any:
    async def answer(request: Request) -> Response:
        return response

    return answer


APP = Starlette(
    routes=[
        Route("/echo/{place:path}", _echo, methods=["POST"]),
        Route("/wrong", _answer(JSONResponse("many"))),
        Route("/away", _answer(RedirectResponse("http://127.0.0.1:9/elsewhere"))),
        Route("/text", _answer(PlainTextResponse("grüezi"))),
        Route("/nothing", _answer(Response(status_code=204))),
        Route("/broken", _answer(Response("{", media_type="application/json"))),
        Route("/missing", _answer(JSONResponse({"detail": "no such thing " * 100}, status_code=404))),
        Route("/large", _large),
        Route("/openapi.json", _answer(JSONResponse(DOCUMENT))),
        Route("/redirected.json", _answer(RedirectResponse("/openapi.json"))),
    ]
)
APP.add_middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["*"], allow_headers=["*"])
