/* Splits: every sample once, pure, and each law by its definition. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/memory.h"
#include "datasets/census.h"
#include "datasets/split.h"
#include "tests/suite.h"

static const struct gv_shape eight = {.features = 64, .channels = 1, .height = 8, .width = 8, .classes = 10};

/* count samples whose labels go round the classes. */
static struct gv_split_input made_up(int32_t *labels, int64_t count, int32_t classes, int nodes, uint64_t seed)
{
  for (int64_t s = 0; s < count; s++)
    labels[s] = (int32_t)(s * s % 7919 % classes);
  return (struct gv_split_input){
      .labels = labels, .samples = count, .classes = classes, .nodes = nodes, .seed = seed, .shape = &eight};
}

static void check_every_sample_once(const struct gv_shards *shards, int64_t samples)
{
  unsigned char *seen = calloc((size_t)samples, 1);
  ck_assert_int_eq(shards->first[0], 0);
  ck_assert_int_eq(shards->first[shards->nodes], samples);
  for (int i = 0; i < shards->nodes; i++)
    for (int64_t p = shards->first[i]; p < shards->first[i + 1]; p++) {
      ck_assert_int_eq(seen[shards->index[p]]++, 0);
      ck_assert(p == shards->first[i] || shards->index[p - 1] < shards->index[p]);
    }
  free(seen);
}

static bool same_shards(const struct gv_shards *a, const struct gv_shards *b)
{
  return memcmp(a->first, b->first, (size_t)(a->nodes + 1) * sizeof *a->first) == 0 &&
         memcmp(a->index, b->index, (size_t)a->first[a->nodes] * sizeof *a->index) == 0;
}

/* A new split is tested here before its author writes a test. */
START_TEST(splits_all_conform)
{
  enum { SAMPLES = 1000 };
  static const int nodes[] = {1, 2, 3, 7, 16};
  int32_t labels[SAMPLES], groups[SAMPLES];
  struct gv_dataset dataset = {.train = {.samples = SAMPLES, .labels = labels, .groups = groups}, .shape = eight,
                               .groups = 16};
  for (int s = 0; s < SAMPLES; s++)
    groups[s] = s % 16;
  for (size_t e = 0; gv_split_table.entries[e] != NULL; e++) {
    const char *spec = gv_split_table.entries[e]->name;
    if (strcmp(spec, "features") == 0)
      spec = "features:noise=1,rotate=yes,permute=yes";
    struct gv_shards *none = NULL;
    ck_assert_uint_gt(strlen(gv_split_table.entries[e]->summary), 0);
    for (size_t i = 0; i < sizeof nodes / sizeof nodes[0]; i++) {
      struct gv_split_input input = made_up(labels, SAMPLES, 10, nodes[i], 42);
      input.groups = groups;
      input.group_count = 16;
      struct gv_shards *first = NULL, *again = NULL;
      struct gv_error why = {GV_OK, ""};
      enum gv_status status = gv_shards_deal(spec, &input, &first, &why);
      if (status == GV_USAGE && strstr(why.text, "cannot hold all 10 classes") != NULL && nodes[i] < 5)
        continue;  /* classes: 2 a node */
      ck_assert_msg(status == GV_OK, "%s", why.text);
      ck_assert_int_eq(first->nodes, nodes[i]);
      check_every_sample_once(first, SAMPLES);
      assert_ok(gv_shards_create(spec, &dataset, nodes[i], 42, &again, err));
      ck_assert_msg(same_shards(first, again), "%s is not pure", spec);
      gv_shards_destroy(again);
      assert_ok(gv_shards_deal(first->spec, &input, &again, err));
      ck_assert_msg(same_shards(first, again), "%s deals otherwise than %s", first->spec, spec);
      ck_assert_str_eq(again->spec, first->spec);
      gv_shards_destroy(first);
      gv_shards_destroy(again);
    }
    assert_fails(GV_USAGE, "more nodes than the 1000 training samples",
                 gv_shards_create(spec, &dataset, SAMPLES + 1, 1, &none, err));
    assert_fails(GV_USAGE, "nodes is 0", gv_shards_create(spec, &dataset, 0, 1, &none, err));
    assert_fails(GV_USAGE, "nodes is -3", gv_shards_create(spec, &dataset, -3, 1, &none, err));
    ck_assert_ptr_null(none);
  }
  gv_shards_destroy(NULL);
}
END_TEST

