"""Logs for TensorBoard."""

from .ranks import Ranks


def open_board(folder, name):
    """A log of one member in a folder; none where TensorBoard is missing, or nobody asked for it."""
    if folder is None or Ranks.rank > 0:
        return None
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        print("TensorBoard is not installed (pip install tensorboard): nothing is logged for it.", flush=True)
        return None
    return SummaryWriter(str(folder / name))


def log(board, part, numbers, step):
    """Numbers by name, those that are numbers."""
    for name, value in numbers.items() if board else ():
        if isinstance(value, float):
            board.add_scalar(f"{part}/{name}", value, step)
