"""The head of a recall's list, and its cells as spreadsheets may read them."""

from decimal import Decimal

HEADERS = {
    "en": (
        "Traceability Lot Code", "Product", "Product Description", "Quantity", "Unit of Measure", "Event",
        "Customer (Ship To)", "Shipped At", "Ship From", "Reference Document", "Lot Status", "Remaining",
        "Expiry Date", "Supplier", "Supplier Lot", "Recall",
    ),
    "ja": (
        "トレーサビリティロット番号", "品目", "品名", "数量", "単位", "イベント", "出荷先", "出荷日時", "出荷元",
        "納品書番号", "ロット状態", "残数量", "使用期限", "仕入先", "仕入先ロット番号", "リコール",
    ),
}  # fmt: skip
"""The key data elements of shipping (FSMA 204, 21 CFR 1.1340) and what a recall needs beside them."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""Japanese spreadsheets take the wide ones too."""


def cell_text(cell: object) -> str:
    """One that a spreadsheet would take for a formula is quoted (OWASP, CSV injection); a number is none."""
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    text = str(cell)
    return f"'{text}" if text[:1] in _FORMULA else text