START_TEST(splits_depend_on_the_seed)
{
  enum { SAMPLES = 1000 };
  static const char *const specs[] = {
      "iid",    "iid:stratified=yes", "dirichlet",         "dirichlet:by=node", "classes:per-node=3",
      "shards", "quantity",           "dirichlet+quantity"};
  int32_t labels[SAMPLES];
  for (size_t i = 0; i < sizeof specs / sizeof specs[0]; i++) {
    struct gv_split_input input = made_up(labels, SAMPLES, 10, 4, 1);
    struct gv_shards *one = NULL, *other = NULL;
    assert_ok(gv_shards_deal(specs[i], &input, &one, err));
    input.seed = 2;
    assert_ok(gv_shards_deal(specs[i], &input, &other, err));
    ck_assert_msg(!same_shards(one, other), "%s is the same for two seeds", specs[i]);
    gv_shards_destroy(one);
    gv_shards_destroy(other);
  }
}
END_TEST

START_TEST(split_sizes)
{
  enum { SAMPLES = 1003, NODES = 7, CLASSES = 10 };
  static const char *const specs[] = {"iid", "iid:stratified=yes", "contiguous", "sorted", "dirichlet:by=node",
                                      "dirichlet:alpha=0.01,equal=yes"};
  int32_t labels[SAMPLES];
  struct gv_split_input input = made_up(labels, SAMPLES, CLASSES, NODES, 5);
  for (size_t i = 0; i < sizeof specs / sizeof specs[0]; i++) {
    struct gv_shards *shards = NULL;
    assert_ok(gv_shards_deal(specs[i], &input, &shards, err));
    int64_t least[CLASSES], most[CLASSES] = {0};
    for (int c = 0; c < CLASSES; c++)
      least[c] = SAMPLES;
    for (int node = 0; node < NODES; node++) {
      int64_t count[CLASSES] = {0}, size = shards->first[node + 1] - shards->first[node];
      ck_assert(size == SAMPLES / NODES || size == SAMPLES / NODES + 1);
      for (int64_t p = shards->first[node]; p < shards->first[node + 1]; p++) {
        count[labels[shards->index[p]]]++;
        if (i == 2)
          ck_assert_int_eq(shards->index[p], p);
      }
      for (int c = 0; c < CLASSES; c++) {
        least[c] = count[c] < least[c] ? count[c] : least[c];
        most[c] = count[c] > most[c] ? count[c] : most[c];
      }
    }
    for (int c = 0; c < CLASSES && i == 1; c++)
      ck_assert_int_le(most[c] - least[c], 1);
    gv_shards_destroy(shards);
  }
}
END_TEST

/* The shares of one class over many seeds against the law's mean and variance, within 5 standard errors. */
static void check_dirichlet_moments(double alpha, int nodes)
{
  enum { SAMPLES = 4000, CLASSES = 4, SEEDS = 400 };
  int32_t labels[SAMPLES];
  char spec[64];
  double sum = 0, square = 0, fourth = 0;
  double n = nodes, mean = 1 / n, variance = mean * (1 - mean) / (n * alpha + 1);
  snprintf(spec, sizeof spec, "dirichlet:alpha=%g,min=0", alpha);
  for (uint64_t seed = 0; seed < SEEDS; seed++) {
    struct gv_split_input input = made_up(labels, SAMPLES, CLASSES, nodes, seed);
    for (int s = 0; s < SAMPLES; s++)
      labels[s] = s % CLASSES;
    struct gv_shards *shards = NULL;
    assert_ok(gv_shards_deal(spec, &input, &shards, err));
    double share[CLASSES] = {0};
    int node = (int)(seed % (uint64_t)nodes);  /* every node has its turn */
    for (int64_t p = shards->first[node]; p < shards->first[node + 1]; p++)
      share[labels[shards->index[p]]] += (double)CLASSES / SAMPLES;
    for (int c = 0; c < CLASSES; c++) {
      double d = share[c] - mean;
      sum += d / (SEEDS * CLASSES);
      square += d * d / (SEEDS * CLASSES);
      fourth += d * d * d * d / (SEEDS * CLASSES);
    }
    gv_shards_destroy(shards);
  }
  ck_assert_double_eq_tol(sum, 0, 5 * sqrt(variance / (SEEDS * CLASSES)));
  ck_assert_double_eq_tol(square, variance, 5 * sqrt(fourth / (SEEDS * CLASSES)));
}

