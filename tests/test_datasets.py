"""The bundled digits and clothes, and the generated worlds."""

import numpy as np
import pytest
from conftest import reference
from dlnotes import datasets
from dlnotes.datasets import Samples
from numpy.testing import assert_allclose, assert_array_equal


def rng(seed=0) -> np.random.Generator:
    return np.random.default_rng(seed)


# ── Digits ──

DIGITS = "data/digits.npz"


def test_digits_have_the_documented_shape_range_and_types():
    x, y = datasets.digits()
    assert x.shape == (1797, 64) and y.shape == (1797,)
    assert (x.dtype, y.dtype) == (float, int)
    assert (x.min(), x.max()) == (0, 1) and set(y.tolist()) == set(range(10))
    assert_array_equal(x * 16, np.round(x * 16))


def test_digits_are_nearly_balanced():
    """Catches labels that slipped against their kind: the counts of the UCI file."""
    counts = np.bincount(datasets.digits().y)
    assert_array_equal(counts, [178, 182, 177, 183, 181, 182, 181, 179, 174, 180])


def test_digits_equal_scikit_learns():
    """Catches transposed images and labels out of step, which no checksum of ours would."""
    expected = reference("sklearn.datasets", "REQUIRE_TORCH").load_digits()
    x, y = datasets.digits()
    assert_array_equal(x * 16, expected.data)
    assert_array_equal(y, expected.target)


def test_digits_are_the_readers_own_copy():
    first = datasets.digits()
    first.x[:], first.y[:] = -1, -1
    assert datasets.digits().x.min() == 0 and datasets.digits().y.min() == 0


@pytest.mark.parametrize("damage", ["a flipped byte", "truncated", "empty"])
def test_damaged_digits_are_refused(damage, tmp_path, monkeypatch):
    """Catches content that is read, and dies in words of zip or pickle, before its checksum is looked at."""
    content = bytearray((datasets.resources.files("dlnotes") / DIGITS).read_bytes())
    content[3] ^= 1
    path = tmp_path / DIGITS
    path.parent.mkdir()
    path.write_bytes(content[: {"truncated": 5000, "empty": 0}.get(damage)])
    datasets._bundled.cache_clear()
    monkeypatch.setattr(datasets.resources, "files", lambda package: tmp_path)
    with pytest.raises(ValueError) as raised:
        datasets.digits()
    assert str(raised.value) == (
        f"{path} is damaged: download the book again, or check the file out again with git"
    )
    monkeypatch.undo()
    assert len(datasets.digits().x) == 1797  # nothing damaged stays in the cache


# ── Clothes ──


def test_clothes_have_the_documented_shape_range_and_types():
    x, y = datasets.fashion()
    assert x.shape == (6000, 784) and y.shape == (6000,)
    assert (x.dtype, y.dtype) == (float, int)
    assert (x.min(), x.max()) == (0, 1)
    assert_array_equal(np.bincount(y), [600] * 10)
    assert_array_equal(x * 255, np.round(x * 255))


def test_clothes_are_like_the_published_ones():
    """Mean and spread of the whole set are 0.2860 and 0.3530; a part chosen at random is near."""
    x, _ = datasets.fashion()
    assert_allclose([x.mean(), x.std()], [0.286, 0.353], atol=0.005)


def test_clothes_bear_the_labels_of_their_kind():
    """Trousers are narrow, bags wide, boots low on the left: catches transposed images and labels out of step."""
    x, y = datasets.fashion()
    mean = np.array([x[y == k].mean(axis=0).reshape(28, 28) for k in range(10)])
    across, down = mean.mean(axis=1), mean.mean(axis=2)
    assert across[1, :6].max() < 0.05 and across[1, 10:18].min() > 0.2  # a trouser
    assert across[8, :4].mean() > 3 * across[1, :4].mean()  # a bag
    assert down[9, :4].mean() < down[0, :4].mean() / 3  # a boot leaves the top free


def test_clothes_are_the_readers_own_copy():
    datasets.fashion().x[:] = -1
    assert datasets.fashion().x.min() == 0


# ── Photographs ──


