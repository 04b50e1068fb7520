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
# # Exercise 06 · Key generation ★★
#
# **You need:** [lesson 06](../../notebooks/06_key_generation.ipynb). If you wrote
# [exercise 00](../00_first_step/00_first_step.ipynb), your function of there is used here, too.<br>
# **Time:** 60 minutes.<br>
# **RFC sections:** 5246 §5, §6.3, App. C; 7627 §3, §4; 5288 §3; 7905 §2.
#
# You will write all that stands between the pre-master secret and the keys, with nothing but HMAC
# and a hash from Python's own library. At the end every key of a handshake with OpenSSL is yours.

# %%
import hashlib
import hmac
from collections.abc import Callable

from tlskit import show
from tlskit.exercises import exercise, points
from tlskit.exercises.brought import brought
from tlskit.tls12.key_schedule import PRF

this = exercise("06_key_generation")
my_master_secret = brought("my_master_secret")

# %% [markdown]
# ## 1 · The chain ★ (worked)
#
# P_hash is driven by a chain of values A (RFC 5246 §5):
#
#     A(0) = seed
#     A(i) = HMAC_hash(secret, A(i-1))
#
# In Python HMAC is one call, `hmac.digest(key, content, hash_name)`, where the hash's name is text,
# `"sha256"` or `"sha384"`. Here is the chain as far as A(rounds).


# %%
def chain(hash_name: str, secret: bytes, seed: bytes, rounds: int) -> list[bytes]:
    """Return A(1), A(2), and so on (RFC 5246 §5)."""
    a, found = seed, []
    for _ in range(rounds):
        a = hmac.digest(secret, a, hash_name)
        found.append(a)
    return found


# %%
[a.hex() for a in chain("sha256", b"the secret", b"the seed", 3)]

# %% [markdown]
# None of these goes out. P_hash makes one block from each A, with one more HMAC:
#
#     P_hash(secret, seed) = HMAC_hash(secret, A(1) + seed) +
#                            HMAC_hash(secret, A(2) + seed) +
#                            HMAC_hash(secret, A(3) + seed) + ...
#
# How many calls of HMAC with SHA-256 do 100 bytes of output take?
#
# - **a** 4
# - **b** 9
# - **c** 8
# - **d** 100


# %% tags=["solution"]
def how_many_hmacs() -> str:
    """Return "a", "b", "c" or "d"."""
    ### BEGIN SOLUTION
    return "c"
    ### END SOLUTION


# %%
report = this.check("how_many_hmacs")
report

# %% grade="how_many_hmacs" points=1
points(report)

# %% [markdown]
# ## 2 · P_hash ★ (two lines missing)
#
# The loop is there. Its two lines are yours: one moves the chain on, one adds a block.
#
# <details><summary>Hint 1: where to look</summary>
#
# In lesson 06, step through the rounds: which of the two columns goes out?
#
# <details><summary>Hint 2: the shape</summary>
#
# Both lines call `hmac.digest` with the same key. Only one of them knows the seed.
#
# <details><summary>Hint 3: the first line</summary>
#
# The first is the line that you find in `chain`.
#
# </details></details></details>


# %% tags=["solution"]
def my_p_hash(hash_name: str, secret: bytes, seed: bytes, length: int) -> bytes:
    """Return `length` bytes made from a secret and a seed (RFC 5246 §5)."""
    a, output = seed, b""
    while len(output) < length:
        ### BEGIN SOLUTION
        a = hmac.digest(secret, a, hash_name)
        output += hmac.digest(secret, a + seed, hash_name)
        ### END SOLUTION
    return output[:length]


# %%
report = this.check("my_p_hash")
report

# %% grade="my_p_hash" points=4
points(report)

# %% [markdown]
# Live: in these handshakes your P_hash makes the master secret, the key block and both Finished.

# %%
live = this.live("my_p_hash")
live

# %%
show.ladder(live.calls, live.order)

# %% [markdown]
# ## 3 · The PRF of a suite ★★
#
#     PRF(secret, label, seed) = P_<hash>(secret, label + seed)
#
# Which hash? RFC 5246 §5 gives one to all of its own suites and to older ones; newer suites may name
# another (RFC 5289 §3). A suite's name comes as text, as `TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA`. All
# suites here end in `SHA`, `SHA256` or `SHA384`.
#
# `p_hash(hash_name, secret, seed, length)` is handed to you, so this does not need task 2. A label is
# bytes.

# %% [markdown]
# <details><summary>Hint 1: where to look</summary>
#
# RFC 5246 §5 says before its formulae which hash its suites take, and after them what of a label is
# included. In lesson 06: *Which hash?*
#
# <details><summary>Hint 2: the shape</summary>
#
# Two lines: the first decides between two hashes by how the suite's name ends, the second calls
# `p_hash`.
#
# <details><summary>Hint 3: the first line</summary>
#
# `hash_name = "..." if suite.endswith("...") else "..."`
#
# </details></details></details>


