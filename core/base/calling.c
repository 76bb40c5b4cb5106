/* Where a thread is when it is in no model. */
#include "core/base/calling.h"

#include <stddef.h>

_Thread_local struct gv_calling gv_calling = {.node = -1};

void (*gv_calling_thread)(void);
