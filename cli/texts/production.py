"""Sentences about work orders."""

PRODUCTION: dict[str, tuple[str, str]] = {
    "orders": ("Work orders: plan, run, count.", "製造オーダーの計画・着手・実績。"),
    "orders.plan": (
        "Plan an order. With --id the same command again is the same order.",
        "製造オーダーを計画します。--id を付ければ再実行しても二重になりません。",
    ),
    "orders.list": ("List orders by their due dates.", "納期順にオーダーを一覧します。"),
    "orders.dispatch": (
        "What can run now at a place, the most urgent first.",
        "その場所で今着手できる作業（優先順）。",
    ),
    "orders.show": ("Show an order with its operations.", "オーダーと各工程の状態を表示します。"),
    "orders.history": ("Everything that was done to an order.", "オーダーの履歴を表示します。"),
    "orders.report_sheet": (
        "Planned and actual times, yields, scrap by reason, labour.",
        "予定と実績、歩留まり、理由別の不良、工数を表示します。",
    ),
    "orders.release": ("Release an order to the shop floor.", "オーダーを現場に発行します。"),
    "orders.reschedule": ("Change due date, start or priority.", "納期・着手予定・優先度を変更します。"),
    "orders.cancel": ("Make nothing more for an order.", "オーダーを中止します。"),
    "orders.start": (
        "Begin an operation at a machine; after a setup, the same without --setup.",
        "工程を設備で開始します。段取りの後は --setup なしで実行します。",
    ),
    "orders.pause": ("Let an operation stand still.", "工程を中断します。"),
    "orders.resume": ("Go on with an operation.", "工程を再開します。"),
    "orders.complete": ("End an operation.", "工程を完了します。"),
    "orders.report": (
        "Report what was made since the report before. Each report counts; --key makes it safe to send again.",
        "前回以降の出来高を報告します。報告は都度加算されます（再送は --key を付けてください）。",
    ),
    "orders.clock": ("Clock an operator on or off.", "作業者の着手・離脱を記録します。"),
    "opt.order": ("Order's id.", "オーダー ID。"),
    "opt.order_new": ("Id of the new order; made up where absent.", "新しいオーダーの ID（省略時は自動）。"),
    "opt.operation": ("Number of the operation, such as 10.", "工程番号（例 10）。"),
    "opt.due": (
        "Due date: ISO 8601 with a zone, or in how long: 8h, 3d.",
        "納期：タイムゾーン付き ISO 8601、または 8h・3d（今から）。",
    ),
    "opt.start": ("When it is meant to begin, written like --due.", "着手予定の日時（--due と同じ書き方）。"),
    "opt.priority": ("1 is the most urgent, 999 the least.", "優先度：1 が最優先、999 が最後。"),
    "opt.unit": ("Unit; the product's own where absent.", "単位（省略時は品目の単位）。"),
    "opt.tolerance": (
        "Share by which an operation may report more than reached it.",
        "前工程の数量を超えて報告できる割合。",
    ),
    "opt.note": ("A remark.", "備考。"),
    "opt.order_status": (
        "Only these: planned, released, in_progress, complete, cancelled.",
        "状態で絞り込む：planned・released・in_progress・complete・cancelled。",
    ),
    "opt.due_from": ("Due from this time on, written like --due.", "この日時以降が納期のもの（--due と同じ書き方）。"),
    "opt.due_to": ("Due before this time, written like --due.", "この日時より前が納期のもの（--due と同じ書き方）。"),
    "opt.operator": ("Who did it; you where absent.", "作業者（省略時は自分）。"),
    "opt.setup": ("Set the machine up first.", "段取りから始めます。"),
    "opt.reason_code": ("Reason's code, such as 60000.", "理由コード（例 60000）。"),
    "opt.amount": ("How many.", "数量。"),
    "opt.from_rework": ("They came back from rework.", "手直しから戻ったもの。"),
    "opt.correction": (
        "Why earlier figures were wrong; lets counts be negative.",
        "過去の報告が誤っていた理由（負の数量を許可します）。",
    ),
    "opt.lot_used": (
        "What went in: LOT:MATERIAL:QUANTITY:UNIT; repeatable.",
        "使用ロット：ロット:品目:数量:単位（繰り返し指定可）。",
    ),
    "opt.lot_made": (
        "What came out: LOT:MATERIAL:QUANTITY:UNIT; repeatable.",
        "完成ロット：ロット:品目:数量:単位（繰り返し指定可）。",
    ),
    "opt.clock": ("on or off.", "on（着手）または off（離脱）。"),
    "say.scrap": ("Scrap by reason", "理由別の不良"),
    "error.lot": (
        "Not LOT:MATERIAL:QUANTITY:UNIT: {given}",
        "ロット:品目:数量:単位 の形ではありません：{given}",
    ),
}
