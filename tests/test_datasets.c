/* Data sets: the built-in digits, IDX files whole and broken, names. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "core/base/memory.h"
#include "datasets/dataset.h"
#include "datasets/digest.h"
#include "datasets/known.h"
#include "datasets/reader.h"
#include "run/data/describe.h"
#include "tests/data.h"

/* Six training and three test images of 2 x 3 pixels; every broken file below is one edit away from these. */
enum { TRAIN = 6, TEST = 3, HEIGHT = 2, WIDTH = 3, PIXELS = HEIGHT * WIDTH };

static const char *const train_images = "train-images-idx3-ubyte", *const train_labels = "train-labels-idx1-ubyte";
static const char *const test_images = "t10k-images-idx3-ubyte", *const test_labels = "t10k-labels-idx1-ubyte";

struct content {
  uint32_t magic, dims[3];
  int rank, bytes;  /* bytes: how many follow the header */
  int cut;          /* bytes to cut off the finished file */
  int flip;         /* byte to invert, counted from the file's end; 0: none */
};

static struct content images_of(uint32_t n)
{
  return (struct content){.magic = 0x803, .dims = {n, HEIGHT, WIDTH}, .rank = 3, .bytes = (int)n * PIXELS};
}

static struct content labels_of(uint32_t n)
{
  return (struct content){.magic = 0x801, .dims = {n}, .rank = 1, .bytes = (int)n};
}

static void write_file(const char *folder, const char *name, const char *ending, struct content content)
{
  char path[256];
  snprintf(path, sizeof path, "%s/%s%s", folder, name, ending);
  gzFile out = gzopen(path, ending[0] != '\0' ? "wb" : "wbT");  /* T: plain */
  ck_assert_ptr_nonnull(out);
  uint32_t words[4] = {content.magic, content.dims[0], content.dims[1], content.dims[2]};
  for (int i = 0; i <= content.rank; i++)
    for (int shift = 24; shift >= 0; shift -= 8)
      ck_assert_int_ge(gzputc(out, (int)(words[i] >> shift & 255)), 0);
  int put = 0;
  while (put < content.bytes && gzputc(out, content.rank == 1 ? put % 4 : put * 7 % 200) >= 0)
    put++;
  ck_assert_int_eq(put, content.bytes);
  ck_assert_int_eq(gzclose(out), Z_OK);
  struct stat st;
  ck_assert_int_eq(stat(path, &st), 0);
  ck_assert_int_eq(truncate(path, st.st_size - content.cut), 0);
  if (content.flip > 0) {
    FILE *file = fopen(path, "r+b");
    ck_assert_ptr_nonnull(file);
    fseek(file, -content.flip, SEEK_END);
    int byte = fgetc(file);
    fseek(file, -content.flip, SEEK_END);
    fputc(byte ^ 255, file);
    fclose(file);
  }
}

static void write_good(const char *folder, const char *ending)
{
  write_file(folder, train_images, ending, images_of(TRAIN));
  write_file(folder, train_labels, ending, labels_of(TRAIN));
  write_file(folder, test_images, ending, images_of(TEST));
  write_file(folder, test_labels, ending, labels_of(TEST));
}