/* k classes a node, all samples of a class among its holders, who differ by at most one. */
START_TEST(classes_a_node)
{
  enum { SAMPLES = 1003, CLASSES = 10, NODES = 13 };
  int32_t labels[SAMPLES];
  for (int k = 1; k <= CLASSES; k += k < 4 ? 1 : 3)
    for (int n = (CLASSES + k - 1) / k; n <= NODES; n += 3)
      for (uint64_t seed = 1; seed < 20; seed++) {
        struct gv_split_input input = made_up(labels, SAMPLES, CLASSES, n, seed);
        struct gv_shards *shards = NULL;
        char spec[32];
        snprintf(spec, sizeof spec, "classes:per-node=%d", k);
        assert_ok(gv_shards_deal(spec, &input, &shards, err));
        check_every_sample_once(shards, SAMPLES);
        int64_t least[CLASSES], most[CLASSES] = {0};
        bool right = true;
        for (int c = 0; c < CLASSES; c++)
          least[c] = SAMPLES;
        for (int i = 0; i < n; i++) {
          int64_t have[CLASSES] = {0};
          int kinds = 0;
          for (int64_t p = shards->first[i]; p < shards->first[i + 1]; p++)
            have[labels[shards->index[p]]]++;
          for (int c = 0; c < CLASSES; c++) {
            kinds += have[c] > 0;
            most[c] = have[c] > most[c] ? have[c] : most[c];
            least[c] = have[c] > 0 && have[c] < least[c] ? have[c] : least[c];
          }
          right = right && kinds == k && have[i % CLASSES] > 0;
        }
        for (int c = 0; c < CLASSES; c++)
          right = right && most[c] - least[c] <= 1;
        ck_assert_msg(right, "%s over %d nodes, seed %d", spec, n, (int)seed);
        gv_shards_destroy(shards);
      }
  struct gv_split_input input = made_up(labels, SAMPLES, CLASSES, 4, 1);
  struct gv_shards *none = NULL;
  assert_fails(GV_USAGE, "accepted: 1 to 10", gv_shards_deal("classes:per-node=11", &input, &none, err));
  assert_fails(GV_USAGE, "accepted: per-node=3 or more", gv_shards_deal("classes:per-node=2", &input, &none, err));
}
END_TEST

START_TEST(dirichlet_moments)
{
  check_dirichlet_moments(0.1, 4);
  check_dirichlet_moments(0.5, 4);
  check_dirichlet_moments(1, 2);
  check_dirichlet_moments(5, 10);
  check_dirichlet_moments(100, 3);
}
END_TEST

START_TEST(dirichlet_at_the_ends)
{
  enum { SAMPLES = 1000 };
  int32_t labels[SAMPLES];
  struct gv_shards *shards = NULL;
  struct gv_split_input input = made_up(labels, SAMPLES, 10, 10, 1);
  static const char *const small[] = {"dirichlet:alpha=0.001,min=0", "dirichlet:alpha=1e-6,min=0"};
  for (int i = 0; i < 2; i++) {
    assert_ok(gv_shards_deal(small[i], &input, &shards, err));
    check_every_sample_once(shards, SAMPLES);
    gv_shards_destroy(shards);
    shards = NULL;
  }
  input = made_up(labels, SAMPLES, 10, 3, 1);  /* with fewer nodes than classes redraws do find one */
  assert_ok(gv_shards_deal("dirichlet:alpha=0.001", &input, &shards, err));
  for (int i = 0; i < 3; i++)
    ck_assert_int_ge(shards->first[i + 1] - shards->first[i], 1);
  gv_shards_destroy(shards);
  shards = NULL;
  assert_ok(gv_shards_deal("dirichlet:alpha=0.5,min=200", &input, &shards, err));
  for (int i = 0; i < 3; i++)
    ck_assert_int_ge(shards->first[i + 1] - shards->first[i], 200);
  gv_shards_destroy(shards);
  shards = NULL;
  input.nodes = 16;
  assert_fails(GV_USAGE, "none of 1000 draws with alpha=0.001 gave each of 16 nodes min=1",
               gv_shards_deal("dirichlet:alpha=0.001", &input, &shards, err));
  assert_fails(GV_USAGE, "min is 63; accepted for 16 nodes and 1000 training samples: 0 to 62",
               gv_shards_deal("dirichlet:min=63", &input, &shards, err));
  struct gv_dataset dataset = {.train = {.samples = SAMPLES, .labels = labels}, .shape = {.classes = 10}};
  assert_fails(GV_USAGE, "received no sample; raise its min to 1 or its alpha",
               gv_shards_create("dirichlet:alpha=0.001,min=0", &dataset, 16, 1, &shards, err));
  assert_fails(GV_USAGE, "did you mean 'dirichlet'", gv_shards_create("dirchlet", &dataset, 16, 1, &shards, err));
  ck_assert_ptr_null(shards);
}
END_TEST

