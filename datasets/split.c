/* Splits: the table, what is joined by '+', and turning owners into checked index lists. */
#include "datasets/split.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "datasets/splits/splits.h"

static const struct gv_named *const entries[] = {
    &gv_split_iid.named,
    &gv_split_natural.named,
    &gv_split_contiguous.named,
    &gv_split_sorted.named,
    &gv_split_dirichlet.named,
    &gv_split_classes.named,
    &gv_split_shards.named,
    &gv_split_quantity.named,
    &gv_split_features.named,
    &gv_split_labels.named,
    NULL,
};

const struct gv_table gv_split_table = {
    .kind = "split", .summary = "which training sample belongs to which node; joined by '+'", .entries = entries};

enum { KINDS = 3, PARTS = 8 };

/* What a specification names. */
struct choice {
  const struct gv_split *split;
  struct gv_options *options;
};

struct choices {
  struct choice part[PARTS];
  int count;
};

void gv_shards_destroy(struct gv_shards *shards)
{
  if (shards == NULL)
    return;
  gv_free(shards->first);
  gv_free(shards->index);
  gv_free(shards->labels);
  gv_skew_destroy(shards->skew);
  free(shards->spec);
  free(shards);
}

/* ---- a specification ---- */

static void choices_clear(struct choices *choices)
{
  for (int p = 0; p < choices->count; p++)
    gv_options_destroy(choices->part[p].options);
}

/* Where a name behind a '+' begins; a number, as in 1e+5, begins with a digit. */
static char *next_part(char *text)
{
  for (char *at = strchr(text, '+'); at != NULL; at = strchr(at + 1, '+'))
    if (at[1] < '0' || at[1] > '9')
      return at;
  return NULL;
}

static const struct gv_split *of_kind(const struct choices *choices, enum gv_split_kind kind,
                                      const struct gv_options **options)
{
  for (int p = 0; p < choices->count; p++)
    if (choices->part[p].split->kind == kind) {
      *options = choices->part[p].options;
      return choices->part[p].split;
    }
  return NULL;
}

/* At most one label law, one size law, and each view once. */
static enum gv_status check_choice(const char *spec, const struct choices *choices, const struct gv_split *added,
                                   struct gv_error *err)
{
  for (int p = 0; p < choices->count; p++) {
    const struct gv_split *other = choices->part[p].split;
    if (other == added)
      return gv_fail(err, GV_USAGE, "split %s: %s stands there twice", spec, added->named.name);
    if (other->kind == added->kind && added->kind != GV_SPLIT_VIEW)
      return gv_fail(err, GV_USAGE, "split %s: %s and %s both say %s; take one of them", spec, other->named.name,
                     added->named.name, added->kind == GV_SPLIT_LABEL ? "whose a sample is" :
                     "how many samples a node has");
    if ((other->fixes_sizes && added->kind == GV_SPLIT_SIZE) ||
        (added->fixes_sizes && other->kind == GV_SPLIT_SIZE))
      return gv_fail(err, GV_USAGE, "split %s: %s and %s both say how many samples a node has; take one of them",
                     spec, other->named.name, added->named.name);
  }
  return choices->count < PARTS ? GV_OK : gv_fail(err, GV_USAGE, "split %s: more than %d parts", spec, PARTS);
}

/* The parts in the order they are carried out; a specification without a label law is iid first. */
static enum gv_status parse(const char *spec, struct choices *choices, struct gv_error *err)
{
  char *text = strdup(spec), *at = text;
  enum gv_status status = text != NULL ? GV_OK : gv_fail(err, GV_MEMORY, "split %s: no memory", spec);
  while (status == GV_OK && at != NULL) {
    const struct gv_named *found = NULL;
    struct gv_options *options = NULL;
    char *next = next_part(at);
    if (next != NULL)
      *next++ = '\0';
    status = gv_named_parse(&gv_split_table, at, &found, &options, err);
    if (status == GV_OK)
      status = check_choice(spec, choices, (const struct gv_split *)found, err);
    if (status == GV_OK)
      choices->part[choices->count++] = (struct choice){(const struct gv_split *)found, options};
    else
      gv_options_destroy(options);
    at = next;
  }
  free(text);
  const struct gv_options *unused;
  if (status == GV_OK && of_kind(choices, GV_SPLIT_LABEL, &unused) == NULL) {
    struct gv_options *options = NULL;
    status = gv_options_create(gv_split_iid.named.options, "split iid", &options, err);
    if (status == GV_OK && choices->count == PARTS)
      status = gv_fail(err, GV_USAGE, "split %s: more than %d parts", spec, PARTS);
    if (status == GV_OK) {
      memmove(choices->part + 1, choices->part, (size_t)choices->count * sizeof *choices->part);
      choices->part[0] = (struct choice){&gv_split_iid, options};
      choices->count++;
    }
  }
  return status;
}