START_TEST(digits_are_what_their_readme_says)
{
  struct gv_dataset *digits = open_digits();
  ck_assert_str_eq(digits->name, "digits");
  ck_assert_int_eq(digits->train.samples, 1438);
  ck_assert_int_eq(digits->test.samples, 359);
  ck_assert_int_eq(digits->shape.features, 64);
  ck_assert_int_eq(digits->shape.channels, 1);
  ck_assert_int_eq(digits->shape.height, 8);
  ck_assert_int_eq(digits->shape.width, 8);
  ck_assert_int_eq(digits->shape.classes, 10);
  ck_assert_int_eq(digits->shape.outputs, 0);
  ck_assert_float_eq(digits->scale, 1.0f / 16);
  /* The first picture, a 0, and the fifth, a 4, which is the first of the test part. */
  static const uint8_t zero[8] = {0, 0, 5, 13, 9, 1, 0, 0}, four[8] = {0, 0, 0, 1, 11, 0, 0, 0};
  ck_assert_mem_eq(digits->train.bytes, zero, 8);
  ck_assert_int_eq(digits->train.labels[0], 0);
  ck_assert_mem_eq(digits->test.bytes, four, 8);
  ck_assert_int_eq(digits->test.labels[0], 4);
  const struct gv_part *parts[] = {&digits->train, &digits->test};
  uLong sums[2];
  for (int p = 0; p < 2; p++)
    sums[p] = crc32(0, parts[p]->bytes, (uInt)(parts[p]->samples * 64));
  ck_assert_uint_eq(sums[0], 0x52ce27e7u);
  ck_assert_uint_eq(sums[1], 0x8c86d0dau);
  gv_dataset_destroy(digits);
  gv_dataset_destroy(NULL);
}
END_TEST

START_TEST(idx_plain_compressed_and_dotted)
{
  static const char *const endings[] = {"", ".gz"};
  for (int i = 0; i < 3; i++) {
    struct folder folder = folder_make();
    const char *ending = endings[i % 2];
    write_good(folder.path, ending);
    if (i == 2) {  /* the other common spelling */
      char from[256], to[256];
      snprintf(from, sizeof from, "%s/%s", folder.path, test_labels);
      snprintf(to, sizeof to, "%s/t10k-labels.idx1-ubyte", folder.path);
      ck_assert_int_eq(rename(from, to), 0);
    }
    char spec[64];
    snprintf(spec, sizeof spec, "idx:path=%s", folder.path);
    const char *specs[] = {folder.path, spec};
    for (int s = 0; s < 2; s++) {
      struct gv_dataset *dataset = NULL;
      assert_ok(gv_dataset_open(specs[s], 8, &dataset, err));
      ck_assert_str_eq(dataset->found, folder.path);
      ck_assert_str_eq(dataset->name, folder.path + strlen("/tmp/"));
      ck_assert_int_eq(dataset->train.samples, TRAIN);
      ck_assert_int_eq(dataset->test.samples, TEST);
      ck_assert_int_eq(dataset->shape.features, PIXELS);
      ck_assert_int_eq(dataset->shape.classes, 4);
      ck_assert_float_eq(dataset->scale, 1.0f / 196);
      for (int j = 0; j < TRAIN * PIXELS; j++)
        ck_assert_int_eq(dataset->train.bytes[j], j * 7 % 200);
      for (int j = 0; j < TRAIN; j++)
        ck_assert_int_eq(dataset->train.labels[j], j % 4);
      gv_dataset_destroy(dataset);
    }
    folder_remove(&folder);
  }
}
END_TEST

START_TEST(idx_larger_than_one_buffer)
{
  struct folder folder = folder_make();
  enum { N = 500000 };  /* 3 MB of pixels: the buffer of a compressed file grows twice */
  write_file(folder.path, train_images, ".gz", images_of(N));
  write_file(folder.path, train_labels, ".gz", labels_of(N));
  write_file(folder.path, test_images, ".gz", images_of(TEST));
  write_file(folder.path, test_labels, ".gz", labels_of(TEST));
  struct gv_dataset *dataset = NULL;
  assert_ok(gv_dataset_open(folder.path, 8, &dataset, err));
  int same = 0;
  while (same < N * PIXELS && dataset->train.bytes[same] == same * 7 % 200)
    same++;
  ck_assert_int_eq(same, N * PIXELS);
  gv_dataset_destroy(dataset);
  folder_remove(&folder);
}
END_TEST

