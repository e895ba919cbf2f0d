"""Why a machine is not producing: codes in the public ranges of the UMH reason tree, with their texts."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """`severity` 1 (information) to 4 (critical) is the alarm's when the reason stops the machine."""

    code: int
    en: str
    ja: str
    severity: int = 2


INLET_JAM = Reason(60001, "Inlet jam", "入口詰まり")
OUTLET_JAM = Reason(70001, "Outlet jam", "出口詰まり")
TOOL_CHANGE = Reason(100001, "Tool change", "工具交換", 1)
CHIP_JAM = Reason(100002, "Chip conveyor jam", "切粉コンベヤ詰まり")
MEASURING = Reason(100003, "Workpiece measuring", "ワーク測定", 1)
FILM_CHANGE = Reason(100004, "Film roll change", "フィルム交換", 1)
WEIGHT_ADJUSTMENT = Reason(100005, "Fill weight adjustment", "充填量調整", 1)
OPERATOR_BREAK = Reason(140001, "Operator break", "休憩", 1)
SETUP = Reason(140010, "Setup", "段取り", 1)
NO_SHIFT = Reason(160000, "No shift", "シフト外", 1)
SPINDLE_OVERLOAD = Reason(180001, "Spindle overload", "主軸過負荷", 4)
SERVO_ALARM = Reason(180002, "Servo alarm", "サーボアラーム", 4)
MOTOR_TRIP = Reason(180003, "Motor protection trip", "モーター保護トリップ", 4)
BURNER_LOCKOUT = Reason(180004, "Burner lockout", "バーナーロックアウト", 4)
COMPRESSOR_TRIP = Reason(180005, "Compressor high-pressure trip", "圧縮機高圧トリップ", 4)
LIGHT_CURTAIN = Reason(180006, "Light curtain interrupted", "ライトカーテン遮断", 3)
STARVED = Reason(190001, "Waiting for material", "材料待ち")
BLOCKED = Reason(200001, "Waiting for the next machine", "後工程待ち")
CLEANING = Reason(210001, "Cleaning in place", "定置洗浄(CIP)", 1)
DEFROST = Reason(210002, "Defrost", "除霜", 1)
