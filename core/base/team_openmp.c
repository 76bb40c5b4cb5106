/* The team as one OpenMP parallel region. */
#include "core/base/team.h"

#include <omp.h>
#include <stdbool.h>

#include "core/base/bind.h"

struct gv_team {
  int workers;
};

enum gv_status gv_team_run(int workers, const int *cpus, void (*body)(void *arg, struct gv_team *team, int worker),
                           void *arg, struct gv_error *err)
{
  struct gv_team team = {.workers = workers};
  int given = workers;
  int dynamic = omp_get_dynamic();
  omp_set_dynamic(0);
#pragma omp parallel num_threads(workers) default(shared)
  {
    int worker = omp_get_thread_num();
    if (omp_get_num_threads() != workers) {
      if (worker == 0)
        given = omp_get_num_threads();
    } else {
      cpu_set_t before;
      bool bound = cpus != NULL && gv_bind_thread(cpus[worker], &before);
      int nested = omp_get_max_threads();
      omp_set_num_threads(1);  /* oneDNN plans for this many, and would wait for more for ever */
      body(arg, &team, worker);
      omp_set_num_threads(nested);
      if (bound)
        gv_bind_undo(&before);
    }
  }
  omp_set_dynamic(dynamic);
  if (given != workers)
    return gv_fail(err, GV_SYSTEM, "workers %d: OpenMP gives %d threads here; see OMP_THREAD_LIMIT", workers,
                   given);
  return GV_OK;
}

void gv_team_barrier(struct gv_team *team)
{
  (void)team;  /* the barrier of the innermost region, which is the team's */
#pragma omp barrier
}

const char *gv_team_kind(void)
{
  return "openmp";
}
