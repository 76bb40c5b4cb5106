/* Trains from a program of one's own: embed KEY=VALUE ..., the options of `grapevine train`. */
#include <grapevine/grapevine.h>
#include <stdio.h>
#include <string.h>

static void evaluated(void *context, const struct gv_result *result)
{
  const struct gv_evaluation *e = &result->last;
  (void)context;
  printf("epoch %5.1f  accuracy %.4f  consensus %.3g\n", e->epoch, e->test_accuracy, e->consensus_distance);
}

static enum gv_status set(struct gv_run *run, const char *word, struct gv_error *error)
{
  char key[64] = "";
  const char *equals = strchr(word, '=');
  if (equals == NULL || equals - word >= (int)sizeof key)
    return gv_fail(error, GV_USAGE, "'%s'; accepted: KEY=VALUE", word);
  memcpy(key, word, (size_t)(equals - word));
  return gv_run_set(run, key, equals + 1, error);
}

int main(int argc, char **argv)
{
  struct gv_run *run = NULL;
  struct gv_error error;
  enum gv_status status = gv_run_create(&run, &error);
  for (int i = 1; i < argc && status == GV_OK; i++)
    status = set(run, argv[i], &error);
  if (status == GV_OK) {
    gv_run_watch(run, &(struct gv_watcher){.evaluated = evaluated});
    status = gv_run_train(run, &error);
  }
  if (status == GV_OK)
    printf("%d nodes, files in %s\n", gv_run_result(run)->nodes, gv_run_result(run)->folder);
  else
    fprintf(stderr, "embed: %s\n", error.text);
  gv_run_destroy(run);
  return gv_status_exit(status);
}
