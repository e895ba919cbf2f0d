"""Frames and models in their tenant's stores: what they are as documents, what they hold as objects."""

from dataclasses import dataclass

from functions.maintenance.model import FrameNotFound, FrameSummary, ModelNotFound, TrainedModel
from makoto.domain import Page
from makoto.ports.context import TenantContext
from makoto.ports.documents import Condition, Document, IfAbsent, IfVersion, Key, Put, Query

FRAMES = "maintenance#frame"
MODELS = "maintenance#model"
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Held:
    """A model's newest version as it is stored, or none."""

    newest: TrainedModel | None
    when_unchanged: Condition


def frame_object(frame_id: str) -> str:
    """Where a frame's CSV lies."""
    return f"maintenance/frames/{frame_id}.csv"


def model_object(model_id: str, version: int) -> str:
    """Where a version's trees lie."""
    return f"maintenance/models/{model_id}/{version:0{_DIGITS}}.json"


def save_frame(frame: FrameSummary, body: bytes, tenant: TenantContext) -> None:
    """The bytes first: a frame that is listed can be read."""
    tenant.objects.upload(frame_object(frame.frame_id), body, content_type="text/csv")
    key = Key(FRAMES, frame.frame_id)
    tenant.documents.put(key, {"frame": frame.model_dump_json()}, when=IfAbsent())


def load_frame(frame_id: str, tenant: TenantContext) -> FrameSummary:
    found = tenant.documents.find(Key(FRAMES, frame_id))
    if found is None:
        raise FrameNotFound(f"there is no frame {frame_id}")
    return FrameSummary.model_validate_json(str(found.data["frame"]))


def list_frames(limit: int, cursor: str | None, tenant: TenantContext) -> Page[FrameSummary]:
    """The newest first."""
    page = tenant.documents.query(Query(FRAMES, descending=True, limit=limit, cursor=cursor))
    items = tuple(FrameSummary.model_validate_json(str(each.data["frame"])) for each in page.items)
    return Page[FrameSummary](items=items, next_cursor=page.next_cursor)


def newest(model_id: str, tenant: TenantContext) -> Held:
    """A model's head, which its versions follow each other by."""
    head = tenant.documents.find(Key(MODELS, f"head/{model_id}"))
    if head is None:
        return Held(None, IfAbsent())
    return Held(_model(head), IfVersion(head.version))


def load(model_id: str, version: int | None, tenant: TenantContext) -> TrainedModel:
    """A version, or the newest one."""
    place = f"head/{model_id}" if version is None else _version_id(model_id, version)
    found = tenant.documents.find(Key(MODELS, place))
    if found is None:
        raise ModelNotFound(f"there is no model {model_id}" + ("" if version is None else f" of version {version}"))
    return _model(found)


def list_models(limit: int, cursor: str | None, tenant: TenantContext) -> Page[TrainedModel]:
    """The newest version of each model, in the order of their ids."""
    return _page(Query(MODELS, prefix="head/", limit=limit, cursor=cursor), tenant)


def list_versions(model_id: str, limit: int, cursor: str | None, tenant: TenantContext) -> Page[TrainedModel]:
    """The newest first."""
    return _page(Query(MODELS, prefix=f"version/{model_id}/", descending=True, limit=limit, cursor=cursor), tenant)


def writes_of(model: TrainedModel, held: Held) -> list[Put]:
    """A version; the head too where it is the newest."""
    data = {"model": model.model_dump_json()}
    version = Put(Key(MODELS, _version_id(model.model_id, model.version)), data)
    head = Put(Key(MODELS, f"head/{model.model_id}"), data, held.when_unchanged)
    is_newest = held.newest is None or held.newest.version <= model.version
    return [version, head] if is_newest else [version]


def _page(query: Query, tenant: TenantContext) -> Page[TrainedModel]:
    page = tenant.documents.query(query)
    return Page[TrainedModel](items=tuple(_model(each) for each in page.items), next_cursor=page.next_cursor)


def _model(document: Document) -> TrainedModel:
    return TrainedModel.model_validate_json(str(document.data["model"]))


def _version_id(model_id: str, version: int) -> str:
    return f"version/{model_id}/{version:0{_DIGITS}}"