/* ---- the other laws ---- */

static int64_t size_of(const struct gv_shards *shards, int node)
{
  return shards->first[node + 1] - shards->first[node];
}

/* How many different labels a node has. */
static int labels_of(const struct gv_shards *shards, const int32_t *labels, int node)
{
  int count = 0;
  bool seen[100] = {false};
  for (int64_t k = shards->first[node]; k < shards->first[node + 1]; k++) {
    count += !seen[labels[shards->index[k]]];
    seen[labels[shards->index[k]]] = true;
  }
  return count;
}

START_TEST(sorted_and_shards)
{
  enum { SAMPLES = 6000, NODES = 20 };
  static int32_t labels[SAMPLES];
  struct gv_split_input input = made_up(labels, SAMPLES, 10, NODES, 1);
  struct gv_shards *shards = NULL;
  assert_ok(gv_shards_deal("sorted", &input, &shards, err));
  int32_t largest = -1;
  for (int i = 0; i < NODES; i++) {  /* no label of a node is below one of the node before */
    int32_t top = largest;
    for (int64_t k = shards->first[i]; k < shards->first[i + 1]; k++) {
      ck_assert_int_ge(labels[shards->index[k]], largest);
      top = labels[shards->index[k]] > top ? labels[shards->index[k]] : top;
    }
    largest = top;
  }
  gv_shards_destroy(shards);
  for (int s = 1; s <= 4; s++)
    for (uint64_t seed = 0; seed < 20; seed++) {
      char spec[32];
      snprintf(spec, sizeof spec, "shards:per-node=%d", s);
      input.seed = seed;
      assert_ok(gv_shards_deal(spec, &input, &shards, err));
      for (int i = 0; i < NODES; i++) {
        ck_assert_int_le(labels_of(shards, labels, i), 2 * s);
        ck_assert_int_le(llabs(size_of(shards, i) - SAMPLES / NODES), s);
      }
      gv_shards_destroy(shards);
    }
  assert_fails(GV_USAGE, "accepted: per-node=1 to 300",
               gv_shards_deal("shards:per-node=301", &input, &shards, err));
}
END_TEST

START_TEST(dirichlet_by_node)
{
  enum { SAMPLES = 20000, CLASSES = 10 };
  static int32_t labels[SAMPLES];
  struct gv_shards *shards = NULL;
  /* A node's own law: of the smallest of four no class is ever exhausted, and its shares have Dirichlet's moments:
   * variance 1/C (1 - 1/C)/(C alpha + 1), and what a draw of n samples adds, (p - p^2)/n with p^2's mean. */
  enum { SEEDS = 1500 };
  double square = 0, fourth = 0, share = 1.0 / CLASSES, n = 0;
  for (uint64_t seed = 0; seed < SEEDS; seed++) {
    struct gv_split_input input = made_up(labels, 2000, CLASSES, 4, seed);
    assert_ok(gv_shards_deal("dirichlet:alpha=0.5,by=node+quantity:power=3", &input, &shards, err));
    double count[CLASSES] = {0};
    n = (double)size_of(shards, 3);
    for (int64_t k = shards->first[3]; k < shards->first[4]; k++)
      count[labels[shards->index[k]]]++;
    for (int c = 0; c < CLASSES; c++) {
      double off = count[c] / n - share;
      square += off * off / (SEEDS * CLASSES);
      fourth += off * off * off * off / (SEEDS * CLASSES);
    }
    gv_shards_destroy(shards);
    shards = NULL;
  }
  double spread = share * (1 - share) / (CLASSES * 0.5 + 1);
  double expected = spread + (share - share * share - spread) / n;
  ck_assert_double_eq_tol(square, expected, 5 * sqrt((fourth - expected * expected) / (SEEDS * (CLASSES - 1))));
  /* It ends, for 1,000 nodes of one class each, with equal sizes. */
  struct gv_split_input input = made_up(labels, SAMPLES, CLASSES, 1000, 3);
  assert_ok(gv_shards_deal("dirichlet:alpha=0.001,by=node", &input, &shards, err));
  check_every_sample_once(shards, SAMPLES);
  double different = 0;
  for (int i = 0; i < 1000; i++) {
    ck_assert_int_eq(size_of(shards, i), 20);
    different += labels_of(shards, labels, i) / 1000.0;
  }
  ck_assert_double_lt(different, 2);  /* but for those who came when their class was gone */
  gv_shards_destroy(shards);
  assert_fails(GV_USAGE, "equal=yes is for by=class",
               gv_shards_deal("dirichlet:by=node,equal=yes", &input, &shards, err));
  assert_fails(GV_USAGE, "draws with alpha=0.001 gave each of 1000 nodes min=1 samples; raise alpha",
               gv_shards_deal("dirichlet:alpha=0.001", &input, &shards, err));
  assert_ok(gv_shards_deal("dirichlet:alpha=0.001,min=0", &input, &shards, err));
  check_every_sample_once(shards, SAMPLES);
  gv_shards_destroy(shards);
}
END_TEST

