// Columns of a matrix that is part of a wider one.
#pragma once

#include "common.h"

static NOINLINE void copy_columns(float *to, int to_stride, const float *from, int from_stride, int rows, int columns) {
  for (int r = 0; r < rows; r++, to += to_stride, from += from_stride) {
    int i = 0;
    for (; i + 4 <= columns; i += 4) STORE(to + i, LOAD(from + i));
    for (; i < columns; i++) to[i] = from[i];
  }
}
