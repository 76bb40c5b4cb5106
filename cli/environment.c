/* Variables of OpenMP that would end the program: LLVM's reads them at its first parallel region, and aborts where
 * it cannot do what they say. gcc's has read them before main: it goes on without a stack that is too small, and
 * ends the process for one that is too large, which the team tries before. */
#include <stdlib.h>

#include "cli/cli.h"
#include "core/base/stack.h"

#ifdef __clang__
enum { LATE = 1 };  /* OpenMP has not looked yet */
#else
enum { LATE = 0 };
#endif
enum { STACK_MIN = 16 << 10, STACK_MAX = 1 << 30 };  /* bytes that a thread can have */

void gv_mend_environment(void)
{
  size_t stack = gv_stack_size(getenv("OMP_STACKSIZE"));
  (void)unsetenv("OMP_NUM_THREADS");  /* the program says itself how many threads there are */
  if (stack < STACK_MIN || (LATE && stack > STACK_MAX))
    (void)unsetenv("OMP_STACKSIZE");
}
