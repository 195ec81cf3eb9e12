"""What `make` does: the environment, the notebooks, the site, the tests, and JupyterLab."""
