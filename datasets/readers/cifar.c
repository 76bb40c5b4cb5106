/* Reader "cifar": a folder with the binary files of CIFAR-10 or CIFAR-100. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/memory.h"
#include "core/base/paths.h"
#include "datasets/input.h"
#include "datasets/readers/readers.h"

enum { CHANNELS = 3, SIDE = 32, PIXELS = CHANNELS * SIDE * SIDE, ROWS = 64 };

/* What a kind of CIFAR consists of. A record is its labels, a byte each, and the pixels by channel and row. */
struct kind {
  const char *train[6];    /* ends with NULL */
  const char *test;
  int labels;              /* bytes before the pixels */
  int which;               /* of them */
  int classes;
  const char *names;       /* file of class names, a line each */
  const char *called;
};

static const struct kind cifar_10 = {
    .train = {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"},
    .test = "test_batch.bin", .labels = 1, .which = 0, .classes = 10, .names = "batches.meta.txt",
    .called = "CIFAR-10"};
static const struct kind fine = {
    .train = {"train.bin"}, .test = "test.bin", .labels = 2, .which = 1, .classes = 100,
    .names = "fine_label_names.txt", .called = "CIFAR-100"};
static const struct kind coarse = {
    .train = {"train.bin"}, .test = "test.bin", .labels = 2, .which = 0, .classes = 20,
    .names = "coarse_label_names.txt", .called = "CIFAR-100"};

/* Samples as they come: uint8_t and int32_t. */
struct samples {
  struct gv_grow pixels, labels;
};

/* Takes whole records out of a buffer. */
static enum gv_status take(const struct kind *kind, const struct gv_input *input, const uint8_t *records, size_t n,
                           struct samples *to, struct gv_error *err)
{
  size_t record = (size_t)kind->labels + PIXELS;
  enum gv_status status = gv_grow_by(&to->pixels, n * PIXELS, input->path, err);
  if (status == GV_OK)
    status = gv_grow_by(&to->labels, n, input->path, err);
  for (size_t r = 0; r < n && status == GV_OK; r++) {
    int label = records[r * record + (size_t)kind->which];
    if (label >= kind->classes)
      return gv_fail(err, GV_INPUT, "%s: row %zu (from 1, all files) has the label %d; accepted: 0 to %d",
                     input->path, to->labels.count + 1, label, kind->classes - 1);
    memcpy((uint8_t *)to->pixels.items + to->pixels.count, records + r * record + kind->labels, PIXELS);
    to->pixels.count += PIXELS;
    ((int32_t *)to->labels.items)[to->labels.count++] = label;
  }
  return status;
}

static enum gv_status read_file(const struct kind *kind, const char *folder, const char *name, struct samples *to,
                                struct gv_error *err)
{
  size_t record = (size_t)kind->labels + PIXELS, got = 0;
  struct gv_input input = {0};
  char *path;
  uint8_t *records = NULL;
  enum gv_status status = gv_input_find(folder, name, &path, err);
  if (status == GV_OK && path == NULL)
    status = gv_fail(err, GV_INPUT, "%s: the file %s is missing, plain or .gz", folder, name);
  if (status == GV_OK)
    status = gv_input_open(path, &input, err);
  free(path);
  if (status == GV_OK && input.plain && (input.size == 0 || input.size % record != 0))
    status = gv_fail(err, GV_INPUT, "%s: %llu bytes; a %s file is a whole number of records of %zu bytes",
                     input.path, (unsigned long long)input.size, kind->called, record);
  if (status == GV_OK)
    status = gv_alloc_for(&records, ROWS, record, input.path, err);
  size_t room = input.plain ? input.size / record : 0;
  if (status == GV_OK)
    status = gv_grow_by(&to->pixels, room * PIXELS, input.path, err);
  uint64_t all = 0;
  do {
    if (status == GV_OK)
      status = gv_input_pull(&input, records, ROWS * record, &got, err);
    all += got;
    if (status == GV_OK && (got % record != 0 || all == 0))
      status = gv_fail(err, GV_INPUT, "%s: %llu bytes; a %s file is a whole number of records of %zu bytes",
                       input.path, (unsigned long long)all, kind->called, record);
    if (status == GV_OK)
      status = take(kind, &input, records, got / record, to, err);
  } while (status == GV_OK && got == ROWS * record);
  gv_free(records);
  gv_input_close(&input);
  return status;
}

static void give(struct samples *samples, struct gv_part *part)
{
  part->samples = (int64_t)samples->labels.count;
  part->bytes = samples->pixels.items;
  part->labels = samples->labels.items;
  *samples = (struct samples){0};
}

/* The file that tells the names, where it is there, must be whole; without it classes are numbers. */
static enum gv_status read_names(const struct kind *kind, const char *folder, struct gv_dataset *dataset,
                                 struct gv_error *err)
{
  char *path, *line = NULL, **names = NULL;
  size_t length = 0;
  int have = 0;
  struct gv_input input = {0};
  enum gv_status status = gv_input_find(folder, kind->names, &path, err);
  if (path == NULL)
    return status;
  status = gv_input_open(path, &input, err);
  free(path);
  if (status == GV_OK) {
    names = calloc((size_t)kind->classes, sizeof *names);
    if (names == NULL)
      status = gv_fail(err, GV_MEMORY, "%s: no memory for the names of classes", input.path);
  }
  while (status == GV_OK && have < kind->classes) {
    status = gv_input_line(&input, &line, &length, err);
    if (status != GV_OK || line == NULL)
      break;
    if (length > 0 && (names[have++] = strdup(line)) == NULL)
      status = gv_fail(err, GV_MEMORY, "%s: no memory for the names of classes", input.path);
  }
  if (status == GV_OK && have < kind->classes)
    status = gv_fail(err, GV_INPUT, "%s: %d names; %s has %d classes, a line each", input.path, have, kind->called,
                     kind->classes);
  gv_input_close(&input);
  if (status == GV_OK) {
    dataset->class_names = names;
    return status;
  }
  for (int c = 0; names != NULL && c < have; c++)
    free(names[c]);
  free(names);
  return status;
}

static enum gv_status cifar_read(const struct gv_options *options, int nodes, struct gv_dataset **out,
                                 struct gv_error *err)
{
  (void)nodes;
  const char *folder = gv_options_text(options, "path");
  if (folder[0] == '\0')
    return gv_fail(err, GV_USAGE, "reader cifar: path is ''; accepted: a folder, as in cifar:path=FOLDER");
  if (!gv_is_folder(folder))
    return gv_fail(err, GV_INPUT, "%s: %s; reader cifar accepts the folder that holds the binary files", folder,
                   access(folder, F_OK) == 0 ? "is no folder" : "there is no such folder");
  bool is_coarse = strcmp(gv_options_text(options, "labels"), "coarse") == 0;
  const struct kind *kind = gv_input_there(folder, fine.train[0]) ? is_coarse ? &coarse : &fine : &cifar_10;
  if (kind == &cifar_10 && is_coarse)
    return gv_fail(err, GV_USAGE, "%s: labels=coarse is for CIFAR-100; there is no %s", folder, fine.train[0]);
  struct samples train = {.pixels = {.size = 1}, .labels = {.size = sizeof(int32_t)}}, test = train;
  struct gv_dataset *dataset = NULL;
  enum gv_status status = gv_dataset_create(folder, &dataset, err);
  for (int f = 0; kind->train[f] != NULL && status == GV_OK; f++)
    status = read_file(kind, folder, kind->train[f], &train, err);
  if (status == GV_OK)
    status = read_file(kind, folder, kind->test, &test, err);
  if (status == GV_OK)
    status = read_names(kind, folder, dataset, err);
  if (status == GV_OK) {
    dataset->shape = (struct gv_shape){
        .channels = CHANNELS, .height = SIDE, .width = SIDE, .classes = kind->classes};
    give(&train, &dataset->train);
    give(&test, &dataset->test);
  }
  gv_free(train.pixels.items);
  gv_free(train.labels.items);
  gv_free(test.pixels.items);
  gv_free(test.labels.items);
  return gv_dataset_finish(status, dataset, out, err);
}

static bool cifar_recognizes(const char *path)
{
  return gv_input_there(path, cifar_10.train[0]) || gv_input_there(path, cifar_10.test) ||
         (gv_input_there(path, fine.train[0]) && gv_input_there(path, fine.test));
}

static const struct gv_option options[] = {
    {.key = "path", .type = GV_OPTION_TEXT, .value = "",
     .help = "folder with data_batch_1.bin .. test_batch.bin, or train.bin and test.bin; plain or .gz"},
    {.key = "labels", .type = GV_OPTION_CHOICE, .value = "fine", .words = "fine|coarse",
     .help = "of CIFAR-100: its 100 classes or its 20"},
    {.key = NULL},
};

const struct gv_reader gv_reader_cifar = {
    .named = {.name = "cifar", .summary = "CIFAR-10 and CIFAR-100, the binary version", .options = options},
    .recognizes = cifar_recognizes,
    .read = cifar_read,
};
