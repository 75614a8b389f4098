"""Where the run is."""


class Now:
    """Read by what is drawn anew at every step: the member's seed, the step, and whether draws are to be the playground's."""

    parity = False
    seed = 0
    step = 0
    evaluations = []  # what is known of the member so far, by which courses end that wait for a number to stall  #: stall
