/* Training runs as benchmarks make them: in a temporary folder, without test data, ended by a stop. */
#include <ftw.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "datasets/known.h"
#include "plugins/choose.h"
#include "plugins/search.h"
#include "run/bench/bench.h"
#include "run/run.h"

enum gv_status gv_bench_folder(char **out, struct gv_error *err)
{
  char *folder = gv_path_temporary("grapevine-bench-XXXXXX");
  if (folder == NULL)
    return gv_fail(err, GV_MEMORY, "no memory for a temporary folder");
  if (mkdtemp(folder) == NULL) {
    enum gv_status status = gv_fail(err, GV_SYSTEM, "%s: no such temporary folder can be made", folder);
    free(folder);
    return status;
  }
  *out = folder;
  return GV_OK;
}

static int remove_one(const char *path, const struct stat *what, int kind, struct FTW *walk)
{
  (void)what;
  (void)kind;
  (void)walk;
  (void)remove(path);
  return 0;
}

void gv_bench_remove(char *folder)
{
  if (folder != NULL)
    (void)nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
  free(folder);
}

const char *gv_bench_data(void)
{
  for (const struct gv_named *const *entry = gv_known_table.entries; *entry != NULL; entry++) {
    const struct gv_known *known = (const struct gv_known *)*entry;
    for (const char *const *folder = known->folders; *folder != NULL; folder++)
      if (strcmp(known->named.name, "fashion-mnist") == 0 && access(*folder, R_OK) == 0)
        return "fashion-mnist";
  }
  return "digits";
}

bool gv_bench_has_model(const char *name)
{
  struct gv_search search = {0};
  struct gv_error error;
  const struct gv_model *model = NULL;
  struct gv_options *options = NULL;
  char *path = NULL;
  bool has = gv_plugin_search_fill(&search, "", &error) == GV_OK &&
             gv_plugin_choose(name, &search, &model, &path, &options, &error) == GV_OK;
  gv_options_destroy(options);
  free(path);
  gv_search_clear(&search);
  return has;
}

enum gv_status gv_bench_prepare(const struct gv_bench_training *what, const char *folder, struct gv_run **out,
                                struct gv_error *err)
{
  char nodes[16], workers[16], rounds[32], batch[16];
  snprintf(nodes, sizeof nodes, "%d", what->nodes);
  snprintf(workers, sizeof workers, "%d", what->workers);
  snprintf(rounds, sizeof rounds, "%llu", (unsigned long long)(what->rounds > 0 ? what->rounds : 1));
  snprintf(batch, sizeof batch, "%d", GV_BENCH_BATCH);
  const char *const options[][2] = {
      {"model", what->model}, {"data", what->data}, {"algorithm", what->algorithm}, {"pace", what->pace},
      {"straggler", what->straggler}, {"nodes", nodes},
      {"workers", workers}, {"rounds", rounds}, {"batch", batch}, {"optimizer", "sgd"}, {"schedule", "constant"},
      {"learning-rate", "0.01"}, {"eval-every", "1e9"}, {"out", folder}};
  struct gv_run *run = NULL;
  enum gv_status status = gv_run_create(&run, err);
  for (size_t i = 0; i < sizeof options / sizeof options[0] && status == GV_OK; i++)
    if (options[i][1] != NULL)
      status = gv_run_set(run, options[i][0], options[i][1], err);
  if (status != GV_OK) {
    gv_run_destroy(run);
    return status;
  }
  run->untested = true;
  *out = run;
  return GV_OK;
}

struct watched {
  const struct gv_bench *bench;
  struct gv_run *run;
};

static void on_progress(void *context, const struct gv_result *result, uint64_t round, double seconds)
{
  struct watched *watched = context;
  (void)result;
  (void)round;
  (void)seconds;
  if (gv_stop_asked(&watched->bench->stop))
    gv_run_stop(watched->run);
}

enum gv_status gv_bench_round(struct gv_bench *bench, const struct gv_bench_training *what, double *seconds,
                              struct gv_error *err)
{
  char *folder = NULL;
  struct gv_run *run = NULL;
  enum gv_status status = gv_bench_folder(&folder, err);
  if (status != GV_OK)
    return status;
  status = gv_bench_prepare(what, folder, &run, err);
  if (status == GV_OK) {
    struct watched watched = {bench, run};
    gv_run_watch(run, &(struct gv_watcher){.context = &watched, .progress = on_progress});
    status = gv_run_train(run, err);
  }
  if (status == GV_OK) {
    const struct gv_evaluation *last = &gv_run_result(run)->last;
    double rounds = (double)last->round;
    if (what->straggler != NULL)  /* it does the fewest; in synchronous pace as many as the others */
      rounds = (rounds * what->nodes - (double)last->node_rounds_min) / (what->nodes - 1);
    *seconds = last->seconds / rounds;
  }
  gv_run_destroy(run);
  gv_bench_remove(folder);
  return status;
}

enum gv_status gv_bench_lasting(struct gv_bench *bench, struct gv_bench_training *what, double lasting,
                                struct gv_error *err)
{
  double seconds = 0;
  what->rounds = 4;
  for (;;) {
    enum gv_status status = gv_bench_round(bench, what, &seconds, err);
    if (status != GV_OK)
      return status;
    double spent = seconds * (double)what->rounds, rounds = fmax(1, ceil(lasting / seconds));
    bool enough = spent > lasting / 20;  /* shorter ones say too little of the rate */
    what->rounds = (uint64_t)fmin(enough ? rounds : fmin(rounds, 50 * (double)what->rounds), UINT32_MAX);
    if (enough)
      return GV_OK;
  }
}
