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
# # Capstone · A TLS 1.2 client of your own
#
# **You need:** exercise 00, lessons 04 to 08, and what you wrote there.<br>
# **Time:** 60 minutes.<br>
# **RFC sections:** 5246 §5, §6.3, §7.4.7.1, §7.4.9, §8.1; 7627 §4; 8422 §5.4.
#
# Eight formulae make the difference between a pile of messages and a connection. You have written
# most of them. Here they come together in one client and one server, and OpenSSL tries them in ten
# handshakes. What is missing is ours, until you write it.

# %%
from tlskit import checks, show
from tlskit.checks import lesson_04, lesson_05, lesson_06, lesson_08
from tlskit.labs import capstone
from tlskit.predictions import reveal
from tlskit.tasks import attempt, written
from tlskit.tls12.key_schedule import hmac

# %% [markdown]
# ## Bring your own
#
# Write each anew, from memory if you can; copy it from your lesson if you can't. The check below
# each knows the usual mistakes.
#
# First the PRF, loop and all: `hmac(hash_name, key, content)` is there (lesson 06, RFC 5246 §5). All
# that goes in is bytes, the label too, but for the hash's name and the length.


# %% tags=["task"]
def my_prf(hash_name, secret, label, seed, length):
    ### BEGIN SOLUTION
    a = seed = label + seed
    output = b""
    while len(output) < length:
        a = hmac(hash_name, secret, a)
        output += hmac(hash_name, secret, a + seed)
    return output[:length]
    ### END SOLUTION


# %%
lesson_06.prf(my_prf)

# %% [markdown]
# The two ways to a master secret (exercise 00; RFC 5246 §8.1, RFC 7627 §4). In both, `prf(secret,
# label, seed, length)` is handed in. The second you have only seen: its label is `extended master
# secret`, its seed is the session hash, and there are no randoms in it.


# %% tags=["task"]
def my_master_secret(prf, pre_master_secret, client_random, server_random):
    ### BEGIN SOLUTION
    return prf(pre_master_secret, b"master secret", client_random + server_random, 48)
    ### END SOLUTION


# %%
checks.master_secret(my_master_secret)


# %% tags=["task"]
def my_extended_master_secret(prf, pre_master_secret, session_hash):
    ### BEGIN SOLUTION
    return prf(pre_master_secret, b"extended master secret", session_hash, 48)
    ### END SOLUTION


# %% [markdown]
# There is no check for this one. OpenSSL will be the first to tell you.
#
# From master secret to keys (lesson 06, RFC 5246 §6.3). Mind the order of the randoms. The partition
# was lesson 06's stretch: a dictionary of six names, `client_write_MAC_key`, `server_write_MAC_key`,
# then both `…_write_key` and both `…_write_IV`. Its sizes are `suite.mac_key_length`,
# `suite.enc_key_length` and `suite.fixed_iv_length`; a part of no bytes is there all the same.


# %% tags=["task"]
def my_key_block(prf, master_secret, server_random, client_random, length):
    ### BEGIN SOLUTION
    return prf(master_secret, b"key expansion", server_random + client_random, length)
    ### END SOLUTION


# %%
lesson_06.key_block(my_key_block)


# %% tags=["task"]
def my_partition(suite, key_block):
    ### BEGIN SOLUTION
    sizes = (suite.mac_key_length, suite.enc_key_length, suite.fixed_iv_length)
    parts, at = {}, 0
    for kind, size in zip(("MAC_key", "key", "IV"), sizes, strict=True):
        for side in ("client", "server"):
            parts[f"{side}_write_{kind}"] = key_block[at : at + size]
            at += size
    return parts
    ### END SOLUTION


# %%
lesson_06.partition(my_partition)

# %% [markdown]
# What the server signs (lesson 04, RFC 8422 §5.4), and what Finished holds (lesson 08, RFC 5246
# §7.4.9).


# %% tags=["task"]
def my_params_to_sign(client_random, server_random, params):
    ### BEGIN SOLUTION
    return client_random + server_random + params
    ### END SOLUTION