/* The good files with one replaced: the line names that file and says this. */
static void broken(const char *name, const char *ending, struct content content, const char *says)
{
  struct folder folder = folder_make();
  struct gv_dataset *dataset = NULL;
  write_good(folder.path, ending);
  write_file(folder.path, name, ending, content);
  assert_fails(GV_INPUT, name, gv_dataset_open(folder.path, 8, &dataset, err));
  assert_fails(GV_INPUT, says, gv_dataset_open(folder.path, 8, &dataset, err));
  ck_assert_ptr_null(dataset);
  folder_remove(&folder);
}

START_TEST(idx_broken_files)
{
  static const char *const endings[] = {"", ".gz"};
  for (int i = 0; i < 2; i++) {
    const char *ending = endings[i];
    struct content content = images_of(TRAIN);
    content.magic = 0x802;
    broken(train_images, ending, content, "starts with 0x00000802; an IDX file of images starts with 0x00000803");
    content = labels_of(TRAIN);
    content.magic = 0xd01;
    broken(train_labels, ending, content, "starts with 0x00000d01");
    content = images_of(TRAIN);
    content.dims[0] = INT32_MAX;
    broken(train_images, ending, content,
           "36 bytes follow its header, which promises 2147483647 images of 2 x 3, 12884901882 bytes");
    content.dims[1] = content.dims[2] = 46340;  /* 4 EiB of images */
    broken(train_images, ending, content, "36 bytes follow its header");
    content.dims[1] = content.dims[2] = UINT32_MAX;
    broken(train_images, ending, content, "promises 2147483647 images of 4294967295 x 4294967295; accepted: 1 to");
    content = labels_of(TRAIN);
    content.dims[0] = 0x80000000u;
    broken(train_labels, ending, content, "promises 2147483648 labels; accepted: 1 to 2^31-1 labels");
    broken(test_images, ending, images_of(0), "promises 0 images of 2 x 3; accepted");
    content = images_of(TEST);
    content.dims[2] = 0;
    broken(test_images, ending, content, "promises 3 images of 2 x 0; accepted");
    broken(train_labels, ending, labels_of(TRAIN - 1), "5 labels; ");
    content = images_of(TEST);
    content.dims[1] = WIDTH;
    content.dims[2] = HEIGHT;
    broken(test_images, ending, content, "images of 3 x 2; those of ");
    content = labels_of(TEST);
    content.bytes++;
    broken(test_labels, ending, content, "3 bytes");
    content.bytes -= 2;
    broken(test_labels, ending, content, "2 bytes follow its header, which promises 3 labels, 3 bytes");
  }
}
END_TEST

START_TEST(idx_broken_plain_files)
{
  struct content content = images_of(TRAIN);
  content.cut = 1;
  broken(train_images, "", content, "35 bytes follow its header, which promises 6 images of 2 x 3, 36 bytes");
  content.bytes += 1;
  content.cut = 0;
  broken(train_images, "", content, "37 bytes follow");
  content = labels_of(TRAIN);
  content.cut = TRAIN + 1;
  broken(train_labels, "", content, "7 bytes; the header of an IDX file of labels alone has 8");
  content.cut = TRAIN + 8;
  broken(train_labels, "", content, "0 bytes; the header");
}
END_TEST

START_TEST(idx_broken_compressed_files)
{
  struct content content = images_of(TRAIN);
  content.bytes++;
  broken(train_images, ".gz", content, "more than 36 bytes follow");
  content = images_of(TRAIN);
  content.cut = 12;
  broken(train_images, ".gz", content, "end too early");
  content.cut = 3;  /* all pixels are there, but not all of the checksum */
  broken(train_images, ".gz", content, "end too early");
  content.cut = 0;
  content.flip = 8;  /* the checksum */
  broken(train_images, ".gz", content, "damaged (incorrect data check)");
  content = images_of(TRAIN);
  content.flip = 12;
  broken(train_images, ".gz", content, "damaged (");
}
END_TEST