/* Sizes by Dir(beta) have the law's mean and variance over many seeds, within 5 standard errors. */
START_TEST(quantity_moments)
{
  enum { SAMPLES = 100000, NODES = 5, SEEDS = 2000 };
  static int32_t labels[SAMPLES];
  double beta = 2, mean = 0, square = 0, fourth = 0;
  for (uint64_t seed = 0; seed < SEEDS / NODES; seed++) {
    struct gv_split_input input = made_up(labels, 2000, 10, NODES, seed);
    struct gv_shards *shards = NULL;
    assert_ok(gv_shards_deal("quantity:beta=2,min=0", &input, &shards, err));
    for (int i = 0; i < NODES; i++) {
      double share = (double)size_of(shards, i) / 2000, off = share - 1.0 / NODES;
      mean += share / SEEDS;
      square += off * off / SEEDS;
      fourth += off * off * off * off / SEEDS;
    }
    gv_shards_destroy(shards);
  }
  double variance = 1.0 / NODES * (1 - 1.0 / NODES) / (NODES * beta + 1);
  ck_assert_double_eq_tol(mean, 1.0 / NODES, 1e-9);
  ck_assert_double_eq_tol(square, variance, 5 * sqrt((fourth - variance * variance) / (SEEDS - SEEDS / NODES)));
}
END_TEST

START_TEST(quantity_power_and_combined)
{
  enum { SAMPLES = 6000, NODES = 6 };
  static int32_t labels[SAMPLES];
  struct gv_split_input input = made_up(labels, SAMPLES, 10, NODES, 7);
  struct gv_shards *alone = NULL, *both = NULL, *law = NULL;
  assert_ok(gv_shards_deal("quantity:power=1", &input, &alone, err));
  double harmonic = 1 + 1 / 2.0 + 1 / 3.0 + 1 / 4.0 + 1 / 5.0 + 1 / 6.0;
  for (int i = 0; i < NODES; i++)
    ck_assert_double_eq_tol((double)size_of(alone, i), SAMPLES / harmonic / (i + 1), 1);
  gv_shards_destroy(alone);
  /* The size law decides how many, whatever the label law is; and the label law still shows. */
  static const char *const laws[] = {"iid",
                                     "iid:stratified=yes",
                                     "contiguous",
                                     "sorted",
                                     "dirichlet:alpha=0.05,min=0",
                                     "dirichlet:alpha=0.05,by=node",
                                     "classes:per-node=2",
                                     "shards:per-node=2",
                                     "dirichlet:alpha=0.05,equal=yes"};
  assert_ok(gv_shards_deal("quantity:beta=3", &input, &alone, err));
  for (size_t l = 0; l < sizeof laws / sizeof laws[0]; l++) {
    char spec[80];
    double before = 0, after = 0;
    snprintf(spec, sizeof spec, "%s+quantity:beta=3", laws[l]);
    assert_ok(gv_shards_deal(laws[l], &input, &law, err));
    assert_ok(gv_shards_deal(spec, &input, &both, err));
    check_every_sample_once(both, SAMPLES);
    ck_assert_ptr_nonnull(strstr(both->spec, "+quantity:beta=3,power=none,min=1"));
    for (int i = 0; i < NODES; i++) {
      ck_assert_int_eq(size_of(both, i), size_of(alone, i));
      before += labels_of(law, labels, i) / (double)NODES;
      after += labels_of(both, labels, i) / (double)NODES;
    }
    ck_assert_msg(after <= before + 2.5, "%s: %g labels a node, then %g", spec, before, after);
    gv_shards_destroy(law);
    gv_shards_destroy(both);
  }
  gv_shards_destroy(alone);
  assert_fails(GV_USAGE, "beta=1 and power=1; give one",
               gv_shards_deal("quantity:beta=1,power=1", &input, &both, err));
  assert_fails(GV_USAGE, "power=30 leaves one of 6 nodes 0 samples",
               gv_shards_deal("quantity:power=30", &input, &both, err));
  assert_fails(GV_USAGE, "0 to 1000", gv_shards_deal("quantity:min=1001", &input, &both, err));
  assert_fails(GV_USAGE, "draws with beta=1e-05 gave each of 6 nodes min=1",
               gv_shards_deal("quantity:beta=1e-5", &input, &both, err));
  assert_fails(GV_USAGE, "iid and dirichlet both say whose a sample is",
               gv_shards_deal("iid+dirichlet", &input, &both, err));
  assert_fails(GV_USAGE, "quantity stands there twice", gv_shards_deal("quantity+quantity", &input, &both, err));
  assert_fails(GV_USAGE, "natural and quantity both say how many",
               gv_shards_deal("natural+quantity", &input, &both, err));
  assert_fails(GV_USAGE, "did you mean 'quantity'", gv_shards_deal("iid+quantty", &input, &both, err));
}
END_TEST

