/* blas.h - the check that this process's OpenBLAS may be called from several threads. */
#ifndef GV_BASE_BLAS_H
#define GV_BASE_BLAS_H

#include <grapevine/status.h>

/* Refuses the serial build of OpenBLAS, whose products are silently wrong when several threads call it
 * (all builds share one soname, so the loader may have picked it), and sets one thread a call. */
enum gv_status gv_blas_prepare(struct gv_error *err);

/* Threads that may call OpenBLAS at the same time: it keeps two buffers for each thread it was built for, of which
 * those that it starts itself may hold one each, and a product takes one. Beyond, it ends the process. After
 * prepare. */
int gv_blas_callers(void);

/* Version, kernels and threading of the loaded OpenBLAS; a constant string. */
const char *gv_blas_text(void);

#endif
