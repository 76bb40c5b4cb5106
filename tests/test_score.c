/* One weight vector over samples: the sums, the scores, their order, and where an engine starts from one. */
#include "core/engine/score.h"
#include "tests/toy.h"

/* ---- a model that predicts: toy, whose score c of a sample is its value c + w[c] ---- */

enum { CLASSES = 2, MANY = 1000 };

static int fail_predict_at = -1;  /* a sample */

static int predict(void *instance, const float *w, const struct gv_batch *batch, float *scores)
{
  (void)instance;
  for (int s = 0; s < batch->n; s++) {
    if (batch->labels[s] == fail_predict_at)
      return 1;
    for (int c = 0; c < CLASSES; c++)
      scores[s * CLASSES + c] = batch->x[s * toy.dim + c] + w[c];
  }
  return 0;
}

/* Samples whose labels are their numbers. */
static void rows(void *source, int64_t first, int32_t n, struct gv_buffer *buffer, struct gv_batch *batch)
{
  ck_assert_ptr_eq(source, &toy);
  for (int s = 0; s < n; s++) {
    toy_sample(7, (uint64_t)(first + s), s % 5, buffer->x + s * toy.dim);
    buffer->labels[s] = (int32_t)first + s;
  }
  *batch = (struct gv_batch){.x = buffer->x, .labels = buffer->labels, .n = n};
}

struct seen {
  int times[MANY];
  float score[MANY][CLASSES];
  double share;
  int calls;
};

static void scored(void *context, int64_t first, const struct gv_batch *batch, const float *scores)
{
  struct seen *seen = context;
  for (int s = 0; s < batch->n; s++) {
    ck_assert_int_eq(batch->labels[s], (int)first + s);
    seen->times[first + s]++;
    memcpy(seen->score[first + s], scores + s * CLASSES, sizeof seen->score[0]);
  }
}

static void progress(void *context, double share)
{
  struct seen *seen = context;
  ck_assert_double_ge(share, seen->share);
  ck_assert_double_le(share, 1);
  seen->share = share;
  seen->calls++;
}

static float w[30] = {0.5f, -0.25f, 3};

static enum gv_status score(int64_t samples, int workers, struct seen *seen, struct gv_metrics *sum,
                            struct gv_error *err)
{
  static struct gv_model model;
  struct gv_shape shape = {.features = 30, .channels = 1, .height = 1, .width = 30, .classes = CLASSES};
  struct gv_task task = {.shape = shape, .max_batch = GV_EVALUATION_BATCH, .max_threads = 1};
  const struct gv_host *hosts[16] = {NULL};
  model = toy_model;
  model.predict = predict;
  toy.dim = 30;
  return gv_score(
      &(struct gv_scoring){.model = &model, .task = &task, .hosts = hosts, .failure = toy_failure, .w = w,
                           .samples = samples, .source = &toy, .rows = rows, .workers = workers, .context = seen,
                           .scored = seen != NULL ? scored : NULL, .progress = seen != NULL ? progress : NULL},
      sum, err);
}

START_TEST(sums_and_scores)
{
  static struct seen seen;
  struct gv_metrics one, some;
  double loss = 0;
  assert_ok(score(MANY, 1, &seen, &one, err));
  ck_assert_int_eq(seen.calls, 8);
  ck_assert_double_eq(seen.share, 1);
  for (int s = 0; s < MANY; s++) {
    float x[30];
    toy_sample(7, (uint64_t)s, s % 128 % 5, x);
    for (int i = 0; i < 30; i++)
      loss += pow((double)w[i] - (double)x[i], 2) / 2;
    ck_assert_int_eq(seen.times[s], 1);
    for (int c = 0; c < CLASSES; c++)
      ck_assert_float_eq(seen.score[s][c], x[c] + w[c]);
  }
  ck_assert_double_eq_tol(one.loss / loss, 1, 1e-12);
  ck_assert_int_eq(one.correct, MANY / 2);
  /* The same bits for every number of workers, of which some find nothing to do. */
  for (int workers = 2; workers <= 11; workers += 3) {
    memset(&seen, 0, sizeof seen);
    assert_ok(score(MANY, workers, &seen, &some, err));
    ck_assert_double_eq(one.loss, some.loss);
    ck_assert_int_eq(one.correct, some.correct);
    for (int s = 0; s < MANY; s++)
      ck_assert_int_eq(seen.times[s], 1);
  }
  assert_ok(score(1, 3, NULL, &some, err));
  ck_assert_int_eq(some.correct, 0);
}
END_TEST