START_TEST(idx_missing_files)
{
  const char *const names[] = {train_images, train_labels, test_images, test_labels};
  struct gv_dataset *dataset = NULL;
  for (int i = 0; i < 4; i++) {
    struct folder folder = folder_make();
    char path[256], says[128];
    write_good(folder.path, ".gz");
    snprintf(path, sizeof path, "%s/%s.gz", folder.path, names[i]);
    snprintf(says, sizeof says, "the file %s is missing", names[i]);
    ck_assert_int_eq(unlink(path), 0);
    assert_fails(GV_INPUT, says, gv_dataset_open(folder.path, 8, &dataset, err));
    ck_assert_int_eq(mkdir(path, 0700), 0);  /* of that name, but no file */
    assert_fails(GV_INPUT, says, gv_dataset_open(folder.path, 8, &dataset, err));
    folder_remove(&folder);
  }
  assert_fails(GV_INPUT, "there is no such folder", gv_dataset_open("idx:path=/nowhere/at/all", 8, &dataset, err));
  assert_fails(GV_INPUT, "/dev/null: is no folder", gv_dataset_open("idx:path=/dev/null", 8, &dataset, err));
  assert_fails(GV_INPUT, "is no folder", gv_dataset_open("idx:path=/proc/self/exe", 8, &dataset, err));
  assert_fails(GV_USAGE, "path is ''", gv_dataset_open("idx", 8, &dataset, err));
  ck_assert_ptr_null(dataset);
}
END_TEST

START_TEST(names_and_paths)
{
  struct gv_dataset *dataset = NULL;
  struct folder folder = folder_make();
  use_source_data();
  assert_fails(GV_USAGE,
               "did you mean 'digits'? accepted: a name (digits, fashion-mnist, mnist, cifar-10, cifar-100), "
               "reader:key=value (idx, cifar, npz, npy, libsvm, csv",
               gv_dataset_open("digist", 8, &dataset, err));
  assert_fails(GV_USAGE, "did you mean 'fashion-mnist'", gv_dataset_open("fashion", 8, &dataset, err));
  assert_fails(GV_USAGE, "unknown data set 'zzzzzzzz'; accepted", gv_dataset_open("zzzzzzzz", 8, &dataset, err));
  assert_fails(GV_USAGE, "unknown data set ''", gv_dataset_open("", 8, &dataset, err));
  assert_fails(GV_USAGE, "it has no options", gv_dataset_open("digits:scale=2", 8, &dataset, err));
  assert_fails(GV_USAGE, "did you mean 'path'", gv_dataset_open("idx:pth=x", 8, &dataset, err));
  assert_fails(GV_USAGE, "unknown data set 'npx:path=x'", gv_dataset_open("npx:path=x", 8, &dataset, err));
  assert_fails(GV_INPUT, "no such file or folder", gv_dataset_open("./nowhere", 8, &dataset, err));
  assert_fails(GV_INPUT, "no reader recognizes what lies there; readers: idx",
               gv_dataset_open(folder.path, 8, &dataset, err));
  ck_assert_ptr_null(dataset);
  /* A known name whose folder is nowhere: what to install; the user's folder comes first. */
  const char *elsewhere = "/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz";
  ck_assert_int_eq(setenv("GRAPEVINE_DATA_PATH", folder.path, 1), 0);
  if (access(elsewhere, F_OK) != 0)
    assert_fails(GV_INPUT, "install Debian package dataset-fashion-mnist",
                 gv_dataset_open("fashion-mnist", 8, &dataset, err));
  char own[64];
  snprintf(own, sizeof own, "%s/fashion-mnist", folder.path);
  ck_assert_int_eq(mkdir(own, 0700), 0);
  write_good(own, "");
  assert_ok(gv_dataset_open("fashion-mnist", 8, &dataset, err));
  ck_assert_str_eq(dataset->name, "fashion-mnist");
  ck_assert_str_eq(dataset->found, own);
  gv_dataset_destroy(dataset);
  /* What is opened by a path is never named as if its name alone found it. */
  assert_ok(gv_dataset_open(own, 8, &dataset, err));
  ck_assert_str_eq(dataset->name, "./fashion-mnist");
  ck_assert(!gv_dataset_is_plain(dataset->name));
  gv_dataset_destroy(dataset);
  folder_remove(&folder);
  static const struct { const char *path, *name; } named[] = {
      {"/data/digits/", "./digits"}, {"digits", "./digits"}, {"/data/blobs:dim=2", "./blobs:dim=2"},
      {"/data/csv", "csv"}, {"/data/digits.csv", "digits.csv"}};
  for (size_t i = 0; i < sizeof named / sizeof named[0]; i++) {
    assert_ok(gv_dataset_create(named[i].path, &dataset, err));
    ck_assert_str_eq(dataset->name, named[i].name);
    gv_dataset_destroy(dataset);
  }
}
END_TEST

