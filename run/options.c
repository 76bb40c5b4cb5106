/* The options of a run: one table that yields parsing, --help, the saved configuration and the errors. */
#include <string.h>

#include "run/data/open.h"
#include "run/run.h"

static const struct gv_option rows[] = {
    {.key = "model", .type = GV_OPTION_TEXT, .value = "mlp",
     .help = "model plugin: a name or the path of a .so, with options"},
    {.key = "init", .type = GV_OPTION_TEXT, .value = "auto",
     .help = "where every node starts: a model.safetensors with the model's tensors; auto: the model's own start"},
    {.key = "data", .type = GV_OPTION_TEXT, .value = "digits",
     .help = "data set: a known name, a file or folder, reader:key=value, or one that is made up"},
    GV_DATA_NORMALIZE("auto: unit for bytes, none for others"),
    GV_DATA_LIMIT(""),
    GV_DATA_SHARE("0.2"),
    {.key = "nodes", .type = GV_OPTION_INT, .value = "8", .min = 1, .max = 1e6,
     .help = "decentralized nodes, each a replica with its own data"},
    {.key = "workers", .type = GV_OPTION_INT, .value = "auto", .min = 1, .max = 4096, .words = "auto",
     .help = "threads, each hosting its share of the nodes; auto: one a node up to the cores"},
    {.key = "threads-per-node", .type = GV_OPTION_INT, .value = "1", .min = 1, .max = 256, .words = "auto",
     .help = "threads of each worker that share a node's batch; auto: as many as there are cores a node"},
    {.key = "bind", .type = GV_OPTION_CHOICE, .value = "compact", .words = "compact|scatter|none",
     .help = "each worker stays on a processor: compact, in machine order; scatter, NUMA nodes and caches in turn"},
    {.key = "topology", .type = GV_OPTION_TEXT, .value = "one-peer-exponential", .help = "who averages with whom"},
    {.key = "weights", .type = GV_OPTION_TEXT, .value = "metropolis",
     .help = "weights of an undirected topology's edges"},
    {.key = "algorithm", .type = GV_OPTION_TEXT, .value = "dsgd",
     .help = "what a node does with its gradient and its neighbours"},
    {.key = "global-every", .type = GV_OPTION_INT, .value = "0", .min = 0, .max = 4294967295.0,
     .help = "rounds after which neighbours' averages are averages over all nodes; 0: never"},
    {.key = "pace", .type = GV_OPTION_TEXT, .value = "auto",
     .help = "sync: a node waits for its neighbours of the round; async: nobody waits; auto: the algorithm's own"},
    {.key = "straggler", .type = GV_OPTION_TEXT, .value = "",
     .help = "nodes made slow, NODE:FACTOR, joined by ',': 3:20 takes node 3 20 times as long for a gradient"},
    {.key = "network", .type = GV_OPTION_TEXT, .value = "ethernet-10g",
     .help = "of the simulated cluster: a preset, or alpha=SECONDS,bandwidth=BYTES/S"},
    {.key = "compute-time", .type = GV_OPTION_REAL, .value = "auto", .min = 1e-12, .max = 1e6, .words = "auto",
     .help = "seconds that a node of the simulated cluster computes in a round, whatever its batch; auto: as a "
             "sample takes here, times those of the node's batch"},
    {.key = "compute-jitter", .type = GV_OPTION_REAL, .value = "0", .min = 0, .max = 3,
     .help = "how much that varies: the standard deviation of its logarithm, over nodes and rounds"},
    {.key = "drop-link", .type = GV_OPTION_REAL, .value = "0", .min = 0, .max = 0.999,
     .help = "probability that a link fails in a round; its weight returns to both ends"},
    {.key = "churn", .type = GV_OPTION_REAL, .value = "0", .min = 0, .max = 0.999,
     .help = "probability that a node sits out a round: no step, no message"},
    {.key = "split", .type = GV_OPTION_TEXT, .value = "auto",
     .help = "which training sample belongs to which node; joined by '+'; auto: natural where the data say whose a "
             "sample is, else iid"},
    {.key = "optimizer", .type = GV_OPTION_TEXT, .value = "auto",
     .help = "from a gradient to a direction; auto: momentum, or sgd where the algorithm has its own momentum"},
    {.key = "learning-rate", .type = GV_OPTION_REAL, .value = "0.1", .min = 1e-12, .max = 1e6, .help = "step size"},
    {.key = "schedule", .type = GV_OPTION_TEXT, .value = "cosine", .help = "the learning rate over the run"},
    {.key = "batch", .type = GV_OPTION_INT, .value = "32", .min = 1, .max = 1e6, .words = "full",
     .help = "samples a node draws in a round; full: all of its own"},
    {.key = "last-batch", .type = GV_OPTION_CHOICE, .value = "next", .words = "next|short|drop",
     .help = "samples left at an epoch's end, fewer than a batch: filled up from the next epoch, a batch of their "
             "own, or passed over"},
    {.key = "epochs", .type = GV_OPTION_REAL, .value = "30", .min = 1e-6, .max = 1e9,
     .help = "length of the run; an epoch: all nodes together drew as many samples as there are"},
    {.key = "rounds", .type = GV_OPTION_INT, .value = "auto", .min = 1, .max = 4294967295.0, .words = "auto",
     .help = "length of the run in rounds, instead of --epochs"},
    {.key = "seed", .type = GV_OPTION_INT, .value = "1", .min = 0, .max = 9007199254740992.0,
     .help = "of every random choice"},
    {.key = "eval-every", .type = GV_OPTION_REAL, .value = "1", .min = 1e-6, .max = 1e9,
     .help = "epochs between two evaluations"},
    {.key = "metrics", .type = GV_OPTION_CHOICE, .value = "basic", .words = "basic|all",
     .help = "all: at evaluations also the objective, its gradient, zeta^2, drift; a pass over all training data"},
    {.key = "checkpoint-every", .type = GV_OPTION_REAL, .value = "auto", .min = 1e-6, .max = 1e9,
     .words = "auto|never",
     .help = "epochs between two checkpoints; auto: one a minute at most, at evaluations; a stop writes one too, "
             "unless never"},
    {.key = "resume", .type = GV_OPTION_TEXT, .value = "",
     .help = "folder of a run that was stopped, or died: it goes on there, and ends with the same bits"},
    {.key = "target-accuracy", .type = GV_OPTION_REAL, .value = "none", .min = 0, .max = 1, .words = "none",
     .help = "ends the run at the first evaluation where the mean model is as accurate on the test set"},
    {.key = "target-loss", .type = GV_OPTION_REAL, .value = "none", .words = "none",
     .help = "ends it where the test loss, or without a test set the objective, is as low"},
    {.key = "nodes-csv", .type = GV_OPTION_FLAG, .value = "no",
     .help = "nodes.csv in the run's folder too: at every evaluation a row a node"},
    {.key = "tensorboard", .type = GV_OPTION_TEXT, .value = "",
     .help = "folder for event files that TensorBoard shows, each run in one of its own there"},
    {.key = "out", .type = GV_OPTION_TEXT, .value = "auto",
     .help = "folder for the run's files; auto: runs/DATE-TIME"},
    {.key = "plugin-dir", .type = GV_OPTION_TEXT, .value = "",
     .help = "folders with model plugins, joined by ':', searched first"},
    {.key = NULL},
};

const struct gv_option *gv_run_options(void)
{
  return rows;
}

bool gv_run_option_is_apart(const char *key)
{
  static const char *const apart[] = {"seed", "out", "resume", "workers", "bind", "threads-per-node", "plugin-dir",
                                      "checkpoint-every", "tensorboard", "nodes-csv", "metrics"};
  bool found = false;
  for (size_t i = 0; i < sizeof apart / sizeof apart[0] && !found; i++)
    found = strcmp(key, apart[i]) == 0;
  return found;
}
