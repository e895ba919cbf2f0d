"""The story that `makoto demo` tells."""

DEMO: dict[str, tuple[str, str]] = {
    "demo.onboard": ("Onboard a tenant", "テナントを登録する"),
    "demo.register": ("Register a device", "デバイスを登録する"),
    "demo.publish": ("Publish 10,000 readings over MQTT", "MQTT で 10,000 件を送信する"),
    "demo.query": ("Query them back", "取り出して数える"),
    "demo.chart": ("Draw a chart", "グラフを描く"),
    "demo.isolation": ("Another tenant's token is refused", "他テナントのトークンは拒否される"),
    "demo.forgery": ("A forged token is refused", "偽造トークンは拒否される"),
    "demo.published": (
        "{readings} readings in {messages} messages, {kib} KiB, stored and acknowledged: {rate} readings/s",
        "{readings} 件・{messages} メッセージ・{kib} KiB を保存確認まで完了：毎秒 {rate} 件",
    ),
    "demo.not_stored": ("The last message was never acknowledged.", "最後のメッセージの受領確認が届きませんでした。"),
    "demo.counted": ("{counted} readings of {metrics} metrics came back", "{metrics} 項目・{counted} 件を取得しました"),
    "demo.lost": ("{counted} of {readings} readings came back.", "{readings} 件のうち {counted} 件しか戻りません。"),
    "demo.no_number": ("No metric holds a good number to draw.", "グラフにできる数値の項目がありません。"),
    "demo.not_refused": (
        "{method} {path} answered {status}, not {expected}.",
        "{method} {path} の応答は {expected} ではなく {status} でした。",
    ),
    "demo.move_to": ("Move {name} to {cloud}", "{name} を {cloud} へ移す"),
    "demo.custom": ("stores of its own", "自社ストア"),
    "demo.azure": ("Azure", "Azure"),
    "demo.aws": ("AWS", "AWS"),
    "demo.moved": (
        "{documents} documents, {objects} objects of {bytes} bytes, {secrets} secrets, on both sides:",
        "両側とも 文書 {documents} 件、オブジェクト {objects} 個 {bytes} バイト、シークレット {secrets} 個:",
    ),
    "demo.paused": (
        "Writes waited {seconds} s; {stated} s were stated.",
        "書き込みの停止は {seconds} 秒(予告 {stated} 秒)でした。",
    ),
    "demo.unequal": ("The two sides are not equal.", "両側が一致しません。"),
    "demo.count_pulse": ("Count what was sent meanwhile", "移動中に送った値を数える"),
    "demo.pulse": (
        "{counted} readings, none lost, none twice; the sender was told to wait {waited} times, {seconds} s at most",
        "{counted} 件すべて取得、欠落も重複もなし。送信側は {waited} 回待たされ、最長 {seconds} 秒でした。",
    ),
    "demo.done": ("The whole story took {seconds} s.", "全体で {seconds} 秒でした。"),
    "demo.broken": ("The story broke at step {number}.", "手順 {number} で中断しました。"),
}
