"""Random numbers: named streams, the same as in the Guidance Playground. What one part draws never shifts another's."""

import math
import struct

import torch

MASK = 0xFFFFFFFF
LANES = (0x9E3779B9, 0x243F6A88, 0xB7E15162, 0x6A09E667)  # digits of the golden ratio, pi, e and the square root of 2
FACTORS = (0x85EBCA6B, 0xCC9E2D51, 0x1B873593, 0xE6546B65)


def rotate(x, by):
    """The 32 bits of x turned left."""
    return ((x << by) | (x >> (32 - by))) & MASK


def mix(x):
    """The finaliser of MurmurHash3: every bit of the input changes every bit of the output with probability 1/2."""
    x = ((x ^ (x >> 16)) * 0x85EBCA6B) & MASK
    x = ((x ^ (x >> 13)) * 0xC2B2AE35) & MASK
    return x ^ (x >> 16)


class Stream:
    """The random stream of a seed and a name, e.g. `Stream(seed, "order", epoch)`: sfc32, started by a hash of the name.
    Names are words and numbers; equal names give equal draws."""

    def __init__(self, seed, *names):
        words = []
        for name in (seed, *names):
            if isinstance(name, str):
                units = name.encode("utf-16-le")
                words += [0x776F7264, len(units) // 2, *struct.unpack(f"<{len(units) // 2}H", units)]
            else:
                words += [0x6E756D62, *struct.unpack("<II", struct.pack("<d", name))]
        state = list(LANES)
        for place, word in enumerate(words, start=1):
            for lane in range(4):
                key = (rotate(((word ^ place) * FACTORS[lane]) & MASK, 15) * FACTORS[(lane + 1) % 4]) & MASK
                state[lane] = (rotate(state[lane] ^ key, 13) * 5 + LANES[(lane + 2) % 4]) & MASK
        for _ in range(2):
            for lane in range(4):
                state[lane] = mix((state[lane] + state[(lane + 1) % 4] + state[(lane + 3) % 4]) & MASK)
        self.state, self.spare = state, None
        for _ in range(12):
            self.bits()

    def bits(self):
        """32 random bits."""
        a, b, c, counter = self.state
        result = (a + b + counter) & MASK
        self.state = [b ^ (b >> 9), (c + (c << 3)) & MASK, (rotate(c, 21) + result) & MASK, (counter + 1) & MASK]
        return result

    def integer(self, n):
        """A whole number in [0, n), each equally likely."""
        while True:
            x = self.bits()
            if x - x % n <= 2**32 - n:  # the last, short stretch before 2^32 would favour small numbers
                return x % n

    def normal(self):
        """Standard normal, by Marsaglia's polar method."""
        if self.spare is not None:
            value, self.spare = self.spare, None
            return value
        while True:
            u, v = ((self.signed() + 0.5) * 2 / 2**32 for _ in range(2))
            square = u * u + v * v
            if square < 1:
                factor = math.sqrt(-2 * math.log(square) / square)
                self.spare = v * factor
                return u * factor

    def signed(self):
        """32 random bits as a number from -2^31 on."""
        bits = self.bits()
        return bits - 2**32 if bits >= 2**31 else bits

    def permutation(self, n):
        """The numbers 0 ... n-1 in random order (Fisher-Yates)."""
        order = list(range(n))
        for i in range(n - 1, 0, -1):
            j = self.integer(i + 1)
            order[i], order[j] = order[j], order[i]
        return torch.tensor(order)
