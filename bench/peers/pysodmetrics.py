"""Times PySODMetrics' whole protocol on pairs of PNG files, single-threaded; prints JSON. Called by bench/metrics.mjs.

    python3 pysodmetrics.py PREDICTION TRUTH [PREDICTION TRUTH ...]

Reading the files is not timed. The steps are the metrics that Maskbench's `sod` protocol has, and the options those
that give the same values: dynamic, adaptive and binary results of every threshold metric, the binary multi-scale IoU.
Each step runs once unmeasured at the first pair's size; then a pair's steps are repeated while they are quick (up to three
times within two seconds), and the best run of each counts.
"""
import json, sys, time, warnings
import cv2
import numpy as np
import scipy, skimage
import py_sod_metrics as peer
from importlib.metadata import version

warnings.filterwarnings("ignore")
cv2.setNumThreads(1)
if not hasattr(np, "trapz"):  # renamed in later numpy
    np.trapz = np.trapezoid

ALL = dict(with_dynamic=True, with_adaptive=True, with_binary=True)

def threshold_family():
    handlers = [peer.IOUHandler, peer.DICEHandler, peer.OverallAccuracyHandler, peer.BERHandler, peer.KappaHandler,
                peer.PrecisionHandler, peer.RecallHandler, peer.SpecificityHandler]
    named = {h.__name__: h(**ALL, sample_based=True) for h in handlers}
    return peer.FmeasureV2(metric_handlers={"f": peer.FmeasureHandler(**ALL, beta=0.3, sample_based=True), **named})

STEPS = {
    "MAE": peer.MAE,
    "F and the other threshold metrics": threshold_family,
    "E": peer.Emeasure,
    "S": peer.Smeasure,
    "weighted F": peer.WeightedFmeasure,
    "HCE": peer.HumanCorrectionEffortMeasure,
    "multi-scale IoU": lambda: peer.MSIoU(with_dynamic=False, with_adaptive=False, with_binary=True),
}

def read(file):
    return cv2.imread(file, cv2.IMREAD_GRAYSCALE)

def time_step(make, prediction, truth):
    measure = make()
    start = time.process_time()
    measure.step(pred=prediction, gt=truth)
    return (time.process_time() - start) * 1000

def best_of(make, prediction, truth):
    times = [time_step(make, prediction, truth)]
    while len(times) < 3 and sum(times) + times[0] < 2000:
        times.append(time_step(make, prediction, truth))
    return min(times)

pairs = list(zip(sys.argv[1::2], sys.argv[2::2]))
results = []
for n, files in enumerate(pairs):
    prediction, truth = (read(file) for file in files)
    if n == 0:  # the first call of a step imports and allocates
        for make in STEPS.values():
            time_step(make, prediction, truth)
    results.append({name: best_of(make, prediction, truth) for name, make in STEPS.items()})
versions = (f"PySODMetrics {version('pysodmetrics')}, numpy {np.__version__}, scipy {scipy.__version__}, "
            f"scikit-image {skimage.__version__}, OpenCV {cv2.__version__}, Python {sys.version.split()[0]}")
print(json.dumps({"versions": versions, "milliseconds": results}))