def test_photographs_are_upright_in_red_green_and_blue():
    """Sky above trees, an orange flower before dark green: catches channels or axes in another order."""
    tower, flower = datasets.photographs()
    assert tower.shape == flower.shape == (213, 320, 3)
    assert 0 <= min(tower.min(), flower.min()) and max(tower.max(), flower.max()) <= 1
    assert tower[:20].mean() > tower[-20:].mean() + 0.3
    red, green, blue = flower[100:120, 140:160].mean(axis=(0, 1))
    assert red > green > blue
    assert flower[100:120, 140:160, 0].mean() > 3 * flower[:20, :20, 0].mean()


def test_photographs_are_the_readers_own_copy():
    datasets.photographs().tower[:] = -1
    assert datasets.photographs().tower.min() >= 0


# ── Split ──

TEN = Samples(np.arange(20.0).reshape(10, 2), np.arange(10))


@pytest.mark.parametrize(
    ("validation", "test", "sizes"),
    [(3, 2, (5, 3, 2)), (0, 4, (6, 0, 4)), (4, 0, (6, 4, 0))],
)
def test_split_is_disjoint_complete_and_keeps_pairs(validation, test, sizes):
    parts = datasets.split(TEN, validation=validation, test=test)
    assert tuple(len(part.y) for part in parts) == sizes
    assert (len(parts.train.x), len(parts.validation.x), len(parts.test.x)) == sizes
    assert sorted(np.concatenate([part.y for part in parts])) == list(range(10))
    for part in parts:
        assert_array_equal(part.x, TEN.x[part.y])


def test_split_is_shuffled_by_its_seed():
    first, again, other = (
        datasets.split(TEN, validation=3, test=2, seed=seed) for seed in (0, 0, 1)
    )
    for a, b in zip(first, again, strict=True):
        assert_array_equal(a.x, b.x)
    assert not np.array_equal(first.test.y, other.test.y)
    assert_array_equal(datasets.split(TEN, validation=3, test=2).test.y, first.test.y)
    assert not np.array_equal(first.train.y, np.sort(first.train.y))


def test_split_copies():
    parts = datasets.split(TEN, validation=3, test=2)
    parts.train.x[:] = -1
    assert TEN.x.min() == 0


# ── Generated worlds ──


def test_images_wander_over_the_whole_canvas_and_stay_whole():
    """Catches a canvas that is off its middle, an axis that does not move, and a reach that is cut short."""
    images = np.broadcast_to(np.arange(1.0, 7.0).reshape(2, 3), (400, 2, 3))
    moved = datasets.on_canvas(images, 8, reach=2, rng=rng())
    assert_allclose(moved.sum(axis=(1, 2)), 21)
    rows, columns = np.nonzero(moved == 1)[1:]
    assert set(zip(rows.tolist(), columns.tolist(), strict=True)) == {
        (r, c) for r in range(1, 6) for c in range(0, 5)
    }
    assert_array_equal(moved[0, rows[0] : rows[0] + 2, columns[0] : columns[0] + 3], images[0])  # fmt: skip
    with pytest.raises(ValueError, match="side must leave room"):
        datasets.on_canvas(images, 6, reach=2, rng=rng())


def test_centering_undoes_a_move():
    images = rng().uniform(size=(5, 4, 4))
    placed = [datasets.on_canvas(images, 10, reach=r, rng=rng()) for r in (0, 3)]
    assert_array_equal(*map(datasets.centered, placed))
    blank = np.zeros((1, 3, 3))
    assert_array_equal(datasets.centered(blank), blank)


def test_xor():
    x, y = datasets.xor()
    assert x.shape == (4, 2) and x.dtype == float and y.dtype == int
    assert_array_equal(y, np.logical_xor(x[:, 0], x[:, 1]))
    assert len({tuple(point) for point in x.tolist()}) == 4


WORLDS = {
    "moons": (lambda N, rng: datasets.two_moons(N, rng=rng), 2),
    "spirals": (lambda N, rng: datasets.spirals(N, rng=rng), 2),
    "five spirals": (lambda N, rng: datasets.spirals(N, classes=5, rng=rng), 5),
}


