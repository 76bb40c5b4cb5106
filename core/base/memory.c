/* Aligned zeroed memory. Large blocks are mapped, not cleared, so first touch stays with the worker. */
#include "core/base/memory.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Every block is preceded by GV_APART bytes that say how it was taken. */
struct header {
  void *base;
  size_t mapped;  /* bytes to unmap; 0: from aligned_alloc */
};

enum { MAP_FROM = 1 << 20 };  /* bytes from which fresh pages beat clearing */

void *gv_alloc(size_t count, size_t size)
{
  size_t bytes;
  if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX / 2)
    return NULL;
  size_t total = (bytes + 2 * GV_APART - 1) / GV_APART * GV_APART;
  if (total < 2 * GV_APART)
    total = 2 * GV_APART;
  struct header head = {0};
  if (total >= MAP_FROM) {
    head.base = mmap(NULL, total, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (head.base == MAP_FAILED)
      return NULL;
    head.mapped = total;
    (void)madvise(head.base, total, MADV_HUGEPAGE);  /* a hint: refusal changes nothing */
  } else {
    head.base = aligned_alloc(GV_APART, total);
    if (head.base == NULL)
      return NULL;
    memset(head.base, 0, total);
  }
  memcpy(head.base, &head, sizeof head);
  return (char *)head.base + GV_APART;
}

void gv_free(void *memory)
{
  if (memory == NULL)
    return;
  struct header head;
  memcpy(&head, (char *)memory - GV_APART, sizeof head);
  if (head.mapped != 0)
    munmap(head.base, head.mapped);
  else
    free(head.base);
}

char *gv_units_text(double x, double step, const char *const *unit, size_t units, char *text, size_t size)
{
  size_t u = 0;
  while (fabs(x) >= (u == 0 ? step : step - 0.5) && u + 1 < units) {
    x /= step;
    u++;
  }
  int decimals = fabs(x) >= 99.95 || (u == 0 && x == floor(x)) ? 0 : fabs(x) >= 9.995 ? 1 : 2;
  snprintf(text, size, "%.*f%s", decimals, x, unit[u]);
  return text;
}

char *gv_bytes_text(double bytes, char *text, size_t size)
{
  static const char *const unit[] = {" bytes", " KiB", " MiB", " GiB", " TiB", " PiB"};
  return gv_units_text(bytes, 1024, unit, sizeof unit / sizeof unit[0], text, size);
}

void gv_slice(size_t n, int part, int parts, size_t *first, size_t *end)
{
  size_t line = GV_CACHE_LINE / sizeof(float), lines = (n + line - 1) / line;
  *first = lines * (size_t)part / (size_t)parts * line;
  *end = lines * ((size_t)part + 1) / (size_t)parts * line;
  if (*end > n)
    *end = n;
}

enum gv_status gv_alloc_for(void *out, size_t count, size_t size, const char *what, struct gv_error *err)
{
  void *memory = gv_alloc(count, size);
  if (memory == NULL) {
    char text[32];
    return gv_fail(err, GV_MEMORY, "no memory for %s of %s",
                   gv_bytes_text((double)count * (double)size, text, sizeof text), what);
  }
  memcpy(out, &memory, sizeof memory);  /* whatever its type, a pointer is stored as it is */
  return GV_OK;
}
