"""What the stand-in answers when it refuses, in the service's own codes."""


class Refused(Exception):
    """An answer that is not a success; `sub_status` tells 404s and 403s apart."""

    def __init__(self, status: int, code: str, text: str, *, sub_status: int = 0, **headers: str) -> None:
        super().__init__(text)
        self.status = status
        self.body = {"code": code, "message": text}
        marked = {"x-ms-substatus": str(sub_status)} if sub_status else {}
        self.headers = {**marked, **{name.replace("_", "-"): value for name, value in headers.items()}}


def bad_request(text: str, sub_status: int = 0) -> Refused:
    return Refused(400, "BadRequest", text, sub_status=sub_status)


def not_found(text: str, sub_status: int = 0) -> Refused:
    return Refused(404, "NotFound", text, sub_status=sub_status)


def owner_not_found() -> Refused:
    return not_found("Owner resource does not exist", 1003)


def exists() -> Refused:
    return Refused(409, "Conflict", "Entity with the specified id already exists in the system.")


def precondition() -> Refused:
    return Refused(412, "PreconditionFailed", "One of the specified pre-condition is not met")


def too_large() -> Refused:
    return Refused(413, "RequestEntityTooLarge", "Request size is too large")


def throttled(after_ms: int) -> Refused:
    return Refused(429, "TooManyRequests", "Request rate is large", sub_status=3200, x_ms_retry_after_ms=str(after_ms))
