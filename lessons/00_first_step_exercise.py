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
from tlskit.tls12.key_schedule import PRF

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
# </details>
# <details><summary>Hint 2: the shape</summary>
#
# One call of `prf` with four arguments is enough. The formula's arguments come in the same order
# as those of `prf`.
# </details>
# <details><summary>Hint 3: the first line</summary>
#
# `seed = client_random + ...`
# </details>


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
checks.master_secret(my_master_secret)

# %% [markdown]
# ## What does OpenSSL say?
#
# Now your function stands inside our client, in place of ours, and OpenSSL's server is on the
# other side.

# %%
live = checks.against_openssl("master_secret", my_master_secret)
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
# You might expect `bad_record_mac`. But a formula that is never called can't do any harm: OpenSSL
# accepted the handshake, whose master secret came from the session hash (RFC 7627 §4), and a
# handshake that "works" proved nothing about the function. That is why it was off above.
#
# **Back to** [lesson 00](../../notebooks/00_first_handshake.ipynb).
