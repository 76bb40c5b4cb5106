/* Where a thread is when it is in no model. */
#include "core/base/calling.h"

#include <stddef.h>

_Thread_local struct gv_calling gv_calling = {.model = NULL, .function = NULL, .node = -1, .round = 0};

void (*gv_calling_thread)(void);
