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
# # Diagnose this handshake · after lesson 05
#
# **You need:** lessons 01 to 05, or as many of them as you have done.<br>
# **Time:** 10 minutes.<br>
# **RFC sections:** those of the lessons; in each case you pick one.
#
# Three handshakes failed, each because of one thing: a formula or a step that is wrong on one side,
# a wrong setting, or something that happened on the way. You get what an engineer gets, a trace and
# an alert, and say which step broke and which section says how it should have been.

# %% [markdown]
# ## How to read a trace
#
# 1. **Who sent the alert, and directly under which message?** What that side took before was good
#    enough for it.
# 2. **What did each side take?** A message can be sent and never arrive.
# 3. **Go down the table: where do the two sides first differ?** What differs further down follows
#    from that.
#
# The alert names a kind of complaint (RFC 5246 §7.2.2) and not a cause: `decrypt_error` is a
# signature or a Finished that does not fit, `bad_record_mac` any record that does not open,
# `illegal_parameter` a field that is out of range or contradicts another one.

# %%
from tlskit import show
from tlskit.labs.diagnosis import deck

cases = deck(1, upto="05")

# %% [markdown]
# ## Case 1
#
# This server has worked for years. Since this morning our client does not want to talk to it.

# %%
show.case(cases[0])

# %%
show.diagnose(cases[:1], traced=False)

# %% [markdown]
# ## Case 2
#
# Another day, another alert. The host asked for is the one that somebody typed into the browser.

# %%
show.case(cases[1])

# %%
show.diagnose(cases[1:2], traced=False)

# %% [markdown]
# ## Case 3
#
# Here the alert comes late. Don't look at where it stands alone: start at the top of the table.

# %%
show.case(cases[2])

# %%
show.diagnose(cases[2:3], traced=False)

# %% [markdown]
# ## Another seed
#
# Each number makes another deck: other breaks, other randoms, often another suite. Change it as
# often as you like; nothing is counted.

# %%
seed = 2  # any number
show.diagnose(deck(seed, upto="05"))

# %% [markdown]
# ## What we did
#
# - We read where the alert stood, who had taken what, and where the two sides first differed.
# - We saw that an alert names a complaint: the cause may lie several messages earlier.
# - We named the step and the section, as one does in a bug report.
#
# **Next:** [06 · Key generation](06_key_generation.ipynb). After lesson 08 there is
# [another deck](08_diagnose_this.ipynb).