# %% tags=["solution"]
def my_prf(
    p_hash: Callable[..., bytes], suite: str, secret: bytes, label: bytes, seed: bytes, length: int
) -> bytes:
    """Return `length` bytes of this suite's PRF (RFC 5246 §5)."""
    ### BEGIN SOLUTION
    hash_name = "sha384" if suite.endswith("SHA384") else "sha256"
    return p_hash(hash_name, secret, label + seed, length)
    ### END SOLUTION


# %%
report = this.check("my_prf")
report

# %% grade="my_prf" points=4
points(report)

# %%
live = this.live("my_prf")
live

# %%
show.ladder(live.calls, live.order)

# %% [markdown]
# What is the label in the PRF for?
#
# - **a** It is a second secret.
# - **b** It keeps apart what is made of one secret: none of the results says anything of another.
# - **c** It says how many bytes are wanted.
# - **d** It names the suite's hash.


# %% tags=["solution"]
def why_a_label() -> str:
    """Return "a", "b", "c" or "d"."""
    ### BEGIN SOLUTION
    return "b"
    ### END SOLUTION


# %%
report = this.check("why_a_label")
report

# %% grade="why_a_label" points=1
points(report)

# %% [markdown]
# ## 4 · The extended master secret ★★
#
#     master_secret = PRF(pre_master_secret, "extended master secret",
#                         session_hash)
#                         [0..47];
#
# That is RFC 7627 §4; what the session hash covers is in §3. `messages` is a list of a handshake's
# messages in the order in which they went by, each with its header, *both Finished too*. A message's
# first byte is its type: ClientHello is 1, ClientKeyExchange 16, CertificateVerify 15, Finished 20.
#
# `prf(secret, label, seed, length)` is the suite's PRF, `hash_name` the name of its hash.

# %% [markdown]
# <details><summary>Hint 1: where to look</summary>
#
# RFC 7627 §3, first sentence: from which message to which? With or without headers?
#
# <details><summary>Hint 2: the shape</summary>
#
# Collect messages until you have met a certain one, and take that one along. Join them, hash them,
# ask the PRF once.
#
# <details><summary>Hint 3: the first line</summary>
#
# `types = [message[0] for message in messages]`
#
# </details></details></details>


# %% tags=["solution"]
def my_extended_master_secret(
    prf: PRF, hash_name: str, pre_master_secret: bytes, messages: list[bytes]
) -> bytes:
    """Return the 48-byte master secret (RFC 7627 §4)."""
    ### BEGIN SOLUTION
    types = [message[0] for message in messages]
    covered = b"".join(messages[: types.index(16) + 1])
    session_hash = hashlib.new(hash_name, covered).digest()
    return prf(pre_master_secret, b"extended master secret", session_hash, 48)
    ### END SOLUTION


# %%
report = this.check("my_extended_master_secret")
report

# %% grade="my_extended_master_secret" points=4
points(report)

# %%
live = this.live("my_extended_master_secret")
live

# %%
show.ladder(live.calls, live.order)

# %% [markdown]
# Two connections with the same pre-master secret and the same two randoms, but another server's
# certificate: somebody in the middle can arrange that. What does the session hash change?
#
# - **a** The certificate is in it, so the two master secrets differ.
# - **b** The master secret is longer.
# - **c** The hash is known to both ends only.
# - **d** A stronger hash is used.


# %% tags=["solution"]
def why_the_session_hash() -> str:
    """Return "a", "b", "c" or "d"."""
    ### BEGIN SOLUTION
    return "a"
    ### END SOLUTION


# %%
report = this.check("why_the_session_hash")
report

# %% grade="why_the_session_hash" points=1
points(report)

# %% [markdown]
# ## 5 · The key block ★
#
#     key_block = PRF(SecurityParameters.master_secret,
#                     "key expansion",
#                     SecurityParameters.server_random +
#                     SecurityParameters.client_random);
#
# RFC 5246 §6.3. It always takes the randoms, also after an extended master secret.
#
# <details><summary>Hint 1: where to look</summary>
#
# In exercise 00 you wrote a formula of the same kind. Compare the two, word by word.
#
# <details><summary>Hint 2: the shape</summary>
#
# One call of `prf`, which takes secret, label, seed and length in this order.
#
# </details></details>


# %% tags=["solution"]
def my_key_block(
    prf: PRF, master_secret: bytes, client_random: bytes, server_random: bytes, length: int
) -> bytes:
    """Return `length` bytes of key block (RFC 5246 §6.3)."""
    ### BEGIN SOLUTION
    return prf(master_secret, b"key expansion", server_random + client_random, length)
    ### END SOLUTION


# %%
report = this.check("my_key_block")
report

# %% grade="my_key_block" points=3
points(report)

# %%
live = this.live("my_key_block")
live

# %%
show.ladder(live.calls, live.order)

# %% [markdown]
# Say the client takes the randoms in the wrong order here, and all else is right. Where is that
# noticed?
#
# - **a** At ClientKeyExchange.
# - **b** At ChangeCipherSpec.
# - **c** At Certificate.
# - **d** At the first protected record, which does not open.


