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
    "demo.done": ("The whole story took {seconds} s.", "全体で {seconds} 秒でした。"),
    "demo.broken": ("The story broke at step {number}.", "手順 {number} で中断しました。"),
}