/* "dirichlet:alpha=0.1,...+quantity:...": all values. NULL without memory. */
static char *full_spec(const struct choices *choices)
{
  char *spec = NULL;
  for (int p = 0; p < choices->count; p++) {
    char *values = gv_options_format(choices->part[p].options), *longer = NULL;
    bool failed = values == NULL ||
                  asprintf(&longer, "%s%s%s%s%s", spec != NULL ? spec : "", spec != NULL ? "+" : "",
                           choices->part[p].split->named.name, values[0] != '\0' ? ":" : "", values) < 0;
    free(values);
    free(spec);
    spec = failed ? NULL : longer;
    if (failed)
      return NULL;
  }
  return spec;
}

/* ---- from owners to lists ---- */

/* Counts, then fills: ascending because samples are walked in order. */
static enum gv_status collect(const struct gv_split_input *input, const int32_t *owner, struct gv_shards *shards,
                              struct gv_error *err)
{
  int nodes = input->nodes;
  shards->nodes = nodes;
  enum gv_status status = gv_alloc_for(&shards->first, (size_t)nodes + 2, sizeof *shards->first, "shards", err);
  if (status == GV_OK)
    status = gv_alloc_for(&shards->index, (size_t)input->samples, sizeof *shards->index, "shards", err);
  if (status != GV_OK)
    return status;
  int64_t *at = shards->first;
  for (int64_t s = 0; s < input->samples; s++)
    at[owner[s] + 2]++;
  for (int i = 2; i <= nodes + 1; i++)
    at[i] += at[i - 1];
  for (int64_t s = 0; s < input->samples; s++)
    shards->index[at[owner[s] + 1]++] = (int32_t)s;  /* as in gv_split_by_class */
  return GV_OK;
}

/* ends (nodes + 1) <- where the lists of all nodes end. */
static enum gv_status measure(const struct choices *choices, struct gv_split_input *input, int64_t *ends,
                              struct gv_error *err)
{
  const struct gv_options *options = NULL;
  const struct gv_split *law = of_kind(choices, GV_SPLIT_SIZE, &options);
  for (int i = 0; i <= input->nodes; i++)
    ends[i] = gv_split_cut(input->samples, input->nodes, i);
  input->ends = ends;
  input->sized = law != NULL;
  if (law == NULL)
    return GV_OK;
  enum gv_status status = law->size(options, input, ends + 1, err);
  for (int i = 0; i < input->nodes && status == GV_OK; i++)
    ends[i + 1] += ends[i];
  return status;
}

/* Whether every node has as many samples as input->ends says. counts (nodes) comes zeroed. */
static bool keeps_sizes(const struct gv_split_input *input, const int32_t *owner, int64_t *counts)
{
  bool keeps = true;
  for (int64_t s = 0; s < input->samples; s++)
    counts[owner[s]]++;
  for (int i = 0; i < input->nodes; i++)
    keeps = keeps && counts[i] == input->ends[i + 1] - input->ends[i];
  return keeps;
}

/* Deals anew by the shares that a law has given each node of the classes. */
static enum gv_status deal_anew(const struct gv_split_input *input, int32_t *owner, struct gv_error *err)
{
  double *law = NULL;
  int64_t *counts = NULL;
  size_t classes = (size_t)input->classes;
  enum gv_status status = gv_alloc_for(&counts, (size_t)input->nodes, sizeof *counts, "the sizes of nodes", err);
  bool keeps = status == GV_OK && keeps_sizes(input, owner, counts);
  gv_free(counts);
  if (keeps || status != GV_OK)
    return status;
  status = gv_alloc_for(&law, (size_t)input->nodes * classes, sizeof *law, "the shares of a split", err);
  for (int64_t s = 0; s < input->samples && status == GV_OK; s++)
    law[(size_t)owner[s] * classes + (size_t)input->labels[s]]++;
  if (status == GV_OK)
    status = gv_split_draw(input, law, UINT32_MAX, owner, err);
  gv_free(law);
  return status;
}

static enum gv_status assign(const struct choices *choices, const struct gv_split_input *input, int32_t *owner,
                             struct gv_error *err)
{
  const struct gv_options *options = NULL;
  const struct gv_split *law = of_kind(choices, GV_SPLIT_LABEL, &options);
  enum gv_status status = law->assign(options, input, owner, err);
  for (int64_t s = 0; s < input->samples && status == GV_OK; s++)
    if (owner[s] < 0 || owner[s] >= input->nodes)
      status = gv_fail(err, GV_INPUT, "split %s: sample %lld was given to node %d; nodes are 0 to %d",
                       law->named.name, (long long)s, owner[s], input->nodes - 1);
  return status == GV_OK && input->sized ? deal_anew(input, owner, err) : status;
}

