"""Prints the figures that test/stats compares src/stats against, by SciPy and by brute force.

    python -m venv venv && venv/bin/pip install scipy==1.17.1 numpy==2.4.6
    venv/bin/python scripts/reference/statistics.py > test/stats/reference.json
    npx prettier --write test/stats/reference.json
"""

import itertools
import json
import warnings

import numpy as np
import scipy
from scipy import optimize, special, stats

warnings.filterwarnings("ignore")
rng = np.random.default_rng(20260727)


def floats(values):
    return [float(v) for v in np.asarray(values).ravel()]


def three(values):
    return [round(float(v), 3) for v in values]


def iou(n):
    """Bounded, skewed, tied: a beta mixture with mass at 0 and 1, rounded to 1e-3."""
    u = rng.random(n)
    good, poor = rng.beta(9, 2, n), rng.beta(3, 3, n)
    return three(np.select([u < 0.7, u < 0.9, u < 0.94], [good, poor, 0.0], 1.0))


def distributions():
    z = [-8.0, -5.0, -3.0, -2.5, -1.0, -0.1, 0.0, 0.3, 1.0, 2.9999, 3.0, 4.0]
    p = [1e-12, 1e-6, 0.001, 0.025, 0.3, 0.5, 0.8, 0.975, 0.9999]
    beta = [[0.1, 0.5, 0.5], [0.3, 2.0, 5.0], [0.99, 30.0, 1.5], [0.5, 200.0, 190.0], [0.001, 1.0, 3000.0]]
    t = [[0.025, 1.0], [0.05, 2.5], [0.975, 4.0], [0.8, 49.0], [0.999, 12.3], [0.95, 99999.0]]
    binomial = [[0, 10, 0.3], [3, 10, 0.3], [57, 64, 0.9], [660, 662, 0.99], [50000, 100000, 0.5]]
    return {
        "normalCdf": [[x, float(stats.norm.cdf(x))] for x in z],
        "normalQuantile": [[x, float(stats.norm.ppf(x))] for x in p],
        "betaCdf": [[*b, float(special.betainc(b[1], b[2], b[0]))] for b in beta],
        "studentQuantile": [[*x, float(stats.t.ppf(*x))] for x in t],
        "binomialCdf": [[*b, float(stats.binom.cdf(*b))] for b in binomial],
        "binomialDensity": [[*b, float(stats.binom.pmf(*b))] for b in binomial],
    }


def summaries():
    values = iou(37)
    p = [0, 0.05, 0.25, 0.5, 0.9, 0.95, 1]
    return {
        "values": values,
        "mean": float(np.mean(values)),
        "sd": float(np.std(values, ddof=1)),
        "skewness": float(stats.skew(values)),
        "quantiles": [[q, float(np.quantile(values, q))] for q in p],
    }


def bootstraps():
    """SciPy's intervals from a bootstrap distribution that is printed too, so that no generator has to agree."""
    values = iou(24)
    out = {"values": values}
    drawn = stats.bootstrap((values,), np.mean, n_resamples=400, method="percentile", rng=rng)
    replicates = np.sort(np.round(drawn.bootstrap_distribution, 9))
    drawn.bootstrap_distribution = replicates
    out["replicates"] = floats(replicates)
    for method, level in itertools.product(["percentile", "BCa"], [0.9, 0.95]):
        found = stats.bootstrap(
            (values,), np.mean, n_resamples=0, bootstrap_result=drawn, method=method, confidence_level=level
        ).confidence_interval
        out[f"{method}{level}"] = floats(found)
    # the ideal bootstrap: all 6^6 resamples of six values
    six = three([0.91, 0.42, 0.88, 0.97, 0.97, 0.73])
    every = np.array(list(itertools.product(six, repeat=6)))
    means = every.mean(axis=1)
    sds = every.std(axis=1, ddof=1)
    with np.errstate(all="ignore"):
        t = (means - np.mean(six)) / (sds / np.sqrt(6))
    out["six"] = six
    out["ideal"] = {
        "percentile80": floats(np.quantile(means, [0.1, 0.9])),
        "t": floats(np.quantile(t[np.isfinite(t)], [0.1, 0.5, 0.9])),
    }
    out["student95"] = floats(stats.ttest_1samp(values, 0).confidence_interval(0.95))
    return out