START_TEST(settling_refuses)
{
  struct gv_dataset *dataset = NULL;
  assert_ok(gv_dataset_create("/made/up/", &dataset, err));
  ck_assert_str_eq(dataset->name, "up");
  assert_fails(GV_INPUT, "0 x 0 x 0", gv_dataset_settle(dataset, err));
  dataset->shape = (struct gv_shape){.channels = 3, .height = INT32_MAX, .width = INT32_MAX};
  assert_fails(GV_INPUT, "3 x 2147483647 x 2147483647", gv_dataset_settle(dataset, err));
  dataset->shape = (struct gv_shape){.channels = 1, .height = 1, .width = 2};
  assert_fails(GV_INPUT, "0 training samples", gv_dataset_settle(dataset, err));
  dataset->train = (struct gv_part){.samples = 2, .bytes = gv_alloc(4, 1), .labels = gv_alloc(2, 4)};
  dataset->train.labels[1] = -1;
  assert_fails(GV_INPUT, "the label of training sample 1 is -1", gv_dataset_settle(dataset, err));
  dataset->train.labels[1] = 6;
  assert_ok(gv_dataset_settle(dataset, err));
  ck_assert_int_eq(dataset->shape.classes, 7);
  ck_assert_float_eq(dataset->scale, 1);  /* all pixels are 0 */
  dataset->test = (struct gv_part){.samples = 1, .bytes = gv_alloc(2, 1), .labels = gv_alloc(1, 4)};
  dataset->test.labels[0] = 8;
  dataset->train.bytes[3] = 100;
  dataset->test.bytes[1] = 200;
  assert_ok(gv_dataset_settle(dataset, err));
  ck_assert_int_eq(dataset->shape.classes, 9);  /* over both parts */
  ck_assert_float_eq(dataset->scale, 0.01f);    /* the training part's largest */
  gv_dataset_destroy(dataset);
}
END_TEST

/* A part of one class; the arrays are copied. */
static struct gv_part sparse_part(int64_t samples, const int64_t *first, const int32_t *column, const float *value)
{
  struct gv_part part = {.samples = samples, .labels = gv_alloc((size_t)samples, sizeof(int32_t))};
  size_t stored = (size_t)first[samples];
  part.sparse = (struct gv_sparse){.first = gv_alloc((size_t)samples + 1, sizeof *first),
                                   .column = gv_alloc(stored, sizeof *column),
                                   .value = gv_alloc(stored, sizeof *value)};
  memcpy(part.sparse.first, first, ((size_t)samples + 1) * sizeof *first);
  memcpy(part.sparse.column, column, stored * sizeof *column);
  memcpy(part.sparse.value, value, stored * sizeof *value);
  return part;
}

