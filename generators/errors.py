"""What can go wrong with pictures and those who draw them.

GeneratorError
├── CardError        an expert's card cannot be read, or its weights are not what it says
├── ExpertUnknown    no card has this name
├── RequestRefused   what was asked for cannot be: a size, a mask, a task that this expert does not know
├── PromptRefused    the safety check said no
├── RecipeError      a file holds no recipe, or one that cannot be followed here
└── JobFailed        a job ended without a picture; QueueFull, OutOfMemory and Lost are kinds of it
Cancelled            somebody asked for the end of it; no mistake, and no GeneratorError
"""


class GeneratorError(ValueError):
    """Base of the errors that leave this package; the text is one line that says what to do."""


class CardError(GeneratorError):
    """An expert's card cannot be read, or its weights are not what it says."""


class ExpertUnknown(GeneratorError):
    """No card has this name."""


class RequestRefused(GeneratorError):
    """A size, a mask, a number of steps or a task that the expert cannot serve."""


class PromptRefused(GeneratorError):
    """The safety check refuses to draw this."""


class RecipeError(GeneratorError):
    """A file holds no recipe, or one that cannot be followed here."""


class JobFailed(GeneratorError):
    """A job ended without a picture."""


class QueueFull(JobFailed):
    """There is no room for another job; the text says when to try again."""


class OutOfMemory(JobFailed):
    """The device has too little memory for this expert or this size."""


class JobUnknown(GeneratorError):
    """No job of this user has this id."""


class Cancelled(Exception):
    """Raised inside a pipeline's step to leave it, because somebody cancelled the job."""
