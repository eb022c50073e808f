"""The workbench: a local web page and a JSON API around a tagger.

``app`` holds the API, ``guard`` what a request must pass before it, ``server`` the socket it listens on, and
``static/`` the page. Needs the extra ``serve``.
"""
