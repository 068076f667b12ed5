"""What a suite's file can have wrong, in one line."""


class SuiteError(ValueError):
    """No suite has this name, or its file cannot be understood; the text says what to mend."""