/* Of many nodes fewer draws are made: 2e7 shares are all that is drawn. */
START_TEST(quantity_gives_up)
{
  enum { SAMPLES = 40000 };
  static int32_t labels[SAMPLES];
  int nodes = is_full() ? SAMPLES : 4000;
  struct gv_split_input input = made_up(labels, nodes, 10, nodes, 1);
  struct gv_shards *none = NULL;
  assert_fails(GV_USAGE, is_full() ? "none of 501 draws with beta=0.5 gave each of 40000 nodes min=1"
                                   : "none of 1000 draws with beta=0.5 gave each of 4000 nodes min=1",
               gv_shards_deal("quantity", &input, &none, err));
}
END_TEST

START_TEST(natural_groups)
{
  enum { SAMPLES = 100 };
  int32_t labels[SAMPLES], groups[SAMPLES];
  for (int s = 0; s < SAMPLES; s++)
    groups[s] = s % 10;
  for (int nodes = 1; nodes <= 10; nodes++) {
    struct gv_split_input input = made_up(labels, SAMPLES, 10, nodes, 1);
    struct gv_shards *shards = NULL;
    input.groups = groups;
    input.group_count = 10;
    assert_ok(gv_shards_deal("auto", &input, &shards, err));
    ck_assert_str_eq(shards->spec, "natural");
    for (int i = 0; i < nodes; i++)  /* group g is of the node in whose block of groups it is */
      for (int64_t k = shards->first[i]; k < shards->first[i + 1]; k++) {
        ck_assert_int_ge(groups[shards->index[k]], gv_split_cut(10, nodes, i));
        ck_assert_int_lt(groups[shards->index[k]], gv_split_cut(10, nodes, i + 1));
      }
    gv_shards_destroy(shards);
  }
  struct gv_split_input input = made_up(labels, SAMPLES, 10, 11, 1);
  struct gv_shards *shards = NULL;
  assert_fails(GV_USAGE, "do not say where a sample comes from", gv_shards_deal("natural", &input, &shards, err));
  input.groups = groups;
  input.group_count = 10;
  assert_fails(GV_USAGE, "accepted are up to 10 nodes", gv_shards_deal("natural", &input, &shards, err));
  input.labels = NULL;  /* targets */
  input.nodes = 5;
  assert_fails(GV_USAGE, "sorted goes by class labels", gv_shards_deal("sorted", &input, &shards, err));
  assert_fails(GV_USAGE, "stratified=yes goes by class labels",
               gv_shards_deal("iid:stratified=yes", &input, &shards, err));
  assert_ok(gv_shards_deal("iid+quantity", &input, &shards, err));
  gv_shards_destroy(shards);
}
END_TEST

/* As many nodes and groups as have a product that 32 bits do not hold. */
START_TEST(natural_of_many_groups)
{
  enum { MANY = 50000 };
  static int32_t groups[MANY];
  const struct gv_split_input input = {.groups = groups, .group_count = MANY, .samples = MANY, .nodes = MANY,
                                       .shape = &eight};
  struct gv_shards *shards = NULL;
  for (int s = 0; s < MANY; s++)
    groups[s] = MANY - 1 - s;
  assert_ok(gv_shards_deal("natural", &input, &shards, err));
  for (int i = 0; i < MANY; i++) {
    ck_assert_int_eq(shards->first[i], i);
    ck_assert_int_eq(groups[shards->index[i]], i);
  }
  gv_shards_destroy(shards);
}
END_TEST

