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
# # Diagnose this handshake · after lesson 10
#
# **You need:** all ten lessons; [how to read a trace](05_diagnose_this.ipynb).<br>
# **Time:** 10 minutes.<br>
# **RFC sections:** those of the lessons; in each case you pick one.
#
# The last deck, with application data and resumption among what can break. All three cases end with
# the same complaint, `bad_record_mac`, and no two of them for the same reason.

# %% [markdown]
# ## The alert that says the least
#
# `bad_record_mac` must be the answer to every record that does not open, whatever is wrong with it
# (RFC 5246 §7.2.2): an attacker who could tell the reasons apart would learn from them. So you
# can't tell them apart by the alert, either. What is left is the table, and the place in the ladder
# at which it happens.

# %%
from tlskit import show
from tlskit.labs.diagnosis import deck

cases = deck(9, upto="10")

# %% [markdown]
# ## Case 1
#
# A short ladder. Where does the master secret of such a handshake come from?

# %%
show.case(cases[0])

# %%
show.diagnose(cases[:1], traced=False)

# %% [markdown]
# ## Case 2
#
# A long ladder. One Finished was taken and the other one was not.

# %%
show.case(cases[1])

# %%
show.diagnose(cases[1:2], traced=False)

# %% [markdown]
# ## Case 3
#
# Both Finished were taken. Read what each side got to read.

# %%
show.case(cases[2])

# %%
show.diagnose(cases[2:3], traced=False)

# %% [markdown]
# ## Another seed
#
# Other breaks, other randoms, often another suite.

# %%
seed = 4  # any number
show.diagnose(deck(seed, upto="10"))

# %% [markdown]
# ## What we did
#
# - We found three causes behind one alert, by what both sides held and by where it came.
# - We met a session whose secret was not the same on both sides, and a record that was made wrongly
#   though its keys were right.
# - We saw what is noticed late: a record that is missing shows only when the next one comes.
#
# **Next:** the [map of lessons](index.ipynb).
