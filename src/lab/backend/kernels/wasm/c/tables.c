// Tables that lie on the heap, read and written by rows. Values are words of 4 bytes, whatever they mean.
#include "common.h"

/** See Kernels.gatherRows. Shares are rows of the result. */
EXPORT(gather_rows)(
    const int *table, const int *rows, int *out, int tables, int count, int features, int seeds, int batch, int members,
    float *scratch, int part, int parts) {
  (void)scratch;
  const unsigned bytes = features * sizeof(int);
  for (int at = share(members * batch, part, parts); at < share(members * batch, part + 1, parts); at++) {
    const int e = at / batch, row = rows[e % seeds * batch + at % batch];
    int *to = out + at * features;
    if (row >= 0 && row < count) __builtin_memcpy(to, table + (e % tables * count + row) * features, bytes);
    else __builtin_memset(to, 0, bytes);
  }
}

/** See Kernels.scatterRows; a row outside the table is left out. */
EXPORT(scatter_rows)(
    float *table, const int *rows, const float *values, int at, int count, int features, int number, float *scratch,
    int part, int parts) {
  (void)scratch;
  for (int i = share(number, part, parts); i < share(number, part + 1, parts); i++) {
    const int row = rows[i];
    if (row < 0 || row >= count) continue;
    __builtin_memcpy(table + (at * count + row) * features, values + i * features, features * sizeof(float));
  }
}