@pytest.mark.parametrize(("make", "classes"), WORLDS.values(), ids=WORLDS)
def test_worlds_are_balanced_and_reproducible(make, classes):
    x, y = make(60, rng())
    assert x.shape == (60, 2) and x.dtype == float and y.dtype.kind == "i"
    assert_array_equal(np.bincount(y), [60 // classes] * classes)
    assert_array_equal(x, make(60, rng()).x)
    assert not np.array_equal(x, make(60, rng(1)).x)
    assert len(make(61, rng()).y) == 61


def test_moons_without_noise_are_two_half_circles():
    """The upper one around (0, 0), the lower one around (1, 1/2); both have radius 1."""
    x, y = datasets.two_moons(400, noise=0, rng=rng())
    upper, lower = x[y == 0], x[y == 1] - (1, 0.5)
    assert_allclose(np.linalg.norm(upper, axis=1), 1)
    assert_allclose(np.linalg.norm(lower, axis=1), 1)
    assert (upper[:, 1] >= 0).all() and (lower[:, 1] <= 0).all()
    assert upper[:, 0].min() < -0.9 and upper[:, 0].max() > 0.9


def test_spirals_without_noise_wind_in_step():
    """Angle = 2π (turns · radius + class / classes), all inside the unit disk."""
    x, y = datasets.spirals(300, classes=3, turns=1.5, noise=0, rng=rng())
    radius, angle = np.hypot(*x.T), np.arctan2(x[:, 1], x[:, 0])
    assert radius.max() <= 1 and radius.min() > 0.1
    wound = angle / (2 * np.pi) - 1.5 * radius - y / 3
    assert_allclose(wound, np.round(wound), atol=1e-12)


def test_spirals_turn_once_unless_told_otherwise():
    assert_array_equal(
        datasets.spirals(20, rng=rng()).x, datasets.spirals(20, turns=1.0, rng=rng()).x
    )


def test_noisy_sine_lies_on_one_period():
    x, y = datasets.noisy_sine(2000, noise=0, rng=rng())
    assert x.shape == y.shape == (2000, 1)
    assert -1 <= x.min() < -0.99 and 0.99 < x.max() <= 1
    assert_allclose(y, np.sin(np.pi * x))
    noisy = datasets.noisy_sine(2000, noise=0.3, rng=rng())
    assert_array_equal(noisy.x, x)
    assert_allclose((noisy.y - y).std(), 0.3, rtol=0.05)


@pytest.mark.parametrize("make", [datasets.two_moons, datasets.spirals])
def test_noise_has_the_size_that_was_asked_for(make):
    still, noisy = (make(5000, noise=noise, rng=rng()).x for noise in (0, 0.3))
    assert_allclose((noisy - still).std(axis=0), 0.3, rtol=0.05)


def test_mislabeled_are_as_many_as_asked_and_never_by_their_own_label():
    """Catches a random label among all K, which is right once in K times, and one other label for all."""
    labels = rng().integers(0, 4, 20_000)
    wrong = datasets.mislabel(labels, 4, share=0.3, rng=rng(1))
    assert abs((wrong != labels).mean() - 0.3) < 0.02
    away = np.bincount((wrong - labels) % 4, minlength=4) / (wrong != labels).sum()
    assert_allclose(away[1:], 1 / 3, atol=0.03)
    assert_array_equal(datasets.mislabel(labels, 4, share=0.0, rng=rng()), labels)
    with pytest.raises(ValueError, match="labels"):
        datasets.mislabel(labels, 3, share=0.1, rng=rng())


def test_splits_side_by_side_are_the_same_samples_as_one_by_one():
    samples = Samples(np.arange(20.0)[:, None], np.arange(20))
    found = datasets.splits(samples, train=5, validation=3, test=4, seeds=3)
    assert [part.x.shape for part in found] == [(3, 5, 1), (3, 3, 1), (3, 4, 1)]
    for s in range(3):
        order = np.random.default_rng(s).permutation(20)
        for part, rows in zip(found, (order[:5], order[5:8], order[16:]), strict=True):
            assert_array_equal(part.x[s, :, 0], rows)
            assert_array_equal(part.y[s], rows)
