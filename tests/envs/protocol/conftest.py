"""Statistics in tests: no deadlines, since speed proves nothing here."""

from hypothesis import settings

settings.register_profile("no-deadline", deadline=None)
settings.load_profile("no-deadline")
