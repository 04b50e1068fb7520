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
# # After the course: twelve questions
#
# **You need:** [lessons 00](00_first_handshake.ipynb) to [10](10_resumption.ipynb).<br>
# **Time:** 10 minutes.
#
# The same twelve ideas as [before the course](before_course.ipynb), now in the RFC's words and in
# bytes. Each question takes one answer; then you see why it is right or not, and below the last one
# how it stands, with the lesson to read again for each idea. Nothing about you is kept.

# %%
from tlskit import show

show.course_test("after")

# %% [markdown]
# An idea that went wrong? Its lesson is in the [list](index.ipynb); do its predictions once more.
#
# **Next:** [the capstone](capstone.ipynb), a client of your own.
