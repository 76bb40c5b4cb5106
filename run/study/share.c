/* Divides the cores among the runs of a study. */
#include "run/study/share.h"

#include <grapevine/grapevine.h>

#include "core/base/machine.h"
#include "core/base/option.h"

enum { SLOTS_MAX = 256 };

static int least(int a, int b)
{
  return a < b ? a : b;
}

/* The value of an option with a word: 0 stands for the word. */
static int number_of(const struct gv_planned *run, const char *key)
{
  const char *value = gv_planned_setting(run, key);
  return (int)gv_whole_number(value != NULL ? value : gv_option_find(gv_run_options(), key)->value, 0);
}

int gv_share_workers(const struct gv_share *share, const struct gv_planned *run)
{
  int said = number_of(run, "workers");
  int workers = gv_planned_setting(run, "workers") == NULL ? share->workers : said > 0 ? said : share->cores;
  return least(workers, number_of(run, "nodes"));
}

int gv_share_cores(const struct gv_share *share, const struct gv_planned *run)
{
  int workers = gv_share_workers(share, run), threads = number_of(run, "threads-per-node");
  return threads > 0 ? workers * threads : workers > share->cores ? workers : share->cores;
}

bool gv_share_has_room(const struct gv_share *share, const struct gv_planned *run, int running, int taken)
{
  return running == 0 ||
         (running < share->slots && (!share->fills || taken + gv_share_cores(share, run) <= share->cores));
}

int gv_share_at_a_time(const struct gv_share *share, const struct gv_planned *run)
{
  int most = share->fills ? least(share->slots, share->cores / gv_share_cores(share, run)) : share->slots;
  return most > 1 ? most : 1;
}

enum gv_status gv_share_make(const struct gv_study_plan *plan, int parallel, struct gv_share *share,
                             struct gv_error *err)
{
  struct gv_machine machine;
  enum gv_status status = gv_machine_look(&machine, err);
  if (status != GV_OK)
    return status;
  int runs = plan->count < SLOTS_MAX ? (int)plan->count : SLOTS_MAX;
  *share = (struct gv_share){.cores = gv_machine_threads(&machine), .fills = parallel == 0};
  gv_machine_clear(&machine);
  share->slots = least(parallel > 0 ? parallel : share->cores, runs > 0 ? runs : 1);
  share->workers = share->cores > share->slots ? share->cores / share->slots : 1;
  return GV_OK;
}