def sign_flips():
    gains = three([0.02, -0.01, 0.0, 0.05, 0.013, -0.004, 0.021, 0.0, 0.008, 0.03, -0.02, 0.011])
    larger = three(rng.normal(0.004, 0.02, 60))
    out = {"gains": gains, "larger": larger, "exact": {}, "sampled": {}}
    for alternative in ["two-sided", "greater", "less"]:
        for name, data in [("exact", gains), ("sampled", larger)]:
            found = stats.permutation_test(
                (data,),
                np.mean,
                permutation_type="samples",
                n_resamples=4096 if name == "exact" else 400_000,
                alternative=alternative,
                vectorized=False if name == "exact" else None,
                rng=rng,
            )
            out[name][alternative] = float(found.pvalue)
    return out


def by_alternative(test):
    return {alternative: test(alternative) for alternative in ["two-sided", "greater", "less"]}


def wilcoxon():
    plain = three(rng.normal(0.01, 0.03, 15))
    tied = [0.01, 0.02, -0.01, 0.0, 0.03, 0.02, 0.02, -0.03, 0.05, 0.0, 0.04, 0.01, -0.01]
    large = floats(np.round(rng.normal(0.004, 0.02, 90), 2))
    every = stats.PermutationMethod(n_resamples=np.inf)
    moved = [x for x in tied if x != 0]
    return {
        "plain": {
            "values": plain,
            "p": by_alternative(lambda a: float(stats.wilcoxon(plain, method="exact", alternative=a).pvalue)),
        },
        "tied": {
            "values": tied,
            "p": by_alternative(lambda a: float(stats.wilcoxon(moved, method=every, alternative=a).pvalue)),
        },
        "large": {
            "values": large,
            "statistic": float(stats.wilcoxon(large, alternative="greater", method="asymptotic").statistic),
            "p": by_alternative(
                lambda a: float(stats.wilcoxon(large, method="asymptotic", correction=True, alternative=a).pvalue)
            ),
        },
    }


def mann_whitney():
    cases = {
        "plain": (floats(np.round(rng.normal(0.7, 0.1, 8), 6)), floats(np.round(rng.normal(0.8, 0.1, 9), 6)), "exact"),
        "tied": ([0.1, 0.2, 0.2, 0.5, 0.5], [0.2, 0.5, 0.6, 0.7, 0.7, 0.9], None),
        "large": (floats(np.round(rng.normal(0.7, 0.1, 40), 1)), floats(np.round(rng.normal(0.74, 0.1, 35), 1)), "asymptotic"),
    }
    out = {}
    for name, (first, second, method) in cases.items():
        how = method or stats.PermutationMethod(n_resamples=np.inf)
        out[name] = {
            "first": first,
            "second": second,
            "u": float(stats.mannwhitneyu(first, second).statistic),
            "p": by_alternative(
                lambda a: float(stats.mannwhitneyu(first, second, method=how, alternative=a).pvalue)
            ),
        }
    return out


def mcnemar():
    pairs = [[0, 1], [1, 9], [5, 5], [12, 3], [0, 12], [40, 61]]
    return [
        {
            "won": w,
            "lost": l,
            "p": by_alternative(lambda a: float(stats.binomtest(w, w + l, 0.5, alternative=a).pvalue)),
        }
        for w, l in pairs
    ]


def closed_testing(ps):
    """Holm as the closure of Bonferroni: the worst Bonferroni p of all families that a hypothesis belongs to."""
    worst = np.zeros(len(ps))
    for size in range(1, len(ps) + 1):
        for family in itertools.combinations(range(len(ps)), size):
            bonferroni = min(1.0, size * min(ps[i] for i in family))
            for i in family:
                worst[i] = max(worst[i], bonferroni)
    return floats(worst)


def multiplicity():
    ps = [0.01, 0.04, 0.03, 0.005, 0.2, 0.04, 0.9, 0.0001]
    return {"p": ps, "holm": closed_testing(ps), "bh": floats(stats.false_discovery_control(ps))}


