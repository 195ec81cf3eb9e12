"""The small NumPy library of *Deep Learning Notes, Put to the Test*.

One idea carries it: every function returns its value and the function that sends gradients back.

    y, backward = functional.linear(x, W, b)
    dx, dW, db = backward(dy)

Chapter 6b derives the idea. What lies where, in the order in which it is built:

    arrays              types, Constant, the adjoint of broadcasting
    kinds, arguments    what an argument can be; how a function declares what it takes
    activations         elementwise bends
    windows, conv, pooling, normalization, recurrent      functions for images, signals, sequences
    functional          linear maps, softmax, dropout and, under one name F, all of the above
    losses              functions that end in one number for a batch
    init, network, layers, recurrent_layers      initial weights; Parameter, Layer, combining and saving; the layers
    schedules, optim, training      learning rates, optimizers, the loop
    signals             how large a signal is in each layer of a random network
    gradcheck           is a gradient right?
    datasets, decomposition, metrics      data, PCA and scaling, how good is a classifier
    neighbors, linear_models, trees, margins, clusters      classical algorithms
    experiments         methods that compete on equal terms
    plotting, explore, claims, cards, exercises      the book: figures, sliders, verdicts and their looks, checks of answers

Arrows point upward only: mathematics imports NumPy and what stands above it, never the book's part.
"""

__version__ = "0.1.0"
