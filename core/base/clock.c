/* What each thread has seen of the clocks. */
#include "core/base/clock.h"

_Thread_local struct gv_clocks gv_clocks;
