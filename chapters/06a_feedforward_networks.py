# %% [markdown]
# # Feed-forward networks
#
# Two hidden units are enough to compute XOR (异或), and yet training often fails to find them. How often, and on what does it depend? This page will answer that among the questions on feed-forward networks; so far it has the counting of random starts.
#
# <!-- Owed on this page. A question is answered in a box: its label, below it :::{admonition} Question · as the list asks it, and :class: question.
# A claim is settled by a call of settle.
#
# Q6.1: Why can a deep neural network be nonlinear?
# Q6.2: Are there other tools that work like deep learning?
# Q6.4: How do the optimization algorithms of neural networks differ from those of traditional machine learning?
# Q6.5: Why is the cross-entropy loss function good?
# Q6.7: In what sense is the sigmoid function used in logistic regression a two-class case of softmax?
# Q6.15: What is the purpose of activation functions, and in particular of using the sigmoid function?
# Q6.16: What kinds of loss functions are there, and how do they differ?
# Q6.17: Why is a neural network divided into layers, and why do we design this structure?
# Q6.18: Why can a neural network make intelligent judgments?
# Q6.19: Since a neural network is a function machine, is it enough that we know how to set the parameters of this machine?
# Q6.20: Does a neural network layer not simply transform the input into the space spanned by W, where the activation function then makes it nonlinear?
# C6.1: When the data set is not linearly separable, the perceptron rule may fail to converge, so that the training of the perceptron is never completed.
# C6.2: Generally, a perceptron has a step function as its activation function, whereas for a neuron the sigmoid or tanh function is usually chosen.
# C6.3: The sigmoid activation function of logistic regression can be regarded as the perceptron in a neuron, and a deep neural network contains several perceptrons.
# C6.4: The deep neural network (DNN) is a general class, in which the CNN is a typical network deep in space and the RNN is deep in time.
# C6.5: The input layer of a neural network does not really count as a layer, because it has no neurons.
# C6.6: For a multi-label classification task, the output layer of a neural network can use softmax to output a probability distribution.
# C6.7: The hidden layers of a neural network perform feature extraction and so replace the feature engineering of traditional machine learning.
# C6.8: The sigmoid function used in logistic regression is a two-class case of softmax.
# C6.30: A loss function must reflect the (assumed) ground truth of its field of application and must have reasonable gradients so that it can be solved.
# C6.31: Log loss, that is, log-likelihood loss, is also called logistic loss or cross-entropy loss.
# C6.35: The output layer after a CNN uses cross-entropy for regression problems.
# C6.36: The output unit is linear for regression, sigmoid for binary classification, and softmax for multiclass classification.
# C6.42: A single-layer neural network can fit only linear functions, which is why it cannot solve the XOR problem.
# C6.53: We may hope that each layer of a digit-recognition network extracts parts or edges of digits, but in fact we do not know how it works.
# C6.54: Deep learning does not need much feature transformation; image recognition, for example, can be trained directly on pixels.
# C6.55: Choosing a neural network model requires defining a function set that contains a good function.
# C6.56: Parallel computation, for example on a GPU, can accelerate the matrix operations of a neural network.
# C6.58: A deep neural network can be nonlinear because it has activation functions.
# C6.59: Deep learning has two kinds of parameters: one selects a function from a large class (the hidden layers), and the other is that function's own parameters w.
# C6.60: A simple feedforward neural network solves the XOR problem.
# C6.61: Log loss can be used to evaluate the probability outputs of a classifier.
# C6.62: A neuron is a container for a number, its activation, and the whole neural network is a function.
# C6.64: The output of a handwritten-digit network is a one-hot vector, with 1 at the index of the digit and 0 elsewhere.
# C6.66: In a shallow neural network, the step from one layer to the next is one perceptron.
# C6.67: If the mapping that a perceptron (neuron) is to fit is not linear, nonlinear functions must be added to the fit.
# -->

# %% tags=["hide-input"] jupyter={"source_hidden": true}
import numpy as np
from dlnotes import datasets, losses, optim
from dlnotes import functional as F
from dlnotes.claims import recap
from dlnotes.explore import show
from dlnotes.network import Layer, Parameter, Sequential
from dlnotes.plotting import bars_with_numbers

ACTIVATIONS = {"sigmoid": F.sigmoid, "tanh": F.tanh, "ReLU": F.relu}