START_TEST(labels_flip)
{
  enum { SAMPLES = 50000, NODES = 5, CLASSES = 7 };
  static int32_t labels[SAMPLES];
  struct gv_split_input input = made_up(labels, SAMPLES, CLASSES, NODES, 3);
  struct gv_shards *shards = NULL;
  assert_ok(gv_shards_deal("labels:flip=0.6", &input, &shards, err));
  for (int i = 0; i < NODES; i++) {
    double p = 0.6 * i / (NODES - 1), n = (double)size_of(shards, i), wrong = 0, other[CLASSES] = {0};
    for (int64_t k = shards->first[i]; k < shards->first[i + 1]; k++) {
      int32_t s = shards->index[k], seen = shards->labels[s];
      ck_assert(seen >= 0 && seen < CLASSES);
      wrong += seen != labels[s];
      other[(seen - labels[s] + CLASSES) % CLASSES]++;
    }
    ck_assert_double_eq_tol(wrong / n, p, 5 * sqrt(p * (1 - p) / n) + 1e-12);
    for (int c = 1; c < CLASSES; c++)  /* each other label alike */
      ck_assert_double_eq_tol(other[c] / n, p / (CLASSES - 1), 5 * sqrt(p / (CLASSES - 1) / n) + 1e-12);
  }
  gv_shards_destroy(shards);
  input.classes = 1;
  assert_fails(GV_USAGE, "there is no other label", gv_shards_deal("labels", &input, &shards, err));
}
END_TEST

/* One picture whose pixel p is p + 1, as the nodes see it. */
static void see(const struct gv_shards *shards, const struct gv_shape *shape, int node, int32_t sample, float *x)
{
  const struct gv_dataset dataset = {.shape = *shape};
  float row[64];
  for (int p = 0; p < shape->features; p++)
    x[p] = (float)(p + 1);
  gv_skew_apply(shards->skew, &dataset, node, &sample, 1, x, row);
}

START_TEST(features_turn_and_permute)
{
  enum { SAMPLES = 100, NODES = 4 };
  int32_t labels[SAMPLES];
  float x[64];
  struct gv_split_input input = made_up(labels, SAMPLES, 10, NODES, 3);
  struct gv_shards *shards = NULL;
  assert_ok(gv_shards_deal("features:rotate=yes", &input, &shards, err));
  for (int node = 0; node < NODES; node++) {  /* quarter turns, counter-clockwise */
    see(shards, &eight, node, 5, x);
    for (int r = 0; r < 8; r++)
      for (int c = 0; c < 8; c++) {
        int from_r = r, from_c = c;
        for (int t = 0; t < node; t++) {
          int old = from_r;
          from_r = from_c;
          from_c = 7 - old;
        }
        ck_assert_double_eq_tol((double)x[8 * r + c], 8 * from_r + from_c + 1, 1e-3);
      }
  }
  gv_shards_destroy(shards);
  assert_ok(gv_shards_deal("features:permute=yes", &input, &shards, err));
  float before[64] = {0};
  for (int node = 0; node < NODES; node++) {
    bool seen[65] = {false};
    see(shards, &eight, node, 5, x);
    for (int p = 0; p < 64; p++) {
      ck_assert(!seen[(int)x[p]]);
      seen[(int)x[p]] = true;
    }
    ck_assert(memcmp(before, x, sizeof x) != 0);
    memcpy(before, x, sizeof x);
    see(shards, &eight, node, 6, x);  /* the same for every sample */
    ck_assert_mem_eq(before, x, sizeof x);
  }
  gv_shards_destroy(shards);
  const struct gv_shape colour = {.features = 32, .channels = 2, .height = 4, .width = 4};
  input.shape = &colour;
  assert_ok(gv_shards_deal("features:permute=yes", &input, &shards, err));
  see(shards, &colour, 3, 5, x);
  for (int p = 0; p < 16; p++)  /* channels alike: the second holds 16 more than the first */
    ck_assert(x[16 + p] == x[p] + 16);
  gv_shards_destroy(shards);
  const struct gv_shape row = {.features = 5, .channels = 1, .height = 1, .width = 5};
  input.shape = &row;
  assert_fails(GV_USAGE, "rotate turns images", gv_shards_deal("features:rotate=10", &input, &shards, err));
  assert_fails(GV_USAGE, "nothing is changed", gv_shards_deal("features", &input, &shards, err));
}
END_TEST

