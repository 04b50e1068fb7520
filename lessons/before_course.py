# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Before the course: twelve questions
#
# **You need:** nothing.<br>
# **Time:** 8 minutes.
#
# These questions show you what you will learn. Answer by guess, or say that you don't know: nobody
# is expected to know this, and nothing about you is kept.
#
# Each takes one answer. You hear whether it is right and which lesson is about it, but not what *is*
# right: the lessons let you find that out. The same twelve ideas come again
# [after the course](after_course.ipynb).

# %%
from tlskit import show

show.course_test("before")

# %% [markdown]
# Note how many were right, if you like; the page forgets it when you close it.
#
# **Next:** [00 · The first handshake](00_first_handshake.ipynb), or first
# [before you start](0x_before_you_start.ipynb), if hash and signature are only words to you.
