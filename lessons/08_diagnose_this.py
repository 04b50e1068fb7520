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
# # Diagnose this handshake · after lesson 08
#
# **You need:** lessons 01 to 08; [how to read a trace](05_diagnose_this.ipynb).<br>
# **Time:** 10 minutes.<br>
# **RFC sections:** those of the lessons; in each case you pick one.
#
# Three more handshakes that failed, each because of one thing. This time keys, records and Finished
# are among what can break, so the lower half of the table matters: what both sides have derived.

# %% [markdown]
# ## Two alerts, told apart
#
# Both come at the first protected record, and they say quite different things (RFC 5246 §7.2.2):
#
# - `bad_record_mac`: the record did not open. Either the keys differ, and then some value before
#   them does; or the keys are the same, and the record was made wrongly or changed on the way.
# - `decrypt_error`: it did open, so the keys are the same, and verify_data did not fit. Either it
#   was made wrongly, or the two sides saw other messages.

# %%
from tlskit import show
from tlskit.labs.diagnosis import deck

cases = deck(8, upto="08")

# %% [markdown]
# ## Case 1
#
# This one ends early. What can the server do with what it was offered?

# %%
show.case(cases[0])

# %%
show.diagnose(cases[:1], traced=False)

# %% [markdown]
# ## Case 2
#
# Everything that is derived agrees. And yet Finished is refused.

# %%
show.case(cases[1])

# %%
show.diagnose(cases[1:2], traced=False)

# %% [markdown]
# ## Case 3
#
# Finished again, at the same place in the ladder. Which alert is it this time?

# %%
show.case(cases[2])

# %%
show.diagnose(cases[2:3], traced=False)

# %% [markdown]
# ## Another seed
#
# Other breaks, other randoms, often another suite.

# %%
seed = 3  # any number
show.diagnose(deck(seed, upto="08"))

# %% [markdown]
# ## What we did
#
# - We told a record that does not open from a Finished that does not fit.
# - We went down the derivation, from pre-master secret to keys, to the first value that differed.
# - We found a change on the way by what both sides had seen, not by where it came out.
#
# **Next:** [09 · Application data](09_application_data.ipynb). The
# [last deck](10_diagnose_this.ipynb) comes after lesson 10.
