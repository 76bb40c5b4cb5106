"""events.py PROTO METRICS EVENTS...: event files of one folder hold what metrics.csv does, by crc32c and protoc.

Where a file begins a session at a step, points of that step and beyond in files before it are forgotten, as
TensorBoard does.
"""
import csv, math, re, struct, subprocess, sys
import crc32c

NAMES = {'loss/train': 'train_loss', 'loss/test': 'test_loss', 'loss/objective': 'objective',
         'accuracy/test': 'test_accuracy', 'accuracy/node_min': 'node_accuracy_min',
         'accuracy/node_mean': 'node_accuracy_mean', 'accuracy/node_max': 'node_accuracy_max',
         'consensus/distance': 'consensus_distance', 'rate/learning_rate': 'learning_rate',
         'traffic/bytes_per_node': 'bytes_per_node'}


def masked(data):
    crc = crc32c.crc32c(data)
    return ((crc >> 15 | crc << 17) + 0xa282ead8) & 0xffffffff


def records(data):
    while data:
        length, check = struct.unpack('<QI', data[:12])
        assert check == masked(data[:8]), 'the checksum of a length'
        body, data = data[12:12 + length], data[12 + length:]
        assert struct.unpack('<I', data[:4])[0] == masked(body), 'the checksum of a record'
        data = data[4:]
        yield body


def decode(proto, body):
    folder, name = proto.rsplit('/', 1)
    return subprocess.run(['protoc', '-I', folder, '--decode=Event', name], input=body, stdout=subprocess.PIPE,
                          check=True).stdout.decode()


def step_of(text):
    step = re.search(r'^step: (\d+)', text, re.M)
    return int(step.group(1) if step else 0)


proto, metrics, *files = sys.argv[1:]
points, forgotten = [], 0
for events in sorted(files):
    version, start, *texts = [decode(proto, body) for body in records(open(events, 'rb').read())]
    assert 'file_version: "brain.Event:2"' in version, version
    assert re.search(r'^session_log \{\s*status: START\s*\}', start, re.M), start
    kept = [text for text in points if step_of(text) < step_of(start)]
    forgotten += len(points) - len(kept)
    points = kept + texts
rows = list(csv.DictReader(open(metrics)))
print(len(files), 'files,', len(points), 'points,', forgotten, 'forgotten')
assert len(rows) >= 2 and len(points) == len(rows), (len(points), len(rows))
for text, row in zip(points, rows):
    assert step_of(text) == int(row['round']), text
    assert float(re.search(r'^wall_time: (\S+)', text, re.M).group(1)) > 1.6e9, text
    found = {tag: float(value or 0) for tag, value in
             re.findall(r'tag: "([^"]+)"\s*(?:simple_value: (\S+))?', text)}
    for tag, name in NAMES.items():
        assert (tag in found) == (row[name] != ''), (tag, text)
        assert row[name] == '' or math.isclose(found[tag], float(row[name]), rel_tol=1e-6, abs_tol=1e-30), tag
    assert not re.search(r'^\s*\d+: ', text, re.M), 'a field that is not in the definition: ' + text
