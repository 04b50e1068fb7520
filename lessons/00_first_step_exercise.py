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
# # Exercise 00 · The first step ★
#
# **You need:** [lesson 00](../../notebooks/00_first_handshake.ipynb).<br>
# **Time:** 15 minutes.<br>
# **RFC section:** 5246 §8.1.
#
# You will write one formula of the handshake, and it will run inside a client that shakes hands
# with OpenSSL.

# %%
from tlskit import checks, show
from tlskit.exercises import exercise, points
from tlskit.tls12.key_schedule import PRF

this = exercise("00_first_step")

# %% [markdown]
# ## The formula
#
# The RFC writes it like this:
#
#     master_secret = PRF(pre_master_secret, "master secret",
#                         ClientHello.random + ServerHello.random)[0..47];
#
# `+` puts bytes one after the other; `[0..47]` means the first 48 bytes. The PRF is handed to you
# as a function, `prf(secret, label, seed, length)`: it knows the suite's hash, and returns `length`
# bytes. A label is bytes, as `b"some label"`.

# %% [markdown]
# <details><summary>Hint 1: where to look</summary>
#
# In lesson 00, the second plot of the key derivation: which three values go into the master
# secret?
#
# <details><summary>Hint 2: the shape</summary>
#
# One call of `prf` with four arguments is enough. The formula's arguments come in the same order
# as those of `prf`.
#
# <details><summary>Hint 3: the first line</summary>
#
# `seed = client_random + ...`
#
# </details></details></details>


# %% tags=["solution"]
def my_master_secret(
    prf: PRF, pre_master_secret: bytes, client_random: bytes, server_random: bytes
) -> bytes:
    """Return the 48-byte master secret (RFC 5246 §8.1)."""
    ### BEGIN SOLUTION
    seed = client_random + server_random
    return prf(pre_master_secret, b"master secret", seed, 48)
    ### END SOLUTION


# %% [markdown]
# ## Is it right?
#
# The check calls your function for two suites. If something is wrong, it names the mistake.

# %%
report = this.check("my_master_secret")
report

# %% grade="my_master_secret" points=4
points(report)

# %% [markdown]
# ## What does OpenSSL say?
#
# Now your function stands inside our client, in place of ours, and OpenSSL's server is on the
# other side.

# %%
live = this.live("my_master_secret")
live

# %%
show.ladder(live.calls, live.order)

# %% [markdown]
# ## One more question
#
# That handshake ran without extended master secret. **Predict:** with it switched on, and a
# function that returns 48 zeros, what will OpenSSL say?


# %%
def all_zeros(prf, pre_master_secret, client_random, server_random):
    return bytes(48)


checks.against_openssl("master_secret", all_zeros, extended_master_secret=True)

# %% [markdown]
# <details><summary>After you predicted</summary>
#
# You might expect `bad_record_mac`. But a formula that is never called can't do any harm: OpenSSL
# accepted the handshake, whose master secret came from the session hash (RFC 7627 §4), and a
# handshake that "works" proved nothing about the function. That is why it was off above.
#
# </details>
#
# ## Which rule?
#
# Why do both randoms go into the master secret? Return the letter.
#
# - **a** Without them it would be shorter than 48 bytes.
# - **b** They are secret, so they add to what an eavesdropper has to guess.
# - **c** Each side adds something new, so that no two connections have the same keys.
# - **d** They tell the PRF which hash the suite has.


# %% tags=["solution"]
def why_both_randoms() -> str:
    """Return "a", "b", "c" or "d"."""
    ### BEGIN SOLUTION
    return "c"
    ### END SOLUTION


# %%
report = this.check("why_both_randoms")
report

# %% grade="why_both_randoms" points=1
points(report)

# %% [markdown]
# ## In your own words
#
# A friend says: the master secret is the key that encrypts the data. What would you tell her?

# %% [markdown] explain="explain-master-secret" points=2
# No record is ever encrypted with it. It is the secret from which the key block is made, and the key
# block is cut into the keys that encrypt: one for each direction, and an IV for each.
#
# **What to look for.** 1 point: the keys that encrypt are made of it by a further step (key
# expansion, key block). 1 point: something that one key could not do, as that each direction has its
# own, or that both Finished are made of it too.

# %% [markdown]
# Suppose the master secret were made without the randoms. A server gets the same encrypted
# pre-master secret twice: yesterday from you, and today from somebody who recorded you. What goes
# wrong?

# %% [markdown] explain="explain-replay" points=2
# Yesterday's messages would give yesterday's keys, so the recorded records would open again: a
# replay. With the server's random in the formula, the server's keys of today are others, whatever is
# sent to it, and the first record of the recording does not open.
#
# **What to look for.** 1 point: without the randoms the same secret means the same keys. 1 point: it
# is the server's own, fresh random that stops it.

# %% [markdown]
# **Back to** [lesson 00](../../notebooks/00_first_handshake.ipynb).
