"""Networks: parameters, what a layer is, and the ways to put layers together.

net = Sequential(Linear(64, 32, rng=rng), relu, Linear(32, 10, rng=rng))
logits = net(x)                                   inference
logits, backward = net.forward(x, training=True)  training: backward(dlogits) fills every .grad
"""

import inspect
from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from pathlib import Path

import numpy as np

from .arguments import takes
from .arrays import Array, Backward, Constant, sum_to, unmarked
from .kinds import (
    count,
    file,
    floats,
    function,
    instance,
    like,
    pair,
    same_shape,
    same_size,
)


class Parameter:
    """An array that learns: its value, a copy of what is given, and the gradient of the loss with respect to it."""

    @takes(value="...")
    def __init__(self, value: Array):
        self.value = value.copy()
        self.grad = np.zeros_like(self.value)


class Layer:
    """A function x, θ₁, θ₂, … → y whose arguments θ are Parameters.

    `forward` returns the value and a `backward` that returns dx and *adds* each ∂L/∂θ to its Parameter.
    Adding is what makes sharing work: a Parameter used twice collects both contributions. Parameters go by
    the names the function gives its arguments, unless `names` says otherwise.
    """

    _own: tuple[Parameter, ...] = ()  # its own parameters, without those of parts

    @takes(function=function)
    def __init__(
        self, function: Callable, *parameters: Parameter, names: Iterable[str] = ()
    ):
        self.function = function
        for p in parameters:
            if not isinstance(p, Parameter):
                raise TypeError(f"parameters must be Parameter objects, got {p!r}")
        self._own = parameters
        if parameters:
            names = list(names) or _arguments(function)[1:]
            self._names = names[: len(parameters)]
            same_size(
                "the number of parameters",
                len(parameters),
                f"that of the arguments {names} after the first",
                len(self._names),
            )

    def forward(self, x: Array, *, training: bool = False) -> tuple[Array, Backward]:
        result = self.function(x, *[p.value for p in self._own])
        y, pullback = pair("function", result)
        return np.asarray(y), self._collect(pullback)  # never a Constant that came in

    def _collect(self, pullback: Backward) -> Backward:
        """The pullback to x alone; what belongs to the parameters is added to them."""
        if not self._own:
            return pullback

        def backward(dy: Array) -> Array | None:
            gradients = pullback(dy)
            gradients = gradients if isinstance(gradients, tuple) else (gradients,)
            first = len(gradients) - len(self._own)  # 0 where x is data, as for tokens
            if first not in (0, 1):
                raise ValueError(
                    f"the function has {len(self._own)} parameters, but its backward gave {len(gradients)} gradients"
                )
            for parameter, gradient in zip(self._own, gradients[first:], strict=True):
                shape = parameter.value.shape
                if getattr(gradient, "shape", None) != shape:
                    name = self._names[self._own.index(parameter)]
                    gradient = like(f"the gradient of {name}", gradient, shape)
                parameter.grad += gradient
            return gradients[0] if first else None

        return backward

    def __call__(self, x: Array) -> Array:
        return self.forward(x)[0]

    def _parts(self) -> dict[str, "Layer"]:
        """The layers inside this one, by name; their parameters count as its own."""
        return {}

    def _all_parameters(self) -> Iterator[Parameter]:
        yield from self._own
        for part in self._parts().values():
            yield from part._all_parameters()

    def parameters(self) -> list[Parameter]:
        """Every Parameter once, in order of first use, however often it is shared."""
        return list({id(p): p for p in self._all_parameters()}.values())

    def state(self) -> dict[str, Array]:
        """All arrays that make up the layer, by name: parameters as the function calls them, parts by "part.name"."""
        state = {}
        if self._own:
            state = {n: p.value for n, p in zip(self._names, self._own, strict=True)}
        for part_name, part in self._parts().items():
            state |= {f"{part_name}.{name}": a for name, a in part.state().items()}
        return state


def _arguments(function: Callable) -> list[str]:
    """Names of the arguments that `function` takes by position."""
    named = inspect.signature(function).parameters.values()
    return [p.name for p in named if p.kind is not p.KEYWORD_ONLY]


def _layer(part: Layer | Callable) -> Layer:
    return part if isinstance(part, Layer) else Layer(part)


class Sequential(Layer):
    """Layers one after another. A bare function such as `relu` counts as a layer without parameters."""

    def __init__(self, *layers: Layer | Callable):
        self.layers = [_layer(layer) for layer in layers]

    def forward(self, x: Array, *, training: bool = False) -> tuple[Array, Backward]:
        pullbacks = []
        for layer in self.layers:
            x, pullback = layer.forward(x, training=training)
            pullbacks.append(pullback)

        def backward(dy: Array) -> Array:
            for pullback in reversed(pullbacks):
                dy = pullback(dy)
            return dy

        return x, backward

    def _parts(self) -> dict[str, Layer]:
        return {str(i): layer for i, layer in enumerate(self.layers)}


