/* A whole number, of KiB or of what the letter behind it says. */
#include "core/base/stack.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

size_t gv_stack_size(const char *text)
{
  static const char units[] = "BKMG";
  char *end = NULL;
  if (text == NULL)
    return 0;
  size_t size = strtoul(text, &end, 10);
  end += strspn(end, " ");
  const char *unit = *end != '\0' ? strchr(units, *end & ~0x20) : units + 1;
  size_t shift = unit != NULL ? 10 * (size_t)(unit - units) : 0;
  return unit == NULL || size > SIZE_MAX >> shift ? 0 : size << shift;
}
