/* Data sets: the built-in digits, IDX files whole and broken, names, splits, batches. */
#include <ftw.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "core/base/memory.h"
#include "datasets/batches.h"
#include "datasets/dataset.h"
#include "datasets/known.h"
#include "datasets/reader.h"
#include "datasets/split.h"
#include "tests/suite.h"

/* Where the program finds the built-in data before it is installed. */
static void use_source_data(void)
{
  const char *source = getenv("GV_SOURCE");
  ck_assert_msg(source != NULL, "GV_SOURCE is not set; run by make check");
  char path[4096];
  snprintf(path, sizeof path, "%s/datasets", source);
  ck_assert_int_eq(setenv("GRAPEVINE_DATA_PATH", path, 1), 0);
}

static struct gv_dataset *open_digits(void)
{
  struct gv_dataset *dataset = NULL;
  use_source_data();
  assert_ok(gv_dataset_open("digits", &dataset, err));
  return dataset;
}

/* A folder of its own, removed with all it holds. */
struct folder {
  char path[32];
};

static struct folder folder_make(void)
{
  struct folder folder = {"/tmp/gv-data-XXXXXX"};
  ck_assert_ptr_nonnull(mkdtemp(folder.path));
  return folder;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
  (void)st;
  (void)type;
  (void)ftw;
  return remove(path);
}

