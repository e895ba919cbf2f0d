"""Sentences about predictive maintenance."""

MAINTENANCE: dict[str, tuple[str, str]] = {
    "maintenance": ("Models of failure and remaining life.", "故障・余寿命の予測モデル。"),
    "frames": ("Tables that models learn from.", "学習用データ。"),
    "frames.upload": (
        "Upload a CSV: a row a moment, a column a feature.",
        "CSV をアップロードします（行が時点、列が特徴量）。",
    ),
    "frames.list": ("List uploaded tables.", "学習用データの一覧。"),
    "frames.show": ("Show an uploaded table's columns.", "学習用データの列を表示します。"),
    "maintenance.train": (
        "Train a new version in the background; the same while it is trained begins no other.",
        "新しい版を学習します（学習中に再実行しても二重にはなりません）。",
    ),
    "maintenance.models": ("List models, or one model's versions.", "モデル、または一つのモデルの版の一覧。"),
    "maintenance.card": ("How far a model can be trusted.", "モデルの信頼度（モデルカード）。"),
    "maintenance.predict": (
        "Predict for rows of a JSON file, or for an uploaded table.",
        "JSON の行、または学習用データに対して予測します。",
    ),
    "opt.frame_name": ("What to call it; the file's name where absent.", "名称（省略時はファイル名）。"),
    "opt.model": ("Model's id.", "モデル ID。"),
    "opt.model_or_all": (
        "Model's id: its versions; all models where absent.",
        "モデル ID（その版の一覧、省略時は全モデル）。",
    ),
    "opt.frame": (
        "Table's id, as `makoto maintenance frames list` shows it.",
        "学習用データの ID（frames list が表示）。",
    ),
    "opt.target": ("Column to predict.", "予測する列。"),
    "opt.groups": ("Column that names the machine.", "設備を表す列。"),
    "opt.order_by": ("Column that orders a machine's rows in time.", "設備ごとの時間順を表す列。"),
    "opt.window": ("Rows that a mean and slope reach back; repeatable.", "平均と傾きの行数（繰り返し指定可）。"),
    "opt.ignore": ("Column not to be looked at; repeatable.", "使わない列（繰り返し指定可）。"),
    "opt.task": ("auto, regression or classification.", "auto・regression（回帰）・classification（分類）。"),
    "opt.cap": ("Highest target worth telling apart.", "目的変数の上限。"),
    "opt.wait": ("Wait until it is trained.", "学習の完了を待ちます。"),
    "opt.rows_file": (
        "A JSON file with rows, or - for standard input.",
        "行を記した JSON ファイル、または - で標準入力。",
    ),
    "opt.level": ("Level of the interval.", "区間の水準。"),
    "say.training": ("Training …", "学習しています…"),
    "error.rows_or_frame": (
        "Give a file with rows, or --frame.",
        "行のファイルか --frame のどちらかを指定してください。",
    ),
    "error.slow_training": (
        "Still training after {seconds} s; look again with `makoto maintenance card`.",
        "{seconds} 秒たっても学習中です。`makoto maintenance card` で確認してください。",
    ),
}
