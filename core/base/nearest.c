/* The nearest name, by edit distance. */
#include "core/base/nearest.h"

#include <string.h>

static size_t edit_distance(const char *a, const char *b)
{
  size_t row[GV_NAME_MAX + 1];
  size_t n = strnlen(b, GV_NAME_MAX);
  for (size_t j = 0; j <= n; j++)
    row[j] = j;
  for (size_t i = 1; a[i - 1] != '\0' && i <= GV_NAME_MAX; i++) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= n; j++) {
      size_t above = row[j], best = diagonal + (a[i - 1] != b[j - 1]);
      if (above + 1 < best)
        best = above + 1;
      if (row[j - 1] + 1 < best)
        best = row[j - 1] + 1;
      diagonal = above;
      row[j] = best;
    }
  }
  return row[n];
}

const char *gv_nearest(const char *word, const char *(*next)(const void *context, size_t i), const void *context)
{
  const char *nearest = NULL, *candidate;
  size_t length = strlen(word), best = length / 3 + 2;  /* further than this is another word */
  for (size_t i = 0; (candidate = next(context, i)) != NULL; i++) {
    size_t distance = edit_distance(word, candidate);
    if (length >= 3 && strncmp(word, candidate, length) == 0)
      distance = 1;  /* a beginning of it */
    if (distance < best) {
      best = distance;
      nearest = candidate;
    }
  }
  return nearest;
}
