/* The options of a run: one table that yields parsing, --help, the saved configuration and the errors. */
#include "run/run.h"

static const struct gv_option rows[] = {
    {.key = "model", .type = GV_OPTION_TEXT, .value = "mlp",
     .help = "model plugin: a name or the path of a .so, with options"},
    {.key = "init", .type = GV_OPTION_TEXT, .value = "auto",
     .help = "where every node starts: a model.safetensors with the model's tensors; auto: the model's own start"},
    {.key = "data", .type = GV_OPTION_TEXT, .value = "digits",
     .help = "data set: a known name, or a folder of MNIST-style IDX files"},
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
    {.key = "pace", .type = GV_OPTION_TEXT, .value = "auto",
     .help = "sync: a node waits for its neighbours of the round; async: nobody waits; auto: the algorithm's own"},
    {.key = "straggler", .type = GV_OPTION_TEXT, .value = "",
     .help = "nodes made slow, NODE:FACTOR, joined by ',': 3:20 takes node 3 20 times as long for a gradient"},
    {.key = "split", .type = GV_OPTION_TEXT, .value = "iid", .help = "which training sample belongs to which node"},
    {.key = "optimizer", .type = GV_OPTION_TEXT, .value = "momentum", .help = "from a gradient to a direction"},
    {.key = "learning-rate", .type = GV_OPTION_REAL, .value = "0.1", .min = 1e-12, .max = 1e6, .help = "step size"},
    {.key = "schedule", .type = GV_OPTION_TEXT, .value = "cosine", .help = "the learning rate over the run"},
    {.key = "batch", .type = GV_OPTION_INT, .value = "32", .min = 1, .max = 1e6, .words = "full",
     .help = "samples a node draws in a round; full: all of its own"},
    {.key = "epochs", .type = GV_OPTION_REAL, .value = "30", .min = 1e-6, .max = 1e9,
     .help = "length of the run; an epoch: all nodes together drew as many samples as there are"},
    {.key = "rounds", .type = GV_OPTION_INT, .value = "auto", .min = 1, .max = 4294967295.0, .words = "auto",
     .help = "length of the run in rounds, instead of --epochs"},
    {.key = "seed", .type = GV_OPTION_INT, .value = "1", .min = 0, .max = 9007199254740992.0,
     .help = "of every random choice"},
    {.key = "eval-every", .type = GV_OPTION_REAL, .value = "1", .min = 1e-6, .max = 1e9,
     .help = "epochs between two evaluations"},
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