START_TEST(features_noise)
{
  enum { SAMPLES = 1000, NODES = 3 };
  int32_t labels[SAMPLES];
  float x[64], again[64];
  struct gv_split_input input = made_up(labels, SAMPLES, 10, NODES, 3);
  struct gv_shards *shards = NULL;
  assert_ok(gv_shards_deal("features:noise=0.5", &input, &shards, err));
  for (int node = 0; node < NODES; node++) {
    double sigma = 0.5 * node / (NODES - 1), sum = 0, square_sum = 0, n = 64 * 1000;
    for (int32_t s = 0; s < 1000; s++) {
      see(shards, &eight, node, s, x);
      see(shards, &eight, node, s, again);  /* the same in every epoch */
      ck_assert_mem_eq(x, again, sizeof x);
      for (int p = 0; p < 64; p++) {
        double off = (double)x[p] - (p + 1);
        sum += off;
        square_sum += off * off;
      }
    }
    ck_assert_double_eq_tol(sum / n, 0, 5 * sigma / sqrt(n) + 1e-12);
    ck_assert_double_eq_tol(square_sum / n, sigma * sigma, 5 * sigma * sigma * sqrt(2 / n) + 1e-12);
  }
  gv_shards_destroy(shards);
}
END_TEST

START_TEST(census_closed_forms)
{
  enum { SAMPLES = 1000, CLASSES = 10 };
  int32_t labels[SAMPLES];
  for (int s = 0; s < SAMPLES; s++)
    labels[s] = s % CLASSES;
  const struct gv_dataset dataset = {.train = {.samples = SAMPLES, .labels = labels}, .shape = eight};
  struct gv_shards *shards = NULL;
  struct gv_census census;
  assert_ok(gv_shards_create("classes:per-node=1", &dataset, CLASSES, 1, &shards, err));
  assert_ok(gv_census_take(&dataset, shards, 500, &census, err));
  ck_assert_double_eq_tol(census.tv_mean, 0.9, 1e-12);
  /* Of laws (1, 0, ..) and (1/C, ..): (log2(1 / ((1 + 1/C)/2)) + sum 1/C log2((1/C)/m)) / 2. */
  double middle = 0.55, js = 0.5 * -log2(middle) + 0.5 * (0.1 * log2(0.1 / middle) + 0.9 * 1);
  ck_assert_double_eq_tol(census.js_mean, sqrt(js), 1e-12);
  ck_assert_double_eq_tol(census.effective_classes_mean, 1, 1e-12);
  ck_assert_int_eq(census.size_min, 100);
  ck_assert_int_eq(census.size_max, 100);
  for (int i = 0; i < CLASSES; i++)
    for (int c = 0; c < CLASSES; c++)
      ck_assert_int_eq(census.histogram[i * CLASSES + c], i == c ? 100 : 0);
  gv_census_clear(&census);
  gv_shards_destroy(shards);
  assert_ok(gv_shards_create("iid:stratified=yes", &dataset, 4, 1, &shards, err));
  assert_ok(gv_census_take(&dataset, shards, 500, &census, err));
  ck_assert_double_eq_tol(census.tv_mean, 0, 1e-12);
  ck_assert_double_eq_tol(census.js_mean, 0, 1e-6);
  ck_assert_double_eq_tol(census.effective_classes_mean, CLASSES, 1e-9);
  ck_assert(census.size_median == 250);
  gv_census_clear(&census);
  gv_shards_destroy(shards);
  assert_ok(gv_shards_create_any("dirichlet:alpha=0.001,min=0", &dataset, 50, 1, &shards, err));  /* empty nodes */
  assert_ok(gv_census_take(&dataset, shards, 500, &census, err));
  ck_assert_int_eq(census.size_min, 0);
  ck_assert(census.tv_mean > 0.5 && census.tv_mean <= 1 && census.js_mean <= 1);
  struct gv_census brief;  /* too large to keep: the same figures */
  assert_ok(gv_census_take(&dataset, shards, 499, &brief, err));
  ck_assert_ptr_nonnull(census.histogram);
  ck_assert_ptr_null(brief.histogram);
  ck_assert(brief.tv_mean == census.tv_mean && brief.js_mean == census.js_mean &&
            brief.effective_classes_mean == census.effective_classes_mean);
  gv_census_clear(&brief);
  gv_census_clear(&census);
  gv_shards_destroy(shards);
}
END_TEST

int main(void)
{
  const TTest *const tests[] = {splits_all_conform, splits_depend_on_the_seed, split_sizes, classes_a_node,
                                dirichlet_moments, dirichlet_at_the_ends, dirichlet_by_node, sorted_and_shards,
                                quantity_moments, quantity_power_and_combined, quantity_gives_up, natural_groups,
                                natural_of_many_groups, labels_flip, features_turn_and_permute, features_noise,
                                census_closed_forms, NULL};
  return run_suite("splits", tests);
}
