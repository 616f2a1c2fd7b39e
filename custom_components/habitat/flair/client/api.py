"""Flair's endpoints."""

from collections import defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import fields
from datetime import datetime
from functools import partial
from operator import attrgetter

from ...cloud.cache import Collection, Memory, Records
from ...cloud.documents import Json
from ...cloud.errors import Refused
from ...cloud.messages import Answer, Request
from ...cloud.paging import Page, PageChain, Query, join_pages, read_page
from ...cloud.parsing import parse
from ...cloud.report import ParseReport
from ...cloud.session import CloudSession
from .jsonapi import flatten, next_page, pages_ahead, resources
from .models import Resource, Vent


class FlairClient:
    """Flair's API for one account. Every method raises as `CloudSession.send` does."""

    def __init__(self, session: CloudSession, report: ParseReport) -> None:
        """Use a session; oddities are counted in `report`."""
        self.session = session
        self.report = report
        self._memory = Memory()
        self._chains: defaultdict[Hashable, PageChain] = defaultdict(PageChain)

    async def collection(
        self, model: type[Resource], path: str | None = None
    ) -> Collection[Resource]:
        """Return all resources of a type in all homes, or those at a path, from all pages.

        While the bytes of the answers do not change, it is the same object.
        """
        path = path or f"/api/{model.TYPE}"
        question = model, path

        async def ask(query: Query) -> Page[Resource]:
            read = partial(self._page, model, first=not query)
            return await self.session.send(
                Request(method="GET", path=path, params=query or None),
                self._memory.list_reader(question, read, tuple(query.items())),
            )

        pages = await self._chains[question].read(ask)
        return self._memory.join(question, pages, self._join)

    async def get[R: Resource](self, model: type[R], path: str) -> R | None:
        """Return the resource at a path, or None if there is none yet, such as a first reading."""
        try:
            document = await self.get_raw(path)
        except Refused as err:
            if err.status == 404:
                return None
            raise
        return self._one(model, document)

    async def patch[R: Resource](
        self,
        model: type[R],
        resource_id: str,
        attributes: Mapping[str, object],
        *,
        repeatable: bool = True,
    ) -> R | None:
        """Set attributes, named as in the models; return the new resource, or None if unreadable."""
        wire = _attributes(model, attributes)
        try:
            document = await self.patch_raw(
                model.TYPE, resource_id, wire, repeatable=repeatable
            )
        except Refused as err:
            # Some vents refuse exactly 50 and accept 49 (docs/vendors/flair.md, JSON:API).
            if err.status != 400 or model is not Vent or wire != {"percent-open": 50}:
                raise
            document = await self.patch_raw(
                model.TYPE, resource_id, {"percent-open": 49}
            )
        return self._one(model, document)

    async def get_raw(self, path: str, params: Mapping[str, str] | None = None) -> Json:
        """Return any document of the API, such as applications, callbacks or histories."""
        return await self.session.json(Request(method="GET", path=path, params=params))

    async def patch_raw(
        self,
        kind: str,
        resource_id: str,
        attributes: Mapping[str, Json],
        relationships: Mapping[str, Json] | None = None,
        *,
        repeatable: bool = True,
    ) -> Json:
        """Change any resource of the API; attributes are spelled as in the API."""
        data: dict[str, Json] = {
            "type": kind,
            "id": resource_id,
            "attributes": dict(attributes),
        }
        if relationships:
            data["relationships"] = dict(relationships)
        return await self.session.json(
            Request(
                method="PATCH",
                path=f"/api/{kind}/{resource_id}",
                json={"data": data},
                repeatable=repeatable,
            )
        )

    def _page(
        self, model: type[Resource], answer: Answer, known: Records, *, first: bool
    ) -> Page[Resource]:
        document = answer.json()
        return read_page(
            resources(document),
            partial(self._record, model),
            known,
            following=next_page(document),
            ahead=pages_ahead(document) if first else (),
        )

    def _join(self, pages: tuple[Page[Resource], ...]) -> Collection[Resource]:
        return join_pages(pages, attrgetter("id"), self.report)

    def _one[R: Resource](self, model: type[R], document: Json) -> R | None:
        items = resources(document)
        return self._record(model, items[0]) if items else None

    def _record[R: Resource](self, model: type[R], item: Json) -> R | None:
        if not isinstance(item, dict):
            self.report.record(f"{model.__name__} (no object)")
            return None
        record = parse(model, flatten(item), self.report)
        if record is not None and not record.id.strip():
            self.report.record(f"{model.__name__}.id")
            return None
        return record


def _attributes(
    model: type[Resource], attributes: Mapping[str, object]
) -> dict[str, Json]:
    """Return a model's attributes in the form that the API accepts."""
    writers = {item.name: item.metadata.get("wire", _plain) for item in fields(model)}
    return {
        name.replace("_", "-"): None if value is None else writers[name](value)
        for name, value in attributes.items()
    }


def _plain(value: object) -> Json:
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, datetime) else str(value)