# %% tags=["solution"]
def who_notices() -> str:
    """Return "a", "b", "c" or "d"."""
    ### BEGIN SOLUTION
    return "d"
    ### END SOLUTION


# %%
report = this.check("who_notices")
report

# %% grade="who_notices" points=1
points(report)

# %% [markdown]
# ## 6 · Cut it ★★★
#
# Cut the key block into a dictionary of six parts, in the order of RFC 5246 §6.3. Their names here:
# `client_write_MAC_key`, `server_write_MAC_key`, and with `write_key` and `write_IV` in place of
# `write_MAC_key` the other four. A part that a suite does not need is `b""`; what is left over of
# `key_block` is not used.
#
# You find the sizes yourself, from the suite's name. There are AES_128 and AES_256 with GCM or with
# CBC, and CHACHA20_POLY1305.

# %% [markdown]
# - Keys: AES's number counts bits; ChaCha20's has 32 bytes (RFC 7905 §2).
# - MAC keys: for CBC only, as long as the output of the hash at the end of the name; SHA is SHA-1,
#   20 bytes (RFC 5246 App. C). AEAD ciphers (GCM, ChaCha20-Poly1305) have none (RFC 5246 §6.2.3.3).
# - IVs: for CBC none (RFC 5246 §6.2.3.2). For GCM the *salt* (RFC 5288 §3), for ChaCha20-Poly1305
#   see RFC 7905 §2.

# %% [markdown]
# <details><summary>Hint 1: where to look</summary>
#
# The structure `GCMNonce` in RFC 5288 §3: which of its two fields travels with each record? In lesson
# 06: *How long, and cut into what?*
#
# <details><summary>Hint 2: the shape</summary>
#
# First three sizes. Then a loop over the three kinds, inside it a loop over the two sides; one
# variable says where the next cut begins.
#
# </details></details>


# %% tags=["solution", "long"]
def my_partition(suite: str, key_block: bytes) -> dict[str, bytes]:
    """Return the six parts of a key block by their names (RFC 5246 §6.3)."""
    ### BEGIN SOLUTION
    macs = {"SHA": 20, "SHA256": 32, "SHA384": 48}
    mac = macs[suite.split("_")[-1]] if "CBC" in suite else 0
    key = 16 if "AES_128" in suite else 32
    iv = 4 if "GCM" in suite else 12 if "CHACHA20" in suite else 0
    parts, at = {}, 0
    for kind, size in (("MAC_key", mac), ("key", key), ("IV", iv)):
        for side in ("client", "server"):
            parts[f"{side}_write_{kind}"] = key_block[at : at + size]
            at += size
    return parts
    ### END SOLUTION


# %%
report = this.check("my_partition")
report

# %% grade="my_partition" points=5
points(report)

# %%
live = this.live("my_partition")
live

# %%
show.ladder(live.calls, live.order)

# %% [markdown]
# ## All of yours
#
# Now everything at once, for three suites: your master secret of exercise 00, your P_hash and PRF,
# your key block, cut by you. (Extended master secret is off, so that the older formula has a place.
# What you have not written yet is ours.)

# %%
from tlskit.exercises.key_generation_live import together

live = together(my_master_secret, my_p_hash, my_prf, my_key_block, my_partition)
live

# %%
show.ladder(live.calls, live.order)

# %% [markdown]
# ## In your own words
#
# Why two steps, first a master secret and then a key block, and not the keys at once from the
# pre-master secret? Name a reason, and what would be lost.

# %% [markdown] explain="explain-two-steps" points=2
# A session outlives a connection. On a second visit both sides still have the master secret, and
# make a new key block from it with new randoms, without a new key exchange. With one step they would
# have to keep the pre-master secret, which ought to be forgotten, or the old keys, and would encrypt
# different records with the same key and nonce.
#
# **What to look for.** 1 point: the master secret is kept for resumption (or: it gives pre-master
# secrets of every kind one form, so that they can be forgotten). 1 point: new randoms make new keys
# from the same master secret, or what goes wrong if keys are used again.

# %% [markdown]
# A friend put her own `master_secret` into a client, a wrong one, and OpenSSL accepts every
# handshake. She concludes that it must be right after all. What would you ask her to look at?

# %% [markdown] explain="explain-run-that-passes" points=2
# Whether her function is called at all. If both hellos carry extended master secret, the other
# formula makes the master secret, from the session hash, and hers stands there unused. A run says
# something only about code that ran: she should switch the extension off, or count the calls.
#
# **What to look for.** 1 point: extended master secret, by name or as the other formula. 1 point:
# the function was never called, so that a handshake that works proves nothing about it.

# %% [markdown]
# **Back to** [lesson 06](../../notebooks/06_key_generation.ipynb). **Next:**
# [exercise 07](../07_record_protection/07_record_protection.ipynb), where the keys protect records.
