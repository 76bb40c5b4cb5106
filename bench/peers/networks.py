"""The networks of the comparison, and the forms in which PyTorch trains them, each as fast as it gets.

step(model, form, ...) makes a Step; calling it draws a batch and takes one step of plain SGD without momentum.
Step.network is what an evaluation takes.
"""
import torch
from torch import nn
from torch.nn import functional as F

MODELS = ("logreg", "mlp", "cnn")


class Data:
    """Images as rows of bytes (n, channels x height x width), labels (n), and the shape of one."""

    def __init__(self, images, labels, shape):
        self.images, self.labels, self.shape = images, labels, shape
        self.count, self.classes = len(labels), int(labels.max()) + 1
        self.largest = float(images.max())

    def floats(self, largest=None):
        return self.images.to(torch.float32).div_(largest or self.largest)


class Draws:
    """Indices of batches: a new order each time the data have been walked, as Grapevine draws."""

    def __init__(self, count, batch):
        self.count, self.batch, self.order, self.next = count, batch, None, count

    def __call__(self):
        if self.next + self.batch > self.count:
            self.order, self.next = torch.randperm(self.count), 0
        self.next += self.batch
        return self.order[self.next - self.batch:self.next]


class Cnn(nn.Module):
    def __init__(self, channels, height, width, classes):
        super().__init__()
        self.first = nn.Conv2d(channels, 16, 5, padding=2)
        self.second = nn.Conv2d(16, 32, 5, padding=2)
        self.output = nn.Linear(32 * (height // 4) * (width // 4), classes)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.first(x)), 2)
        x = F.max_pool2d(F.relu(self.second(x)), 2)
        return self.output(x.flatten(1))


def network(model, shape, classes):
    channels, height, width = shape
    inputs = channels * height * width
    if model == "logreg":
        made = nn.Sequential(nn.Linear(inputs, classes))
        nn.init.zeros_(made[0].weight)
        nn.init.zeros_(made[0].bias)
        return made
    if model == "mlp":
        return nn.Sequential(nn.Linear(inputs, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(),
                             nn.Linear(64, classes))
    return Cnn(channels, height, width, classes)


class WithLoss(nn.Module):
    """The network and its loss as one module, which the compiler sees as a whole."""

    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, x, y):
        return F.cross_entropy(self.inner(x), y)


class Step:
    """One step of training. images: floats or bytes; compiled: None, "trace" or "script"; update: "sgd" and
    "foreach", the optimizer of that kind, or "inplace", x -= rate g written out."""

    def __init__(self, model, data, batch, rate, images="floats", compiled=None, update="inplace",
                 channels_last=False, wrap=None):
        self.network = network(model, data.shape, data.classes)
        self.draws, self.labels, self.rate = Draws(data.count, batch), data.labels, rate
        self.bytes = images == "bytes"
        self.images = data.images if self.bytes else data.floats()
        self.scale = 1 / data.largest
        shape = (batch,) + tuple(data.shape) if model == "cnn" else (batch, data.images.shape[1])
        self.shape, self.format = shape, torch.contiguous_format
        if channels_last:
            self.format = torch.channels_last
            self.network = self.network.to(memory_format=self.format)
        # wrap: DistributedDataParallel, which must be called for its hooks to work.
        loss = WithLoss(wrap(self.network) if wrap else self.network)
        if compiled == "script":
            loss = torch.jit.script(loss)
        elif compiled == "trace":
            example = torch.zeros(shape).contiguous(memory_format=self.format)
            loss = torch.jit.trace(loss, (example, torch.zeros(batch, dtype=torch.int64)))
        self.loss, self.parameters = loss, list(self.network.parameters())
        self.optimizer = None
        if update != "inplace":
            self.optimizer = torch.optim.SGD(self.parameters, lr=rate, foreach=update == "foreach")
        self.by_hand = wrap is None and self.optimizer is None

    def __call__(self):
        rows = self.draws()
        x = self.images.index_select(0, rows)
        if self.bytes:
            x = x.to(torch.float32).mul_(self.scale)
        x = x.view(self.shape)
        if self.format == torch.channels_last:
            x = x.contiguous(memory_format=self.format)
        loss = self.loss(x, self.labels.index_select(0, rows))
        if self.by_hand:
            gradients = torch.autograd.grad(loss, self.parameters)
            with torch.no_grad():
                torch._foreach_add_(self.parameters, gradients, alpha=-self.rate)
            return
        if self.optimizer is not None:
            self.optimizer.zero_grad(set_to_none=True)
            loss.backward()
            self.optimizer.step()
            return
        loss.backward()
        with torch.no_grad():
            torch._foreach_add_(self.parameters, [p.grad for p in self.parameters], alpha=-self.rate)
            torch._foreach_zero_([p.grad for p in self.parameters])


DENSE = {
    "eager-sgd": dict(update="sgd"),
    "eager-foreach": dict(update="foreach"),
    "inplace": dict(),
    "inplace-bytes": dict(images="bytes"),
    "inplace-trace": dict(compiled="trace"),
    "inplace-script": dict(compiled="script"),
    "inplace-bytes-script": dict(images="bytes", compiled="script"),
}
CNN = {
    "eager-foreach": dict(update="foreach"),
    "inplace": dict(),
    "inplace-trace": dict(compiled="trace"),
    "channels-last-foreach": dict(update="foreach", channels_last=True),
    "channels-last": dict(channels_last=True),
    "channels-last-bytes": dict(channels_last=True, images="bytes"),
    "channels-last-trace": dict(channels_last=True, compiled="trace"),
    "channels-last-script": dict(channels_last=True, compiled="script"),
}
# Of DistributedDataParallel: its own options.
DDP = {
    "ddp-foreach": (dict(update="foreach"), dict()),
    "ddp-inplace": (dict(), dict()),
    "ddp-bucket-view": (dict(), dict(gradient_as_bucket_view=True)),
    "ddp-static-graph": (dict(), dict(gradient_as_bucket_view=True, static_graph=True)),
}


def forms(model, processes):
    """The names of a model's forms."""
    return list(DDP if processes > 1 else CNN if model == "cnn" else DENSE)


def step(model, form, data, batch, rate, distributed=None):
    """distributed: DistributedDataParallel, where more than one process trains."""
    if distributed is None:
        return Step(model, data, batch, rate, **(CNN if model == "cnn" else DENSE)[form])
    options, own = DDP[form]
    return Step(model, data, batch, rate, channels_last=model == "cnn", wrap=lambda net: distributed(net, **own),
                **options)


def accuracy(network_, model, data, largest):
    """The share of right answers on test data (pixels divided by the largest of the training part)."""
    with torch.no_grad():
        x = data.floats(largest)
        if model == "cnn":
            x = x.view((-1,) + tuple(data.shape))
        return float((network_(x).argmax(1) == data.labels).float().mean())
