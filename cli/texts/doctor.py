"""What the doctor says."""

DOCTOR: dict[str, tuple[str, str]] = {
    "doctor": (
        "Look into a tenant's stores and language model the way the platform uses them, and say what to fix.",
        "テナントのストアと言語モデルを実際の使い方で検査し、対処方法を表示します。",
    ),
    "opt.contract": (
        "Try every sentence of the stores' contract; what it makes is removed again.",
        "ストアの規約をすべて検証します（検証で作成したデータは削除されます）。",
    ),
    "say.looking": ("Looking into the stores …", "ストアを検査しています…"),
    "say.looked": (
        "{tenant_id}: {ok} well, {warning} to look at, {failed} failed.",
        "{tenant_id}：正常 {ok} 件、注意 {warning} 件、異常 {failed} 件。",
    ),
    "error.whose_stores": ("Say whose stores: --tenant.", "対象テナントを --tenant で指定してください。"),
    "error.slow_look": (
        "The look has not ended within {seconds} s; its report will be at hand with the next call.",
        "検査が {seconds} 秒以内に終わりませんでした。完了後に再度実行すると結果を確認できます。",
    ),
}
