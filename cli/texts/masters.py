"""Sentences about master data, and what several of the factory's commands share."""

MASTERS: dict[str, tuple[str, str]] = {
    "masters": ("What the factory is made of.", "マスターデータ（設備・品目・工程など）。"),
    "masters.list": ("List records of a kind.", "種類を指定してマスターを一覧します。"),
    "masters.show": ("Show one record.", "マスターを一件表示します。"),
    "masters.put": (
        "Store a record from a JSON file. The same content again is no new revision.",
        "JSON ファイルのマスターを登録します。同じ内容なら新しい版にはなりません。",
    ),
    "masters.import": (
        "Store a list of records of any kinds; what is wrong is told by its place, the rest is stored.",
        "複数のマスターを一括登録します。誤りは位置を示し、残りは登録します。",
    ),
    "masters.retire": ("Take a record out of use; its revisions stay.", "マスターを廃止します（履歴は残ります）。"),
    "masters.history": ("List a record's revisions.", "マスターの版を一覧します。"),
    "masters.explode": (
        "Everything that goes into a quantity of a product, level by level.",
        "製品の所要量を部品表で展開します。",
    ),
    "masters.shifts": (
        "A calendar's shifts on its own clock; from yesterday for a week where not said.",
        "カレンダーの勤務シフトを現地時刻で表示します（省略時は昨日から一週間先まで）。",
    ),
    "opt.kind": ("Kind of record.", "マスターの種類。"),
    "opt.record_id": ("Its id, a place as nagoya/machining/line-1.", "ID（設備は nagoya/machining/line-1 の形）。"),
    "opt.prefix": ("Only ids that begin with this.", "この文字で始まる ID に絞り込む。"),
    "opt.revision": ("An earlier revision.", "過去の版。"),
    "opt.expect": (
        "Refuse if somebody changed the record since this revision; 0 for a new record.",
        "この版から変更されていれば拒否します。0 は新規のみ。",
    ),
    "opt.product": ("Product (a material's id).", "製品（品目 ID）。"),
    "opt.quantity": ("How much.", "数量。"),
    "opt.on": ("A day, YYYY-MM-DD; today where absent.", "日付 YYYY-MM-DD（省略時は今日）。"),
    "opt.calendar": ("Calendar's id.", "カレンダー ID。"),
    "say.masters_imported": (
        "{stored} stored, {unchanged} as they were.",
        "{stored} 件を登録、{unchanged} 件は変更なし。",
    ),
    "say.exploded": (
        "{quantity} {unit} of {product}, as of {on}",
        "{product} {quantity} {unit} の所要量（{on} 時点）",
    ),
    "error.master_file": (
        "{file} does not say `kind` and `id`.",
        "{file} に kind と id がありません。",
    ),
    "error.records_file": (
        "{file} holds no list of records.",
        "{file} にマスターの一覧がありません。",
    ),
    "opt.equipment": (
        "Place: nagoya/machining/line-1/mc-01, or one above it.",
        "設備または上位の場所（例 nagoya/machining/line-1/mc-01）。",
    ),
    "opt.at": (
        "When, written like --from; now where absent.",
        "時刻（--from と同じ書き方、省略時は現在）。",
    ),
    "opt.why": ("Why.", "理由。"),
    "opt.once": (
        "Names this request: sent again with the same, it counts once.",
        "この依頼の識別子。同じ値で再送しても一度だけ有効です。",
    ),
    "opt.json_file": ("A JSON file, or - for standard input.", "JSON ファイル、または - で標準入力。"),
    "say.once_again": (
        "Whether it arrived is not known. Send it again with {option} {name}: then it counts once.",
        "届いたかどうか不明です。{option} {name} を付けて再実行すれば、二重にはなりません。",
    ),
    "error.json_file": ("{file} holds no JSON: {error}", "{file} は JSON ではありません：{error}"),
}
