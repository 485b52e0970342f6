"""The errors of a sign-on; each text says what to do."""


class SignOnRefusedError(Exception):
    """The provider's answer lets nobody in."""


class SignOnExpiredError(Exception):
    """There is no such sign-on: it is too old, was used already, or began in another browser."""


class NoSignOnError(Exception):
    """This server has no provider."""


class ProviderAwayError(Exception):
    """The provider cannot be reached, or gives no usable answer."""
