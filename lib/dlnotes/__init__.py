"""The small NumPy library of *Deep Learning Notes, Put to the Test*.

One idea carries it: every function returns its value and the function that sends gradients back.

    y, backward = functional.linear(x, W, b)
    dx, dW, db = backward(dy)

Chapter 6b derives the idea; `functional` and `losses` are its tables, `layers` and `optim` the thin
shell that trains networks with it, `gradcheck` the instrument that tests it all.
"""

__version__ = "0.1.0"