static enum gv_status check_input(const char *spec, const struct choices *choices,
                                  const struct gv_split_input *input, struct gv_error *err)
{
  for (int p = 0; p < choices->count; p++)
    if (choices->part[p].split->labels && input->labels == NULL)
      return gv_fail(err, GV_USAGE, "split %s: %s goes by class labels, and these data have numbers for targets",
                     spec, choices->part[p].split->named.name);
  return GV_OK;
}

static enum gv_status deal(const char *spec, const struct choices *choices, struct gv_split_input *input,
                           struct gv_shards *shards, struct gv_error *err)
{
  int64_t *ends = NULL;
  int32_t *owner = NULL;
  enum gv_status status = check_input(spec, choices, input, err);
  if (status == GV_OK)
    status = gv_alloc_for(&ends, (size_t)input->nodes + 1, sizeof *ends, "shards", err);
  if (status == GV_OK)
    status = gv_alloc_for(&owner, (size_t)input->samples, sizeof *owner, "the owners of samples", err);
  if (status == GV_OK)
    status = measure(choices, input, ends, err);
  if (status == GV_OK) {
    memset(owner, 0xff, (size_t)input->samples * sizeof *owner);  /* -1: nobody's */
    status = assign(choices, input, owner, err);
  }
  if (status == GV_OK)
    status = collect(input, owner, shards, err);
  gv_free(owner);
  gv_free(ends);
  for (int p = 0; p < choices->count && status == GV_OK; p++)
    if (choices->part[p].split->kind == GV_SPLIT_VIEW)
      status = choices->part[p].split->view(choices->part[p].options, input, shards, err);
  return status;
}

static enum gv_status check_nodes(const struct gv_split_input *input, struct gv_error *err)
{
  if (input->nodes < 1)
    return gv_fail(err, GV_USAGE, "nodes is %d; accepted: 1 to the number of training samples", input->nodes);
  if (input->nodes > input->samples)
    return gv_fail(err, GV_USAGE, "nodes is %d: more nodes than the %lld training samples", input->nodes,
                   (long long)input->samples);
  return GV_OK;
}

/* What to change when a node is empty, by the last law that can be told so. */
static const char *remedy_of(const struct choices *choices)
{
  const char *remedy = NULL;
  for (int p = 0; p < choices->count; p++)
    if (choices->part[p].split->remedy != NULL)
      remedy = choices->part[p].split->remedy;
  return remedy;
}

static enum gv_status create(const char *spec, struct gv_split_input input, bool full, struct gv_shards **out,
                             struct gv_error *err)
{
  struct choices choices = {0};
  struct gv_shards *shards = calloc(1, sizeof *shards);
  enum gv_status status =
      shards != NULL ? check_nodes(&input, err) : gv_fail(err, GV_MEMORY, "split %s: no memory", spec);
  if (strcmp(spec, "auto") == 0)
    spec = input.groups != NULL ? "natural" : "iid";
  if (status == GV_OK)
    status = parse(spec, &choices, err);
  if (status == GV_OK && (shards->spec = full_spec(&choices)) == NULL)
    status = gv_fail(err, GV_MEMORY, "split %s: no memory", spec);
  if (status == GV_OK)
    status = deal(spec, &choices, &input, shards, err);
  for (int i = 0; full && status == GV_OK && i < input.nodes; i++)
    if (shards->first[i] == shards->first[i + 1]) {
      const char *remedy = remedy_of(&choices);
      status = gv_fail(err, GV_USAGE, "split %s: node %d of %d received no sample; %s%stake fewer nodes", spec, i,
                       input.nodes, remedy != NULL ? remedy : "", remedy != NULL ? ", or " : "");
    }
  choices_clear(&choices);
  if (status == GV_OK)
    *out = shards;
  else
    gv_shards_destroy(shards);
  return status;
}

enum gv_status gv_shards_deal(const char *spec, const struct gv_split_input *input, struct gv_shards **out,
                              struct gv_error *err)
{
  return create(spec, *input, false, out, err);
}

static struct gv_split_input input_of(const struct gv_dataset *dataset, int nodes, uint64_t seed)
{
  return (struct gv_split_input){.labels = dataset->train.labels, .groups = dataset->train.groups,
                                 .group_count = dataset->groups, .samples = dataset->train.samples,
                                 .classes = dataset->shape.classes, .nodes = nodes, .seed = seed,
                                 .shape = &dataset->shape};
}

enum gv_status gv_shards_create(const char *spec, const struct gv_dataset *dataset, int nodes, uint64_t seed,
                                struct gv_shards **out, struct gv_error *err)
{
  return create(spec, input_of(dataset, nodes, seed), true, out, err);
}

enum gv_status gv_shards_create_any(const char *spec, const struct gv_dataset *dataset, int nodes, uint64_t seed,
                                    struct gv_shards **out, struct gv_error *err)
{
  return create(spec, input_of(dataset, nodes, seed), false, out, err);
}
