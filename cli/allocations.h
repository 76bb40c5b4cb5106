/* allocations.h - watches the memory that a thread of this program takes. */
#ifndef GV_CLI_ALLOCATIONS_H
#define GV_CLI_ALLOCATIONS_H

#include "plugins/conform.h"

/* The watch, or NULL where the C library, the build or another allocator gives no way. The thread that begins it
 * ends it. */
const struct gv_allocation_watch *gv_allocations(void);

#endif
