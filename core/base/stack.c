/* A whole number, of KiB or of what the letter behind it says, just as gcc's OpenMP reads it. */
#include "core/base/stack.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

size_t gv_stack_size(const char *text)
{
  static const char units[] = "BKMG", blanks[] = " \t\n\v\f\r";
  char *end = NULL;
  if (text == NULL)
    return 0;
  errno = 0;
  size_t size = strtoul(text, &end, 10);  /* which takes -1, and makes it the largest there is */
  if (end == text || errno != 0)
    return 0;
  const char *unit = units + 1;
  end += strspn(end, blanks);
  if (*end != '\0')
    unit = strchr(units, toupper((unsigned char)*end++));
  end += strspn(end, blanks);
  size_t shift = unit != NULL ? 10 * (size_t)(unit - units) : 0;
  return unit == NULL || *end != '\0' || size > SIZE_MAX >> shift ? 0 : size << shift;
}
