"""Sentences about the factory: recordings, and what each of its domains says."""

from cli.texts.alarms import ALARMS
from cli.texts.maintenance import MAINTENANCE
from cli.texts.masters import MASTERS
from cli.texts.performance import PERFORMANCE
from cli.texts.production import PRODUCTION
from cli.texts.quality import QUALITY
from cli.texts.traceability import TRACEABILITY

RECORDINGS: dict[str, tuple[str, str]] = {
    "telemetry.replay": (
        "Play a recorded file through the path of live data. Broken off, the same command goes on.",
        "記録ファイルを本番と同じ経路で再生します。中断しても、同じコマンドで続きから再開します。",
    ),
    "opt.recording": ("The recorded file; .gz and .xz are unpacked.", "記録ファイル（.gz、.xz は展開します）。"),
    "opt.format": ("Its format: {formats}.", "形式：{formats}。"),
    "say.played": (
        "{accepted} readings stored, {refused} refused. Seen on the way: {counts}",
        "{accepted} 件を保存、{refused} 件を拒否しました。内訳：{counts}",
    ),
    "say.replay_resumed": (
        "Going on with piece {piece} of {pieces}; the server has those before it.",
        "{pieces} 件中 {piece} 件目から再開します。以前の分は保存済みです。",
    ),
    "say.point_refused": ("{pointer}: {reason}: {detail}", "{pointer}：{reason}：{detail}"),
    "error.packed": (
        "{file} cannot be unpacked: {error}",
        "{file} を展開できません：{error}",
    ),
    "error.recording": (
        "Line {line} is no recorded message: {error}",
        "{line} 行目は記録メッセージではありません：{error}",
    ),
}

FACTORY = {
    **RECORDINGS,
    **MASTERS,
    **PRODUCTION,
    **PERFORMANCE,
    **QUALITY,
    **TRACEABILITY,
    **ALARMS,
    **MAINTENANCE,
}
