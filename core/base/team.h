/* team.h - the workers: the only place that starts threads.
 *
 * Worker 0 is the calling thread. Two forms of one interface, chosen at configure time: team_openmp.c
 * (the default) and team_pthread.c, for builds under ThreadSanitizer, which cannot see into libgomp.
 */
#ifndef GV_BASE_TEAM_H
#define GV_BASE_TEAM_H

#include <grapevine/status.h>

struct gv_team;

/* As gv_team_run below, with a crew of `each` threads for every worker: body is called with 0 .. workers * each
 * - 1, cpus likewise. The first of a crew, whose number divides by `each`, leads it; gv_team_barrier is for
 * leaders. */
enum gv_status gv_team_run_crews(int workers, int each, const int *cpus,
                                 void (*body)(void *arg, struct gv_team *team, int thread), void *arg,
                                 struct gv_error *err);

/* Runs body(arg, worker) on `workers` threads and returns when all have returned. cpus (workers) holds the
 * processor each worker is bound to, or is NULL: the system places them. The caller's own binding is
 * restored afterwards. Fails, before any body runs, when so many threads cannot be had.
 * Libraries called by a body see one OpenMP thread. */
static inline enum gv_status gv_team_run(int workers, const int *cpus,
                                         void (*body)(void *arg, struct gv_team *team, int worker), void *arg,
                                         struct gv_error *err)
{
  return gv_team_run_crews(workers, 1, cpus, body, arg, err);
}

/* Waits until every worker of the team has called it, in crews every leader. Memory written before
 * is seen after. */
void gv_team_barrier(struct gv_team *team);

/* The same by the barrier that the threads' library has, to measure beside. Not in crews. */
void gv_team_plain_barrier(struct gv_team *team);

/* cpus (room) <- the processors OpenMP was told to stay on by OMP_PROC_BIND or OMP_PLACES; returns how many, 0 when
 * it was not told. Told, it binds even the first thread, whose mask then says less than the process may use. */
int gv_team_places(int *cpus, int room);

/* What the team is made of: "openmp" or "pthread". */
const char *gv_team_kind(void);

#endif
