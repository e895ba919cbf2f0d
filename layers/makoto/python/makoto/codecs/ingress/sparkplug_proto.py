"""The wire form of Sparkplug B as protobuf messages (field numbers of Eclipse Tahu's sparkplug_b.proto)."""

from functools import cache
from typing import Any

_F = {"uint32": 13, "uint64": 4, "float": 2, "double": 1, "bool": 8, "string": 9, "bytes": 12, "message": 11}
_METRIC = (
    (1, "name", "string"),
    (2, "alias", "uint64"),
    (3, "timestamp", "uint64"),
    (4, "datatype", "uint32"),
    (5, "is_historical", "bool"),
    (6, "is_transient", "bool"),
    (7, "is_null", "bool"),
    (9, "properties", "PropertySet"),
)
_VALUES = (
    (10, "int_value", "uint32"),
    (11, "long_value", "uint64"),
    (12, "float_value", "float"),
    (13, "double_value", "double"),
    (14, "boolean_value", "bool"),
    (15, "string_value", "string"),
    (16, "bytes_value", "bytes"),
)
_PROPERTY = (
    (1, "type", "uint32"),
    (2, "is_null", "bool"),
    (3, "int_value", "uint32"),
    (4, "long_value", "uint64"),
    (8, "string_value", "string"),
)
_PAYLOAD = ((1, "timestamp", "uint64"), (2, "metrics", "*Metric"), (3, "seq", "uint64"), (4, "uuid", "string"))
_SET = ((1, "keys", "*string"), (2, "values", "*PropertyValue"))


@cache
def payload_class() -> Any:  # Any: a class that protobuf makes at run time
    """The class of a payload; data sets and templates stay among its unknown fields."""
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

    file = descriptor_pb2.FileDescriptorProto(name="sparkplug_b.proto", package="sparkplug", syntax="proto2")
    for name, fields in (("Payload", _PAYLOAD), ("PropertySet", _SET), ("PropertyValue", _PROPERTY)):
        _add(file.message_type.add(name=name), fields)
    metric = file.message_type.add(name="Metric")
    metric.oneof_decl.add(name="value")
    _add(metric, _METRIC)
    _add(metric, _VALUES, oneof=0)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("sparkplug.Payload"))


def _add(message: Any, fields: tuple[tuple[int, str, str], ...], oneof: int | None = None) -> None:
    for number, name, kind in fields:
        is_repeated, kind = kind.startswith("*"), kind.removeprefix("*")
        field = message.field.add(name=name, number=number, label=3 if is_repeated else 1)
        field.type = _F.get(kind, _F["message"])
        if kind not in _F:
            field.type_name = f".sparkplug.{kind}"
        if oneof is not None:
            field.oneof_index = oneof