class Residual(Sequential):
    """A bridge around layers: y = x + f(x), so dx = dy + backward_f(dy) (He, Zhang, Ren and Sun 2016)."""

    def forward(self, x: Array, *, training: bool = False) -> tuple[Array, Backward]:
        y, pullback = super().forward(x, training=training)
        x = np.asarray(x)
        same_shape("the output of the layers", y, "their input x", x)

        def backward(dy: Array) -> Array | None:
            through = pullback(dy)
            return None if through is None else dy + through

        return x + y, backward


class SideBySide(Sequential):
    """S networks whose channels lie in one stack: x (S, N, C, *L) → (N, S·C, *L) → the layers → (S, N, D).

    Convolutions among the layers have `copies` = S, so that no network sees another. D counts all that the last layer
    gives for a sample, in one row, as a linear layer wants it. x (1, N, C, *L) are the same inputs for all.
    """

    @takes(S=count)
    def __init__(self, S: int, *layers: Layer | Callable):
        super().__init__(*layers)
        self.S = S

    def forward(self, x: Array, *, training: bool = False) -> tuple[Array, Backward]:
        x, constant = unmarked(x)
        if x.ndim < 4 or len(x) not in (1, self.S):
            raise ValueError(f"x must have shape ({self.S}, N, C, ...), got {x.shape}")
        each = np.broadcast_to(x, (self.S, *x.shape[1:]))
        stack = each.swapaxes(0, 1).reshape(x.shape[1], -1, *x.shape[3:])
        y, pullback = super().forward(
            Constant(stack) if constant else stack, training=training
        )
        apart = y.reshape(len(y), self.S, -1)  # (N, S, D)

        def backward(dy: Array) -> Array | None:
            together = np.empty_like(y)  # in memory like y, which is faster
            together[...] = dy.swapaxes(0, 1).reshape(y.shape)
            dstack = pullback(together)
            if dstack is None:
                return None
            return sum_to(
                dstack.reshape(each.swapaxes(0, 1).shape).swapaxes(0, 1), x.shape
            )

        return np.ascontiguousarray(apart.swapaxes(0, 1)), backward


class Bidirectional(Layer):
    """One recurrent layer over time and one against it, side by side (Schuster and Paliwal 1997).

    x (T, N, D) → y (T, N, H₁ + H₂): at each step what came before, and what will come.
    """

    def __init__(self, ahead: Layer, back: Layer):
        self.ahead, self.back = _layer(ahead), _layer(back)

    def forward(self, x: Array, *, training: bool = False) -> tuple[Array, Backward]:
        y, pull_ahead = self.ahead.forward(x, training=training)
        reversed_y, pull_back = self.back.forward(x[::-1], training=training)
        H = y.shape[-1]

        def backward(dy: Array) -> Array | None:
            dx, reversed_dx = pull_ahead(dy[..., :H]), pull_back(dy[::-1, :, H:])
            if dx is None or reversed_dx is None:
                return None
            return dx + reversed_dx[::-1]

        return np.concatenate([y, reversed_y[::-1]], axis=-1), backward

    def _parts(self) -> dict[str, Layer]:
        return {"ahead": self.ahead, "back": self.back}


@takes(path=file, net=instance(Layer))
def save(path: str | Path, net: Layer) -> None:
    """Write all arrays of `net` to an .npz file, by the names that `net.state()` gives them."""
    if path.suffix != ".npz":
        raise ValueError(f"path must end in .npz, got {path.name}")
    state = net.state()
    if taken := {"file", "allow_pickle"} & state.keys():
        raise ValueError(f"names must not be those of np.savez itself, got {taken}")
    np.savez(path, **state)


@takes(path=file, net=instance(Layer))
def load(path: str | Path, net: Layer) -> None:
    """Read into `net` what `save` wrote; ValueError with all differences, and nothing changed, where it does not fit."""
    state, content = net.state(), BytesIO(path.read_bytes())
    try:
        with np.load(content, allow_pickle=False) as arrays:
            stored = {n: floats(n, arrays[n]) for n in arrays.files}
    except Exception as error:  # a damaged file may raise anything
        raise ValueError(f"path must be a file that save wrote, got {path}") from error
    shapes = [{n: a.shape for n, a in arrays.items()} for arrays in (state, stored)]
    if shapes[0] != shapes[1]:
        differences = [
            f"{name}: the network has {shapes[0].get(name, 'none')}, the file {shapes[1].get(name, 'none')}"
            for name in sorted(shapes[0] | shapes[1])
            if shapes[0].get(name) != shapes[1].get(name)
        ]
        raise ValueError(f"{path} does not fit this network. " + "; ".join(differences))
    for name, array in state.items():
        array[...] = stored[name]
