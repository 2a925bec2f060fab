"""Benchmarks: how fast the pages are beside bare Flask, and whether they stay so as a site grows.

``python -m bench`` builds its sites once under ``var/bench``, measures, prints one table and keeps
it in ``docs/performance.md``. Nothing here is a test: a figure that is missed fails nothing.
"""