START_TEST(the_first_failure_is_told)
{
  static struct seen seen;
  struct gv_metrics sum;
  for (int workers = 1; workers <= 4; workers++) {
    fail_predict_at = 400;
    seen.share = 0;
    assert_fails(GV_MODEL, "samples 384 to 511: told to fail", score(MANY, workers, &seen, &sum, err));
    fail_predict_at = 999;
    seen.share = 0;
    assert_fails(GV_MODEL, "samples 896 to 999: told to fail", score(MANY, workers, &seen, &sum, err));
    toy = (struct toy){.add_loss = NAN};
    assert_fails(GV_NUMERIC, "samples 0 to 127: model toy: the loss is nan", score(MANY, workers, NULL, &sum, err));
    toy = (struct toy){.add_correct = 100};
    assert_fails(GV_MODEL, "evaluate counts 164 of 128", score(MANY, workers, NULL, &sum, err));
    toy = (struct toy){0};
    fail_predict_at = -1;
  }
}
END_TEST

/* ---- an engine that starts from a vector ---- */

struct first {
  struct gv_evaluation evaluation;
  float x[8][30];  /* of each node, after the first round */
};

static enum gv_status keep_first(void *context, const struct gv_evaluation *evaluation, struct gv_error *err)
{
  (void)err;
  if (evaluation->round == 0)
    ((struct first *)context)->evaluation = *evaluation;
  return GV_OK;
}

static void keep_nodes(void *context, uint64_t round, const float *const *x)
{
  for (int i = 0; i < 8 && round == 1; i++)
    memcpy(((struct first *)context)->x[i], x[i], sizeof w);
}

START_TEST(every_node_starts_there)
{
  static const char *const algorithms[] = {"dsgd", "psgd"};
  for (int a = 0; a < 2; a++)
    for (int workers = 1; workers <= 3; workers += 2) {
      struct first given = {0}, own = {0};
      struct toy_run run = {.algorithm = algorithms[a], .nodes = 8, .workers = workers, .dim = 30, .rounds = 2,
                            .rate = 1e-30, .evaluated = keep_first, .inspect = keep_nodes, .context = &own};
      assert_ok(toy_train(&run, NULL, err));
      run.context = &given;
      run.start = w;
      assert_ok(toy_train(&run, NULL, err));
      ck_assert_double_eq(given.evaluation.consensus_distance, 0);
      ck_assert(given.evaluation.test_loss != own.evaluation.test_loss);
      double loss = 0;
      for (int c = 0, n = 300; n > 0; c++, n -= GV_EVALUATION_BATCH)
        for (int s = 0; s < n && s < GV_EVALUATION_BATCH; s++) {
          float x[30];
          toy_sample(500, (uint64_t)c * GV_EVALUATION_BATCH, s, x);
          for (int i = 0; i < 30; i++)
            loss += pow((double)w[i] - (double)x[i], 2) / 2;
        }
      ck_assert_double_eq_tol(given.evaluation.test_loss, loss / 300, 1e-10);
      for (int i = 0; i < 8; i++)  /* the step was too small to be seen */
        ck_assert_mem_eq(given.x[i], w, 3 * sizeof *w);
    }
}
END_TEST

int main(void)
{
  return run_suite("score", (const TTest *const[]){sums_and_scores, the_first_failure_is_told,
                                                   every_node_starts_there, NULL});
}
