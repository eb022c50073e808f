"""Active learning: which pages to correct next, marked by a model, and training from the corrections."""