def order_statistics():
    out = []
    for n, p, level in [(6, 0.5, 0.95), (64, 0.5, 0.95), (100, 0.9, 0.95), (130, 0.95, 0.9), (700, 0.99, 0.95)]:
        miss = (1 - level) / 2
        lower = max(r for r in range(0, n + 1) if stats.binom.cdf(r - 1, n, p) <= miss)
        upper = min(r for r in range(1, n + 2) if stats.binom.cdf(r - 1, n, p) >= 1 - miss)
        confidence = stats.binom.cdf(upper - 1, n, p) - stats.binom.cdf(lower - 1, n, p)
        out.append({"n": n, "p": p, "level": level, "ranks": [lower, upper], "confidence": float(confidence)})

    def fewest(p):
        return next(n for n in itertools.count(2) if stats.binom.cdf(1, n, 1 - p) <= 0.01)

    def existing(p):
        return next(n for n in itertools.count(1) if max(p**n, (1 - p) ** n) <= 0.025)

    quantiles = [0.5, 0.9, 0.95, 0.99]
    return {
        "ranks": out,
        "percentiles": [[p, fewest(p)] for p in quantiles],
        "needed": [[p, existing(p)] for p in quantiles],
    }


def proportions():
    out = []
    for hits, n in [(0, 200), (1, 200), (7, 30), (30, 30), (50, 100)]:
        found = stats.binomtest(hits, n).proportion_ci(0.95, method="exact")
        out.append([hits, n, float(found.low), float(found.high)])
    return out


def correlations():
    x = three(rng.gamma(2, 1, 60))
    y = floats(np.round(np.asarray(x) * 0.5 + rng.normal(0, 0.6, 60), 1))
    x = floats(np.round(x, 1))
    pearson = stats.pearsonr(x, y)
    return {
        "x": x,
        "y": y,
        "pearson": [float(pearson.statistic), *floats(pearson.confidence_interval(0.95))],
        "spearman": float(stats.spearmanr(x, y).statistic),
        "kendall": float(stats.kendalltau(x, y).statistic),
    }


def detectable():
    """The exact effect, through the noncentral t distribution, for sd 1."""
    out = []
    for n in [10, 30, 200, 5000]:
        critical = stats.t.ppf(0.95, n - 1)
        effect = optimize.brentq(lambda d: stats.nct.sf(critical, n - 1, d * np.sqrt(n)) - 0.8, 1e-6, 5)
        out.append([n, float(effect)])
    return out


def welch():
    before = [[10.1, 10.3, 10.2], [10.6, 10.4, 10.5], [9.9, 10.0, 10.1], [10.2, 10.2, 10.9]]
    after = [[11.2, 11.0, 11.1], [11.8, 11.6, 12.0], [11.1, 11.0, 11.4]]
    a, b = ([np.log(np.median(times)) for times in side] for side in (after, before))
    found = stats.ttest_ind(a, b, equal_var=False).confidence_interval(0.95)
    return {
        "baseline": before,
        "candidate": after,
        "estimate": float(np.exp(np.mean(a) - np.mean(b))),
        "interval": floats(np.exp(found)),
    }


def xoshiro():
    """xoshiro128** as its authors define it, from the state 1, 2, 3, 4."""
    mask = 0xFFFFFFFF

    def rotl(x, k):
        return ((x << k) | (x >> (32 - k))) & mask

    s = [1, 2, 3, 4]
    out = []
    for _ in range(12):
        out.append(rotl(s[1] * 5 & mask, 7) * 9 & mask)
        t = s[1] << 9 & mask
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = rotl(s[3], 11)
    return out


print(
    json.dumps(
        {
            "madeBy": f"scripts/reference/statistics.py, SciPy {scipy.__version__}, NumPy {np.__version__}",
            "distributions": distributions(),
            "summary": summaries(),
            "bootstrap": bootstraps(),
            "signFlip": sign_flips(),
            "wilcoxon": wilcoxon(),
            "mannWhitney": mann_whitney(),
            "mcnemar": mcnemar(),
            "multiplicity": multiplicity(),
            "orderStatistics": order_statistics(),
            "proportions": proportions(),
            "correlation": correlations(),
            "detectable": detectable(),
            "welch": welch(),
            "xoshiro128": xoshiro(),
        }
    )
)