/* What is stored tells all figures: no row is ever made whole, whatever room it would take. */
START_TEST(sparse_figures)
{
  static const int32_t columns[] = {1, INT32_MAX - 1, 0};
  static const float values[] = {2, -3, 5};
  struct gv_dataset *dataset = NULL;
  struct gv_description d;
  assert_ok(gv_dataset_create("wide", &dataset, err));
  dataset->shape = (struct gv_shape){.channels = 1, .height = 1, .width = INT32_MAX};
  dataset->train = sparse_part(3, (const int64_t[]){0, 2, 2, 3}, columns, values);
  assert_ok(gv_dataset_settle(dataset, err));
  assert_ok(gv_describe(dataset, &d, err));
  double cells = 3.0 * INT32_MAX;
  ck_assert(d.least == -3 && d.largest == 5 && d.nonzeros == 3 / cells);
  ck_assert(d.mean == 4 / cells && d.deviation == sqrt(38 / cells - d.mean * d.mean));
  gv_description_clear(&d);
  gv_dataset_destroy(dataset);
  /* Where no value is a zero, 0 is no end of the range. */
  assert_ok(gv_dataset_create("full", &dataset, err));
  dataset->shape = (struct gv_shape){.channels = 1, .height = 1, .width = 2};
  dataset->train = sparse_part(1, (const int64_t[]){0, 2}, (const int32_t[]){0, 1}, (const float[]){2, 4});
  assert_ok(gv_dataset_settle(dataset, err));
  assert_ok(gv_describe(dataset, &d, err));
  ck_assert(d.least == 2 && d.largest == 4 && d.mean == 3 && d.deviation == 1 && d.nonzeros == 1);
  gv_description_clear(&d);
  gv_dataset_destroy(dataset);
}
END_TEST

/* Every value counts, however it is stored. */
START_TEST(digests)
{
  struct gv_dataset *digits = open_digits();
  uint32_t whole = gv_dataset_digest(digits);
  ck_assert_uint_eq(gv_dataset_digest(digits), whole);
  digits->train.bytes[100] ^= 1;
  ck_assert_uint_ne(gv_dataset_digest(digits), whole);
  digits->train.bytes[100] ^= 1;
  digits->test.labels[digits->test.samples - 1] ^= 1;
  ck_assert_uint_ne(gv_dataset_digest(digits), whole);
  digits->test.labels[digits->test.samples - 1] ^= 1;
  ck_assert_uint_eq(gv_dataset_digest(digits), whole);
  gv_dataset_destroy(digits);

  int64_t first[] = {0, 1, 3};
  int32_t column[] = {4, 0, 1}, groups[] = {0, 1};
  float value[] = {1, 2, 3}, targets[] = {1, 2, 3, 4}, floats[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  struct gv_dataset sparse = {.shape = {.features = 5, .outputs = 2},
                              .train = {.samples = 2, .sparse = {first, column, value}, .targets = targets}};
  struct gv_dataset dense = {.shape = {.features = 5, .outputs = 2},
                             .train = {.samples = 2, .floats = floats, .targets = targets, .groups = groups}};
  uint32_t of_sparse = gv_dataset_digest(&sparse), of_dense = gv_dataset_digest(&dense);
  value[2] = 4;
  floats[9] = 11;
  ck_assert_uint_ne(gv_dataset_digest(&sparse), of_sparse);
  ck_assert_uint_ne(gv_dataset_digest(&dense), of_dense);
  value[2] = 3;
  floats[9] = 10;
  column[2] = 3;
  groups[1] = 0;
  ck_assert_uint_ne(gv_dataset_digest(&sparse), of_sparse);
  ck_assert_uint_ne(gv_dataset_digest(&dense), of_dense);
  column[2] = 1;
  groups[1] = 1;
  targets[3] = 5;
  ck_assert_uint_ne(gv_dataset_digest(&sparse), of_sparse);
  ck_assert_uint_ne(gv_dataset_digest(&dense), of_dense);
}
END_TEST

int main(void)
{
  const TTest *const tests[] = {digits_are_what_their_readme_says, idx_plain_compressed_and_dotted,
                                idx_larger_than_one_buffer, idx_broken_files, idx_broken_plain_files,
                                idx_broken_compressed_files, idx_missing_files, names_and_paths, settling_refuses,
                                sparse_figures, digests, NULL};
  return run_suite("datasets", tests);
}
