"""`python -m local`."""

from local.command_line import app

if __name__ == "__main__":
    app()