# %% [markdown]
# (sec-6a-xor)=
# ## The smallest task that needs a hidden layer
#
# (q6-3)=
# :::{admonition} Question 6.3 · How are the parameters of a feedforward neural network, such as one that solves XOR, trained?
# :class: question
# By [backpropagation](06b_backpropagation.ipynb) and steps against the gradient; but XOR shows what the recipe does not promise. The loss is not convex, so the outcome depends on where one starts, on the activation, and on the number of hidden units; the choice between squared error and cross-entropy matters little here. How often does it succeed? Run two hundred random starts of each and count.
# :::
#
# Because the library's functions take leading axes, two hundred networks train as one: `W` of shape (200, 2, 4) instead of (2, 4).
#
# :::{admonition} Predict
# :class: predict
# With four hidden units, which of sigmoid, tanh and ReLU fails most often? And how many of two hundred networks succeed if all their weights start at one half?
# :::


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def xor_networks(activation, loss, starts=200, hidden=4, steps=400, symmetric=False):
    """Which of many random starts solve XOR, and which have a hidden unit that is dead at the end."""
    rng = np.random.default_rng(0)
    x, y = datasets.xor()
    target = np.broadcast_to(y[:, None].astype(float), (starts, 4, 1))
    shapes = ((starts, 2, hidden), (starts, hidden), (starts, hidden, 1), (starts, 1))
    W1, b1, W2, b2 = (
        Parameter(np.full(s, 0.5) if symmetric else rng.standard_normal(s))
        for s in shapes
    )
    output = F.sigmoid if loss is losses.squared_error else F.identity
    body = Sequential(Layer(F.linear, W1, b1), activation)
    net = Sequential(body, Layer(F.linear, W2, b2), output)
    optimizer = optim.Adam(net.parameters(), 0.05)
    for _ in range(steps):
        optimizer.zero_grad()
        prediction, backward_net = net.forward(x, training=True)
        backward_net(loss(prediction, target)[1](np.ones(starts)))
        optimizer.step()
    right = (net(x) > (0.5 if output is F.sigmoid else 0.0)) == (target == 1)
    return right.all(axis=(-2, -1)), (body(x) == 0).all(axis=-2).any(axis=-1)


CE, SE = losses.binary_cross_entropy, losses.squared_error
solved = {
    (name, hidden): xor_networks(activation, CE, hidden=hidden)[0].mean()
    for name, activation in ACTIVATIONS.items()
    for hidden in (2, 4, 8)
}
by_squared_error = {
    name: xor_networks(f, SE)[0].mean() for name, f in ACTIVATIONS.items()
}
relu_solved, relu_dead = xor_networks(F.relu, CE)
symmetric = xor_networks(F.tanh, CE, symmetric=True)[0].mean()
for name, share in by_squared_error.items():
    print(
        f"{name:8s} 4 units: cross-entropy {solved[name, 4]:4.0%}, squared error {share:4.0%}"
    )
print(
    f"ReLU, 4 units: a dead unit in {relu_dead[~relu_solved].mean():.0%} of the failures and {relu_dead[relu_solved].mean():.0%} of the successes"
)
print(f"all weights equal at the start: {symmetric:.0%}")
assert (
    symmetric == 0
    and solved["ReLU", 4] < solved["sigmoid", 4]
    and solved["ReLU", 8] > 0.9
)
assert all(
    abs(share - solved[name, 4]) < 0.1 for name, share in by_squared_error.items()
)


def draw_xor(ax):
    bars = {f"{name}, {hidden} units": v for (name, hidden), v in solved.items()}
    bars_with_numbers(ax, bars, form="{:.0%}")
    ax.set(xlabel="share of 200 starts that solve XOR", xlim=(0, 1.12))
    ax.set_title("The start decides, and so do the choices")
    shares = "; ".join(f"{name} {share:.0%}" for name, share in bars.items())
    return f"After 400 steps with the cross-entropy: {shares}."


show(draw_xor, figsize=(5.5, 4.4))

# %% [markdown]
# Two hidden units are enough for XOR, and with two the start decides. The ReLU fails more often than the others: a unit that is negative on all four points passes no gradient and is lost for good. The printed shares say that this is only half of an explanation: nearly every failure has such a dead unit, but so do most of the successes, because two living units are enough. With eight units there are spares.
#
# The last printed line is another classic failure. Equal weights receive equal gradients, so equal units stay equal forever: four hidden units do the work of one, and one cannot do XOR. Random starts are there to break the symmetry. (Starting everything at zero is worse still. With tanh the hidden units answer zero and the weights above them are zero, so no weight gets a gradient; and the balanced targets of XOR leave none for the bias of the output.)

# %% [markdown]
# **What became of the claims of the notes:**

# %% tags=["hide-input"] jupyter={"source_hidden": true}
recap()