# %%
lesson_04.params_to_sign(my_params_to_sign)


# %% tags=["task"]
def my_verify_data(prf, master_secret, label, handshake_hash):
    ### BEGIN SOLUTION
    return prf(master_secret, label, handshake_hash, 12)
    ### END SOLUTION


# %%
lesson_08.verify_data(my_verify_data)

# %% [markdown]
# And the one that must never tell (lesson 05, RFC 5246 §7.4.7.1). A library may do the padding here:
# `private_key.decrypt(encrypted, PKCS1v15())` raises `ValueError` for a bad one, or returns made-up
# bytes. Either way the server goes on: with `client_version` (a number, two bytes on the wire) and the
# 46 random bytes `instead`.

# %%
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15


# %% tags=["task"]
def my_decrypt(private_key, encrypted, client_version, instead):
    ### BEGIN SOLUTION
    version = client_version.to_bytes(2, "big")
    try:
        content = private_key.decrypt(encrypted, PKCS1v15())
    except ValueError:
        content = b""
    right = len(content) == 48 and content[:2] == version
    return content if right else version + instead
    ### END SOLUTION


# %%
lesson_05.decryption(my_decrypt)

# %% [markdown]
# ## Put together
#
# This cell takes what is written and leaves out what is not.

# %%
all_mine = {
    "prf": my_prf,
    "master_secret": my_master_secret,
    "extended_master_secret": my_extended_master_secret,
    "key_block": my_key_block,
    "partition": my_partition,
    "server_ecdh_params_to_sign": my_params_to_sign,
    "decrypt_pre_master_secret": my_decrypt,
    "verify_data": my_verify_data,
}
mine = {name: formula for name, formula in all_mine.items() if written(formula)}
show.table(("formula", "lesson", "whose"), capstone.shares(mine))

# %% [markdown]
# ## Ten handshakes with OpenSSL
#
# Five suites, with SHA-256 and SHA-384, with ECDHE and RSA, with GCM, ChaCha20 and CBC; each once as
# client and once as server.
#
# **Question.** Each side computes what it needs. Which of the eight does no *client* ever call, with
# whatever suite?

# %% tags=["prediction"]
server_only = "decrypt_pre_master_secret"  ### PREDICT: its name, as in the table above?

# %%
reveal(
    server_only,
    lambda: capstone.never_called("client"),
    {
        "server_ecdh_params_to_sign": "The client puts the same bytes together, to check the "
        "signature over them.",
        "verify_data": "Each side makes one, and checks the other's.",
        "partition": "Both sides cut the key block, and each needs the other's keys to read.",
        "key_block": "Both sides make it: each needs the other's keys to read.",
    },
)

# %% [markdown]
# Now yours:

# %%
results = attempt(lambda: capstone.trials(mine))
HEAD = ("our role", "suite", "extended", "outcome", "of yours, called")
attempt(lambda: show.table(HEAD, capstone.summary(results)), results)

# %% [markdown]
# A handshake proves something about a formula only if it was called. Was each of yours?

# %%
attempt(lambda: capstone.coverage(mine, results), results)

# %% [markdown]
# ## A page over a socket
#
# The last judge is no handshake but a use: your formulae in a client that fetches a page from
# Python's own HTTPS server, over a real socket on your machine.

# %%
attempt(lambda: capstone.page_fetched(mine).decode())

# %% [markdown]
# ## One that failed?
#
# Look at its ladder (0 is the first row of the table), and at the table *alert and likely bug* in
# `docs/workshop.md`. Then spoil a formula on purpose, and predict each row before you run it again.

# %%
attempt(lambda: show.ladder(results[0].calls, capstone.ORDER), results)

# %% [markdown]
# ## What you did
#
# - You wrote what TLS 1.2 computes, from HMAC upwards; a library did HMAC, AES, RSA and curves.
# - A program that you did not write agreed, in both roles, under five suites.
#
# **Stretch ★★★** Records are still ours. Replace `protect` as in
# [lesson 07](07_record_protection.ipynb)'s stretch, and then `unprotect`.
#
# **Back to** the [index](index.ipynb).
