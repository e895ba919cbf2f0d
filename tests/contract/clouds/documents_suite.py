"""What every document store must do with one document: values, keys and sizes."""

from decimal import Decimal

import pytest

from makoto.domain import TenantRecord
from makoto.errors import Invalid
from makoto.ports.documents import (
    Datum,
    DocumentNotFound,
    Documents,
    Key,
    Query,
)
from tests.contract.clouds.store_contract import StoreContract
from tests.contract.clouds.worlds import World

KEY = Key("partition", "id")
EVERYTHING: dict[str, Datum] = {
    "japanese": "東都精機 第一工場",
    "emoji": "🏭👩‍🔧",
    "empty": "",
    "quotes": "'; DROP TABLE x; -- \" \\ #n0 :v0 ${x}",
    "control": "tab\tnewline\n\u2028",
    "yes": True,
    "no": False,
    "null": None,
    "zero": 0,
    "big": 99999999999999999999999999999999999999,
    "negative": -(10**37),
    "huge": 10**125,
    "decimal": Decimal("12345678901234567890.123456789012345678"),
    "tiny": Decimal("-1E-130"),
    "bytes": bytes(range(256)),
    "no bytes": b"",
    "list": ["a", 1, [], {}, [None, {"深い": Decimal("0.1")}]],
    "map": {"a.b": {"c d": 1}, "#x": ":y"},
}


class DocumentsContract(StoreContract):
    """Inherited by each cloud, which gives the `world`."""

    def test_every_portable_value_comes_back_as_it_was(self, documents: Documents) -> None:
        documents.put(KEY, EVERYTHING)

        found = documents.get(KEY).data

        assert found == EVERYTHING
        assert {name: type(value) for name, value in found.items()} == {
            name: type(value) for name, value in EVERYTHING.items()
        }

    def test_a_whole_number_comes_back_as_int_and_another_without_trailing_zeros(self, documents: Documents) -> None:
        documents.put(KEY, {"whole": Decimal("5.00"), "power": Decimal("1E+3"), "part": Decimal("1.50")})

        found = documents.get(KEY).data

        assert [repr(found[name]) for name in ("whole", "power", "part")] == ["5", "1000", "Decimal('1.5')"]

    @pytest.mark.parametrize(
        ("value", "rule"),
        [
            (1.5, "number"),
            (float("nan"), "number"),
            (Decimal("NaN"), "number"),
            (Decimal("-Infinity"), "number"),
            (10**38 + 1, "number"),
            (Decimal("0.123456789012345678901234567890123456789"), "number"),
            (Decimal("1E+126"), "number"),
            (Decimal("1E-131"), "number"),
            ("a\0b", "text"),
            ("\ud800", "text"),
            ({"": 1}, "name"),
            ({1, 2}, "type"),
        ],
    )
    def test_what_some_store_could_not_hold_is_refused_with_its_place(
        self, documents: Documents, value: Datum, rule: str
    ) -> None:
        with pytest.raises(Invalid) as refused:
            documents.put(KEY, {"a/b": ["fine", value]})

        assert (refused.value.errors[0].pointer[:7], refused.value.errors[0].rule) == ("/a~1b/1", rule)
        assert documents.find(KEY) is None

    @pytest.mark.parametrize(
        "key",
        [Key("", "id"), Key("p", ""), Key("p", "a\0b"), Key("p\0", "a"), Key("p", "あ" * 334), Key("p" * 2001, "a")],
    )
    def test_a_key_that_some_store_could_not_hold_is_refused(self, documents: Documents, key: Key) -> None:
        with pytest.raises(Invalid):
            documents.put(key, {})
        with pytest.raises(Invalid):
            documents.find(key)

    @pytest.mark.parametrize("text", ["あ" * 333, "🏭/# ?%&'\"\\:;", "a#b", "..", " ", "' OR '1'='1", ":v0 AND #n0"])
    def test_a_key_may_be_any_other_text(self, documents: Documents, text: str) -> None:
        documents.put(Key(text, text), {"text": text})

        assert documents.get(Key(text, text)).key == Key(text, text)
        assert [found.key.id for found in documents.query(Query(text)).items] == [text]

    def test_a_document_of_nearly_the_item_limit_is_stored_and_a_bigger_one_refused(self, documents: Documents) -> None:
        most = documents.driver.limits.max_item_bytes
        documents.put(KEY, {"text": "x" * (most - 20)})

        with pytest.raises(Invalid):
            documents.put(KEY, {"text": "あ" * (most // 3)})

        assert len(str(documents.get(KEY).data["text"])) == most - 20

    def test_a_document_that_is_not_there_is_not_found(self, documents: Documents) -> None:
        assert documents.find(KEY) is None
        with pytest.raises(DocumentNotFound):
            documents.get(KEY)

    def test_a_document_read_twice_is_the_same_and_changing_the_copy_changes_nothing(
        self, documents: Documents
    ) -> None:
        given: dict[str, Datum] = {"list": [1], "map": {"a": 1}}
        put = documents.put(KEY, given)
        for copy in (given, put.data, documents.get(KEY).data):
            inner = copy["list"]
            assert isinstance(inner, list)
            inner.append(2)
            copy["more"] = 3

        assert documents.get(KEY).data == {"list": [1], "map": {"a": 1}}

    def test_another_tenant_sees_nothing(self, world: World, documents: Documents) -> None:
        documents.put(KEY, {"secret": "A"})

        other = world.open(world.tenant()).documents

        assert other.find(KEY) is None
        assert other.query(Query("partition")).items == ()
        assert other.batch_get([KEY]).missing == (KEY,)

    def test_another_process_of_the_tenant_sees_the_same(
        self, world: World, tenant: TenantRecord, documents: Documents
    ) -> None:
        stored = documents.put(KEY, {"n": 1})

        assert world.open(tenant).documents.get(KEY) == stored