static void folder_remove(struct folder *folder)
{
  ck_assert_int_eq(nftw(folder->path, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

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
      assert_ok(gv_dataset_open(specs[s], &dataset, err));
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
  assert_ok(gv_dataset_open(folder.path, &dataset, err));
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
  assert_fails(GV_INPUT, name, gv_dataset_open(folder.path, &dataset, err));
  assert_fails(GV_INPUT, says, gv_dataset_open(folder.path, &dataset, err));
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
    assert_fails(GV_INPUT, says, gv_dataset_open(folder.path, &dataset, err));
    ck_assert_int_eq(mkdir(path, 0700), 0);  /* of that name, but no file */
    assert_fails(GV_INPUT, says, gv_dataset_open(folder.path, &dataset, err));
    folder_remove(&folder);
  }
  assert_fails(GV_INPUT, "there is no such folder", gv_dataset_open("idx:path=/nowhere/at/all", &dataset, err));
  assert_fails(GV_INPUT, "/dev/null: is no folder", gv_dataset_open("idx:path=/dev/null", &dataset, err));
  assert_fails(GV_INPUT, "is no folder", gv_dataset_open("idx:path=/proc/self/exe", &dataset, err));
  assert_fails(GV_USAGE, "path is ''", gv_dataset_open("idx", &dataset, err));
  ck_assert_ptr_null(dataset);
}
END_TEST

START_TEST(names_and_paths)
{
  struct gv_dataset *dataset = NULL;
  struct folder folder = folder_make();
  use_source_data();
  assert_fails(GV_USAGE, "did you mean 'digits'? accepted: a name (digits, fashion-mnist), reader:key=value (idx)",
               gv_dataset_open("digist", &dataset, err));
  assert_fails(GV_USAGE, "did you mean 'fashion-mnist'", gv_dataset_open("fashion", &dataset, err));
  assert_fails(GV_USAGE, "unknown data set 'zzzzzzzz'; accepted", gv_dataset_open("zzzzzzzz", &dataset, err));
  assert_fails(GV_USAGE, "unknown data set ''", gv_dataset_open("", &dataset, err));
  assert_fails(GV_USAGE, "it has no options", gv_dataset_open("digits:scale=2", &dataset, err));
  assert_fails(GV_USAGE, "did you mean 'path'", gv_dataset_open("idx:pth=x", &dataset, err));
  assert_fails(GV_USAGE, "unknown data set 'npz:path=x'", gv_dataset_open("npz:path=x", &dataset, err));
  assert_fails(GV_INPUT, "no such file or folder", gv_dataset_open("./nowhere", &dataset, err));
  assert_fails(GV_INPUT, "no reader recognizes what lies there; readers: idx",
               gv_dataset_open(folder.path, &dataset, err));
  ck_assert_ptr_null(dataset);
  /* A known name whose folder is nowhere: what to install; the user's folder comes first. */
  const char *elsewhere = "/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz";
  ck_assert_int_eq(setenv("GRAPEVINE_DATA_PATH", folder.path, 1), 0);
  if (access(elsewhere, F_OK) != 0)
    assert_fails(GV_INPUT, "install Debian package dataset-fashion-mnist",
                 gv_dataset_open("fashion-mnist", &dataset, err));
  char own[64];
  snprintf(own, sizeof own, "%s/fashion-mnist", folder.path);
  ck_assert_int_eq(mkdir(own, 0700), 0);
  write_good(own, "");
  assert_ok(gv_dataset_open("fashion-mnist", &dataset, err));
  ck_assert_str_eq(dataset->name, "fashion-mnist");
  ck_assert_str_eq(dataset->found, own);
  gv_dataset_destroy(dataset);
  folder_remove(&folder);
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

/* count samples whose labels go round the classes. */
static struct gv_split_input made_up(int32_t *labels, int64_t count, int32_t classes, int nodes, uint64_t seed)
{
  for (int64_t s = 0; s < count; s++)
    labels[s] = (int32_t)(s * s % 7919 % classes);
  return (struct gv_split_input){
      .labels = labels, .samples = count, .classes = classes, .nodes = nodes, .seed = seed};
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
  int32_t labels[SAMPLES];
  struct gv_dataset dataset = {.train = {.samples = SAMPLES, .labels = labels}, .shape = {.classes = 10}};
  for (size_t e = 0; gv_split_table.entries[e] != NULL; e++) {
    const char *spec = gv_split_table.entries[e]->name;
    struct gv_shards *none = NULL;
    ck_assert_uint_gt(strlen(gv_split_table.entries[e]->summary), 0);
    for (size_t i = 0; i < sizeof nodes / sizeof nodes[0]; i++) {
      struct gv_split_input input = made_up(labels, SAMPLES, 10, nodes[i], 42);
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
  static const char *const specs[] = {"iid", "iid:stratified=yes", "dirichlet", "classes:per-node=3"};
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
  static const char *const specs[] = {"iid", "iid:stratified=yes", "contiguous"};
  int32_t labels[SAMPLES];
  struct gv_split_input input = made_up(labels, SAMPLES, CLASSES, NODES, 5);
  for (int i = 0; i < 3; i++) {
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

static struct gv_buffer buffer_make(const struct gv_source *source)
{
  size_t n = (size_t)source->max_batch;
  return (struct gv_buffer){.x = gv_alloc(n * (size_t)source->shape.features, sizeof(float)),
                            .labels = gv_alloc(n, sizeof(int32_t))};
}

static void buffer_clear(struct gv_buffer *buffer)
{
  gv_free(buffer->x);
  gv_free(buffer->labels);
}

/* A data set whose sample s shows its own number: bytes s mod 256 and s / 256, label s mod 10. */
static struct gv_dataset *numbered(int64_t samples)
{
  struct gv_dataset *dataset = NULL;
  assert_ok(gv_dataset_create("numbered", &dataset, err));
  dataset->shape = (struct gv_shape){.channels = 1, .height = 1, .width = 2};
  dataset->train = (struct gv_part){.samples = samples, .bytes = gv_alloc((size_t)samples, 2),
                                    .labels = gv_alloc((size_t)samples, sizeof(int32_t))};
  for (int64_t s = 0; s < samples; s++) {
    dataset->train.bytes[2 * s] = (uint8_t)(s % 256);
    dataset->train.bytes[2 * s + 1] = (uint8_t)(s / 256);
    dataset->train.labels[s] = (int32_t)(s % 10);
  }
  assert_ok(gv_dataset_settle(dataset, err));
  return dataset;
}

/* Which sample row r of a batch is; its label and its conversion are checked on the way. */
static int64_t sample_of(const struct gv_dataset *dataset, const struct gv_batch *batch, int32_t r)
{
  float low = batch->x[2 * r], high = batch->x[2 * r + 1];
  int64_t s = lrintf(low / dataset->scale) + 256 * lrintf(high / dataset->scale);
  ck_assert_int_lt(s, dataset->train.samples);
  ck_assert(low == (float)dataset->train.bytes[2 * s] * dataset->scale);  /* exactly */
  ck_assert(high == (float)dataset->train.bytes[2 * s + 1] * dataset->scale);
  ck_assert_int_eq(batch->labels[r], s % 10);
  return s;
}

START_TEST(batches_walk_epochs)
{
  enum { SAMPLES = 1000, NODES = 3, EPOCHS = 4 };
  static const int32_t sizes[] = {1, 7, 32, 333, 1000};  /* within an epoch, across two, across several */
  struct gv_dataset *dataset = numbered(SAMPLES);
  struct gv_shards *shards = NULL;
  assert_ok(gv_shards_create("iid", dataset, NODES, 1, &shards, err));
  for (size_t b = 0; b < sizeof sizes / sizeof sizes[0]; b++) {
    struct gv_batches *batches = NULL;
    struct gv_source source;
    assert_ok(gv_batches_create(dataset, shards, sizes[b], 9, &batches, err));
    gv_batches_source(batches, &source);
    ck_assert_int_eq(source.nodes, NODES);
    ck_assert_int_eq(source.max_batch, sizes[b]);
    ck_assert_int_eq(source.samples_per_round, NODES * sizes[b]);
    ck_assert_int_eq(source.train_samples, SAMPLES);
    struct gv_buffer buffer = buffer_make(&source);
    int64_t before[SAMPLES] = {0}, now[SAMPLES];
    for (int node = 0; node < NODES; node++) {
      int64_t count = shards->first[node + 1] - shards->first[node], at = 0, epoch = 0;
      int seen[SAMPLES] = {0};
      for (uint64_t round = 0; epoch < EPOCHS; round++) {
        struct gv_batch batch;
        source.draw(source.context, node, round, &buffer, &batch);
        ck_assert_int_eq(batch.n, sizes[b]);
        ck_assert_ptr_null(batch.targets);
        for (int32_t r = 0; r < batch.n && epoch < EPOCHS; r++) {
          now[at++] = sample_of(dataset, &batch, r);
          seen[now[at - 1]]++;
          if (at < count)
            continue;
          epoch++;  /* by now each of the node's samples was seen that often, and in another order than before */
          for (int64_t p = 0; p < count; p++)
            ck_assert_int_eq(seen[shards->index[shards->first[node] + p]], epoch);
          ck_assert(memcmp(now, before, (size_t)count * sizeof *now) != 0);
          memcpy(before, now, sizeof now);
          at = 0;
        }
      }
    }
    buffer_clear(&buffer);
    gv_batches_destroy(batches);
  }
  gv_shards_destroy(shards);
  gv_dataset_destroy(dataset);
}
END_TEST

START_TEST(batches_jump)
{
  enum { SAMPLES = 100, NODES = 3 };
  static const uint64_t rounds[] = {3, 0, 7, 7, 90, 2, UINT64_C(1) << 40};
  static const int32_t sizes[] = {8, 64};
  struct gv_dataset *dataset = numbered(SAMPLES);
  struct gv_shards *shards = NULL;
  assert_ok(gv_shards_create("iid", dataset, NODES, 1, &shards, err));
  for (int b = 0; b < 2; b++) {
    struct gv_batches *walked = NULL, *jumped = NULL;
    struct gv_source walk, jump;
    assert_ok(gv_batches_create(dataset, shards, sizes[b], 9, &walked, err));
    assert_ok(gv_batches_create(dataset, shards, sizes[b], 9, &jumped, err));
    gv_batches_source(walked, &walk);
    gv_batches_source(jumped, &jump);
    struct gv_buffer one = buffer_make(&walk), other = buffer_make(&jump);
    for (size_t i = 0; i < sizeof rounds / sizeof rounds[0]; i++)
      for (int node = 0; node < NODES; node++) {
        struct gv_batch a, c;
        for (uint64_t round = rounds[i] < 100 ? 0 : rounds[i] - 5; round <= rounds[i]; round++)
          walk.draw(walk.context, node, round, &one, &a);
        jump.draw(jump.context, node, rounds[i], &other, &c);
        ck_assert_mem_eq(a.labels, c.labels, (size_t)a.n * sizeof *a.labels);
        ck_assert_mem_eq(a.x, c.x, 2 * (size_t)a.n * sizeof *a.x);
      }
    buffer_clear(&one);
    buffer_clear(&other);
    gv_batches_destroy(walked);
    gv_batches_destroy(jumped);
  }
  gv_shards_destroy(shards);
  gv_dataset_destroy(dataset);
}
END_TEST

START_TEST(batches_full)
{
  enum { SAMPLES = 100, NODES = 7 };
  struct gv_dataset *dataset = numbered(SAMPLES);
  struct gv_shards *shards = NULL;
  struct gv_batches *batches = NULL;
  struct gv_source source;
  assert_ok(gv_shards_create("iid", dataset, NODES, 1, &shards, err));
  assert_fails(GV_USAGE, "batch is -1", gv_batches_create(dataset, shards, -1, 9, &batches, err));
  assert_ok(gv_batches_create(dataset, shards, 0, 9, &batches, err));
  gv_batches_source(batches, &source);
  ck_assert_int_eq(source.max_batch, SAMPLES / NODES + 1);
  ck_assert_int_eq(source.samples_per_round, SAMPLES);
  struct gv_buffer buffer = buffer_make(&source);
  for (int node = 0; node < NODES; node++)
    for (uint64_t round = 0; round < 3; round++) {
      struct gv_batch batch;
      source.draw(source.context, node, round, &buffer, &batch);
      ck_assert_int_eq(batch.n, shards->first[node + 1] - shards->first[node]);
      for (int32_t r = 0; r < batch.n; r++)
        ck_assert_int_eq(sample_of(dataset, &batch, r), shards->index[shards->first[node] + r]);
    }
  buffer_clear(&buffer);
  gv_batches_destroy(batches);
  gv_batches_destroy(NULL);
  gv_shards_destroy(shards);
  gv_dataset_destroy(dataset);
}
END_TEST

START_TEST(batches_refuse_an_empty_node)
{
  struct gv_dataset *dataset = numbered(4);
  struct gv_shards shards = {
      .nodes = 2, .first = (int64_t[]){0, 4, 4}, .index = (int32_t[]){0, 1, 2, 3}};
  struct gv_batches *batches = NULL;
  assert_fails(GV_USAGE, "node 1 of 2 has no samples", gv_batches_create(dataset, &shards, 1, 9, &batches, err));
  ck_assert_ptr_null(batches);
  gv_dataset_destroy(dataset);
}
END_TEST

START_TEST(test_part_in_order)
{
  struct gv_dataset *digits = open_digits();
  struct gv_shards *shards = NULL;
  struct gv_batches *batches = NULL;
  struct gv_source source;
  assert_ok(gv_shards_create("contiguous", digits, 4, 1, &shards, err));
  assert_ok(gv_batches_create(digits, shards, 50, 1, &batches, err));
  gv_batches_source(batches, &source);
  ck_assert_int_eq(source.test_samples, 359);
  struct gv_buffer buffer = buffer_make(&source);
  for (int32_t first = 0; first < 359; first += 50) {
    struct gv_batch batch;
    int32_t n = first + 50 <= 359 ? 50 : 359 - first;
    source.test(source.context, first, n, &buffer, &batch);
    ck_assert_int_eq(batch.n, n);
    for (int32_t r = 0; r < n; r++) {
      ck_assert_int_eq(batch.labels[r], digits->test.labels[first + r]);
      for (int j = 0; j < 64; j++)
        ck_assert(batch.x[64 * r + j] == (float)digits->test.bytes[64 * (first + r) + j] * digits->scale);
    }
  }
  buffer_clear(&buffer);
  gv_batches_destroy(batches);
  gv_shards_destroy(shards);
  gv_dataset_destroy(digits);
}
END_TEST

int main(void)
{
  const TTest *const tests[] = {digits_are_what_their_readme_says, idx_plain_compressed_and_dotted,
                                idx_larger_than_one_buffer, idx_broken_files, idx_broken_plain_files,
                                idx_broken_compressed_files, idx_missing_files, names_and_paths, settling_refuses,
                                splits_all_conform, splits_depend_on_the_seed, split_sizes, classes_a_node,
                                dirichlet_moments,
                                dirichlet_at_the_ends, batches_walk_epochs, batches_jump, batches_full,
                                batches_refuse_an_empty_node, test_part_in_order, NULL};
  return run_suite("datasets", tests);
}
