/* From options to a data set that is ready. */
#include "run/data/open.h"

enum gv_status gv_data_open(const char *spec, const struct gv_options *options, int nodes, uint64_t seed,
                            struct gv_dataset **out, struct gv_error *err)
{
  bool normalized = gv_option_find(gv_options_rows(options), "normalize") != NULL;
  const struct gv_preparing preparing = {
      .normalize = normalized ? gv_options_text(options, "normalize") : "none",
      .train_limit = gv_options_is_word(options, "train-limit") ? 0 : gv_options_int(options, "train-limit"),
      .test_share = gv_options_is_word(options, "test-share") ? GV_TEST_SHARE_AUTO :
                    gv_options_real(options, "test-share"),
      .seed = seed};
  struct gv_dataset *dataset = NULL;
  enum gv_status status = gv_dataset_open(spec, nodes, &dataset, err);
  if (status == GV_OK)
    status = gv_dataset_prepare(dataset, &preparing, err);
  if (status == GV_OK)
    *out = dataset;
  else
    gv_dataset_destroy(dataset);
  return status;
}
