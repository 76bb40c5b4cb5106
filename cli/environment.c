/* Variables of OpenMP that would end the program: LLVM's reads them at its first parallel region, and aborts where
 * it cannot do what they say. gcc's has read them before main, and goes on without. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

/* Whether a thread can have a stack of so much: a number of KiB, or of what the letter behind it says. */
static bool is_stack(const char *text)
{
  static const char letters[] = "BKMGT";
  char *end;
  double size = strtod(text, &end) * 1024;
  const char *letter = *end != '\0' ? strchr(letters, *end & ~0x20) : NULL;
  if (letter != NULL) {
    size /= 1024;
    for (const char *l = letters; l < letter; l++)
      size *= 1024;
  }
  return end != text && end[letter != NULL] == '\0' && size >= 16 * 1024 && size <= 0x1p30;
}

void gv_mend_environment(void)
{
  const char *stack = getenv("OMP_STACKSIZE");
  (void)unsetenv("OMP_NUM_THREADS");  /* the program says itself how many threads there are */
  if (stack != NULL && !is_stack(stack))
    (void)unsetenv("OMP_STACKSIZE");
}
