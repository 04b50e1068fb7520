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
# # 06 · Key generation
#
# **You need:** lesson 05, or nothing but this page: we start from a recorded handshake.<br>
# **Time:** 30 minutes.<br>
# **RFC sections:** 5246 §5 (the PRF), §6.3 (the keys), §8.1 (the master secret); 7627 §4.
#
# We will write the function that makes every key of TLS 1.2, hold it against a published value,
# let OpenSSL judge it, cut what comes out into keys, and at last try the worst formula that one
# can think of.

# %%
from functools import partial

from tlskit import checks, show
from tlskit.checkpoints import checkpoint
from tlskit.checks import lesson_06 as check
from tlskit.labs import key_generation as lab
from tlskit.lesson import Choice
from tlskit.predictions import reveal
from tlskit.tasks import attempt
from tlskit.tls12.key_schedule import hmac

show.recall("06")

# %% [markdown]
# ## The sentence
#
# > *Randoms and pre-master secret make the session key.*
#
# So most write-ups describe step 6. Three things in it deserve a closer look: *make*, how?
# *Randoms*, always? And *the* session key: only one?
#
# Here is where step 6 begins, on the client's side. ClientKeyExchange is out. (Both sides do without
# an extension that changes this step, until near the end: so we first get what the sentence
# describes.)

# %%
plain = Choice(lab.GCM, extended_master_secret=False)
now = checkpoint("generate_keys", "client", plain)
for name in ("pre_master_secret", "client_random", "server_random"):
    value = getattr(now.state, name)
    print(f"{name:18}{len(value)} bytes  {value.hex()}")

# %% [markdown]
# Both randoms went over the wire in the hellos, for all to see. The pre-master secret did not: each
# side computed it. Now each side, alone, makes the same keys. **Step 6 sends nothing.**
#
# Why not take the pre-master secret itself as a key? It is too short for all the keys that we need,
# its bits are not evenly random (it is the coordinate of a point), and one value should not serve two
# purposes.

# %% [markdown]
# ## One tool: HMAC
#
# **HMAC** (RFC 2104) takes a key and some content, and gives a value that nobody can compute without
# the key, or even tell from random bytes. It is built from a hash (a short fingerprint of any bytes),
# and always as long as that hash is. We don't build it: a library does.
#
# **Try it.** Change one letter of `hello`, then make the content a thousand times as long. What
# stays, what changes?

# %%
made = hmac("sha256", b"the secret key", b"hello")
print(len(made), "bytes", made.hex())

# %% [markdown]
# ## P_hash: as many bytes as you like
#
# One HMAC gives 32 bytes with SHA-256, 48 with SHA-384. To get more out of a secret and a **seed** (other bytes,
# which may be public), TLS 1.2 repeats it; a chain of values `A` drives the repetition. That is
# **P_hash**:
#
# ```
# A(0) = seed
# A(i) = HMAC_hash(secret, A(i-1))
#
# P_hash(secret, seed) = HMAC_hash(secret, A(1) + seed) +
#                        HMAC_hash(secret, A(2) + seed) + ...
# ```
#
# Here `+` joins bytes. Each round makes one block; what is too much at the end is thrown away. With
# SHA-256 as the hash it is called P_SHA256 (RFC 5246 §5).
#
# We try it on an example that somebody published; it comes back further down:

# %%
secret, seed = lab.PUBLISHED.secret, lab.PUBLISHED.label + lab.PUBLISHED.seed
hmac_sha256 = partial(hmac, "sha256")  # hmac with its first argument filled in
steps = lab.rounds(hmac_sha256, secret, seed, 160)  # A(i) and block, as far as 160 bytes

# %% tags=["prediction"]
how_many_rounds = 3  ### PREDICT: how many rounds does P_SHA256 need for 80 bytes of output?

# %%
reveal(
    how_many_rounds,
    lambda: len(lab.rounds(hmac_sha256, secret, seed, 80)),
    {
        2: "Two rounds give 64 bytes: 16 are missing, so one more is needed.",
        2.5: "A round gives a whole block; half of the last one is thrown away.",
        6: "That counts each HMAC. A round has two: one moves A on, one makes the block.",
        80: "A round gives a whole block, not a byte.",
    },
    figure=lambda: show.prf_rounds(seed, steps, wanted=80),
)

# %% [markdown]
# Now step through it. *One round more* moves `A` on and adds a block; with *Bytes wanted* you say
# where to stop. (By keyboard: Tab to a button, Space presses it; left and right arrows move a
# slider.)
#
# **Look for:** which of the two columns goes out, and which stays inside?

# %%
show.prf_stepper(seed, steps, wanted=100)

# %% [markdown]
# The same, without a widget, for 100 bytes:

# %%
show.prf_rounds(seed, steps, wanted=100)

# %% [markdown]
# ### Task 1: the loop
#
# Write P_hash. `hmac(hash_name, key, content)` is there for you, as above. `secret` and `seed` are
# bytes, `length` says how many bytes to return.
#
# <details><summary>Hint: where to begin</summary>Two variables: <code>a</code>, which is the seed
# at first, and <code>output</code>, which is empty. Go on while the output is too
# short.</details>
# <details><summary>Hint: a round</summary>Two lines: the first moves <code>a</code> on, the second
# adds to <code>output</code>. Only the second knows the seed. After the loop, cut.</details>


# %% tags=["task"]
def my_p_hash(hash_name, secret, seed, length):
    ### BEGIN SOLUTION
    a, output = seed, b""
    while len(output) < length:
        a = hmac(hash_name, secret, a)
        output += hmac(hash_name, secret, a + seed)
    return output[:length]
    ### END SOLUTION


# %%
check.p_hash(my_p_hash)

# %% [markdown]
# ### Task 2: a label
#
# The **PRF** puts a **label** before the seed, so that one secret can serve several purposes and no
# result says anything about another:
#
# ```
# PRF(secret, label, seed) = P_hash(secret, label + seed)
# ```
#
# The label is its ASCII letters and nothing else: no length before it, no zero byte behind it
# (RFC 5246 §5). It comes to you as bytes, `b"…"` in Python. One line, with your `my_p_hash`.


# %% tags=["task"]
def my_prf(hash_name, secret, label, seed, length):
    ### BEGIN SOLUTION
    return my_p_hash(hash_name, secret, label + seed, length)
    ### END SOLUTION


# %%
check.prf(my_prf)

# %% [markdown]
# That was our own check. Is it right for the rest of the world? Somebody once posted values of this
# PRF to the mailing list of TLS's working group. Here are their secret, label and seed; do you get
# their 100 bytes?

# %%
theirs = lab.PUBLISHED
print("label", theirs.label, " seed", theirs.seed.hex(), "\noutput", theirs.output.hex())
attempt(
    lambda: my_prf("sha256", theirs.secret, theirs.label, theirs.seed, 100) == theirs.output,
    my_p_hash,
    my_prf,
)

# %% [markdown]
# And the hardest judge: a whole handshake with OpenSSL, in which *every* key and both Finished
# messages come out of your loop.

# %%
attempt(lambda: checks.against_openssl("prf", my_prf), my_p_hash, my_prf)

# %% [markdown]
# ## Which hash?
#
# The last word of each of our suites' names is a hash. `AES_128_CBC_SHA` ends in SHA, that is SHA-1, long out
# of favour. Is the PRF of such a suite made of SHA-1 too? The answer is read off a run: with which
# hash was the PRF really called?

# %% tags=["prediction"]
CBC = "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"
prf_hash = "sha256"  ### PREDICT: the hash in the PRF of AES_128_CBC_SHA: "md5", "sha1", "sha256"?

# %%
reveal(
    prf_hash,
    lambda: lab.cut(CBC).hash_name,
    {
        "sha1": "SHA-1 is in the records' MAC alone. In TLS 1.2 the PRF has a hash of its own.",
        "md5": "The PRF of TLS 1.0 and 1.1 mixed MD5 and SHA-1; TLS 1.2 put an end to that.",
    },
)

# %% [markdown]
# <details><summary>After you predicted</summary>RFC 5246 §5 gives all its own suites, and all older
# ones when TLS 1.2 is negotiated, the PRF with SHA-256. In names of GCM and ChaCha20 suites the
# last word <em>is</em> the PRF's hash (RFC 5289 §3.2, RFC 7905 §2): there it has no other use. So
# one word means two things.</details>

# %% [markdown]
# ## From pre-master secret to master secret
#
# ```
# master_secret = PRF(pre_master_secret, "master secret",
#                     ClientHello.random + ServerHello.random)[0..47]
# ```
#
# (`[0..47]`: bytes 0 to 47.) The **master secret** always has 48 bytes, whatever the suite (RFC 5246 §8.1). It brings pre-master
# secrets of every kind to one form; then the pre-master secret is to be forgotten. (If you did
# [exercise 00](../exercises/00_first_step/00_first_step.ipynb), you have written this formula.)
#
# Your PRF, on the recorded handshake: do you get what the client had?

# %%
state = now.state
randoms = state.client_random + state.server_random
master = attempt(
    lambda: my_prf("sha256", state.pre_master_secret, b"master secret", randoms, 48),
    my_p_hash,
    my_prf,
)
attempt(lambda: master == now.after.master_secret, master)

# %% [markdown]
# ## From master secret to key block
#
# ```
# key_block = PRF(master_secret, "key expansion",
#                 server_random + client_random)
# ```
#
# The **key block** is all keys in a row. Read its seed again: the server's random comes *first*, the
# other way round than in the master secret (RFC 5246 §6.3). The RFC gives no reason; the two are
# easily mixed up.
#
# ### Task 3
#
# Write it. `prf(secret, label, seed, length)` is handed in, with the suite's hash in it.


# %% tags=["task"]
def my_key_block(prf, master_secret, server_random, client_random, length):
    ### BEGIN SOLUTION
    return prf(master_secret, b"key expansion", server_random + client_random, length)
    ### END SOLUTION


# %%
check.key_block(my_key_block)

# %% [markdown]
# Does OpenSSL cut its keys from the same bytes?

# %%
attempt(lambda: checks.against_openssl("key_block", my_key_block), my_key_block)

# %% [markdown]
# ## How long, and cut into what?
#
# The suite says how many bytes of key block are needed. They are cut in this order; what a suite
# does not need is empty (RFC 5246 §6.3):
#
# client MAC key · server MAC key · client key · server key · client IV · server IV
#
# A *key* encrypts what that side writes, a *MAC key* shows changes to it, and an *IV* makes the
# encryption of each record different (all three at work: lesson 07).

# %% [markdown]
# Sizes in bytes, for one side:
#
# | suite | key | IV from the key block | MAC key |
# |---|---|---|---|
# | AES_128_GCM | 16 | 4 (8 more travel in each record) | none |
# | CHACHA20_POLY1305 | 32 | 12 | none |
# | AES_128_CBC_SHA | 16 | none (it travels in each record) | as long as SHA-1's output |
#
# RFC 5288 §3; RFC 7905 §2; RFC 5246 App. C.

# %% tags=["prediction"]
GCM = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
CHACHA = "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"
gcm = 40  ### PREDICT: bytes of key_block for AES_128_GCM?
chacha = 88  ### PREDICT: and for CHACHA20_POLY1305?
cbc = 72  ### PREDICT: and for AES_128_CBC_SHA? (SHA-1 gives 20 bytes.)

# %%
reveal(
    gcm,
    lambda: lab.key_block_size(GCM),
    {
        20: "That is one direction; each has its own key and IV.",
        32: "The IVs are missing: they come from the key block too.",
        36: "Each direction has its own IV as well.",
        48: "That is the master secret; the key block is as long as the suite needs.",
        56: "GCM takes 12 bytes for each record, but 8 of them travel with it; look at the table.",
        80: "There is no MAC key: GCM protects against changes by itself.",
    },
    figure=lambda: show.key_parts(lab.cut(GCM)),
)

# %%
reveal(
    chacha,
    lambda: lab.key_block_size(CHACHA),
    {
        44: "That is one direction; each has its own key and IV.",
        64: "The IVs are missing: they come from the key block too.",
        72: "Its IV is not GCM's 4 bytes: with this cipher nothing of it travels with the records.",
        128: "There is no MAC key: Poly1305 takes its key from the cipher, record by record.",
    },
    figure=lambda: show.key_parts(lab.cut(GCM), lab.cut(CHACHA)),
)

# %%
reveal(
    cbc,
    lambda: lab.key_block_size(CBC),
    {
        32: "The MAC keys are missing: CBC alone does not protect against changes.",
        36: "That is one direction; each has its own keys.",
        96: "SHA at the end of a name is SHA-1: its MAC keys have 20 bytes, not 32.",
        104: "With IVs of 16 bytes it would be, as in TLS 1.0. Here they travel with the records.",
    },
    figure=lambda: show.key_parts(lab.cut(GCM), lab.cut(CHACHA), lab.cut(CBC)),
)

# %% [markdown]
# Now any suite. Each pick runs a handshake of our two ends and draws the key block that it really
# cut, below the one before; what changed is said in words.
#
# **Question.** Compare suites that end in SHA256 and in SHA384: where does the last word change the
# parts, and where only the hash in the PRF?

# %%
show.partition(lab.cut, lab.protections(), first="TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256")

# %% [markdown]
# Two of them without a widget. RFC 5246 §6.3 calls the first the one that needs the most bytes; the
# second, which needs more, came with RFC 5289 in the same month.

# %%
show.key_parts(
    lab.cut("TLS_RSA_WITH_AES_256_CBC_SHA256"),
    lab.cut("TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384"),
)

# %% [markdown]
# <details><summary>After you compared</summary>In a CBC suite the last word is the hash of the MAC,
# and the MAC keys are as long as that hash; with SHA384 it is the PRF's hash too (RFC 5289 §3.1).
# GCM suites have no MAC key to grow: there it changes the PRF alone. (That their keys grow too comes
# from AES_256.)</details>

# %% [markdown]
# ## Who notices a mistake?
#
# Say somebody takes the randoms in the other order in the key expansion. The next cell does, on
# purpose, with OpenSSL on the other side. A mistake in step 6 sends no wrong byte: there is nothing
# to send. So who can notice, when, and by which alert do they say it?


# %%
def wrong_order(prf, master_secret, server_random, client_random, length):
    return prf(master_secret, b"key expansion", client_random + server_random, length)


spoilt = lab.with_openssl(key_block=wrong_order)

# %% tags=["prediction"]
alert = "bad_record_mac"  ### PREDICT: "handshake_failure", "decrypt_error" or "bad_record_mac"?

# %%
reveal(
    alert,
    lambda: spoilt.outcome,
    {
        "handshake_failure": "That is for hellos that find nothing in common. The hellos are fine.",
        "decrypt_error": "That would be a Finished that opens and holds the wrong verify_data. "
        "verify_data comes from the master secret, which is right here; but the record around "
        "it does not even open.",
    },
    figure=lambda: show.ladder(spoilt.calls, lab.ORDER, today=("generate_keys",)),
)

# %% [markdown]
# <details><summary>After you predicted</summary>Nothing fails in step 6, nothing at
# ChangeCipherSpec. The first record under the new keys is Finished, and that one does not open.
# OpenSSL sees <em>that</em> the record does not open, not why: so check this step against known
# values, as you did.</details>
#
# RFC 5246 §7.2.2 describes the three alerts.

# %% [markdown]
# ## The worst master secret
#
# Here is a `master_secret` that could not be worse: zeros, whatever comes in. (If you know a worse
# one, write it.) Does OpenSSL accept it in a handshake like those so far?


# %%
def my_master_secret(prf, pre_master_secret, client_random, server_random):
    return bytes(48)


judged = attempt(lambda: lab.with_openssl(master_secret=my_master_secret), my_master_secret)
attempt(lambda: ("OpenSSL accepts it", judged.accepted), judged)

# %% [markdown]
# Now the extension that we left out goes into both hellos again: **extended master secret**. (OpenSSL
# and our own two ends use it unless they are told not to.) The zeros stay. What goes wrong, and which
# alert says so?

# %% tags=["prediction"]
zeros = lab.with_openssl(extended=True, master_secret=my_master_secret)
what_happens = "nothing"  ### PREDICT: "bad_record_mac", "decrypt_error" or "nothing"?

# %%
reveal(
    what_happens,
    lambda: zeros.outcome,
    {
        "bad_record_mac": "So it was a cell ago. Look at the plot: which formula made the master "
        "secret this time?",
        "decrypt_error": "Zeros would have made wrong keys, and no Finished would have opened. "
        "Look at the plot: which formula made the master secret this time?",
    },
    figure=lambda: show.key_derivation(
        lab.handshake(GCM, extended=True, master_secret=my_master_secret).calls
    ),
)

# %% [markdown]
# <details><summary>After you predicted</summary>
#
# Your function was never called. When both hellos carry the extension, another formula makes the
# master secret: its own label, and as its seed the **session hash**, a hash over all handshake
# messages from ClientHello up to and with ClientKeyExchange. The two randoms are in there, inside
# the hellos, but so are the suite, the certificate and both public keys. The key block still takes
# both randoms.
#
# So much for tests: a run that passes says nothing about code that did not run. (The plot is of our
# own two ends with the same formula: OpenSSL draws new bytes each time.)
#
# </details>
#
# RFC 7627 §3, §4; RFC 5246 §6.3.

# %% [markdown]
# ## The ladder so far
#
# Today's row carries no message: each side did it alone. (Here with the suite that needs the longest
# key block, so that it answers none of the questions above.)

# %%
longest = lab.handshake("TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384")
show.ladder(longest.calls, longest.order, today=("generate_keys",))

# %% [markdown]
# ## What the bytes said about it
#
# > *Randoms and pre-master secret make the session key.*
#
# - They made the master secret, and that was no key of any record: it encrypted nothing.
# - With extended master secret, the hash of the handshake took the place of the randoms.
# - The master secret and both randoms, the server's first, made the key block.
# - The key block was cut into keys of each direction: there is no *one* session key.
# - All of it was one loop of HMAC with different labels; you wrote it, and OpenSSL agreed.

# %% [markdown]
# ## What an attacker gains if you skip this
#
# - *No randoms in the key expansion:* a resumed session would use its old keys again, and the
#   records are counted from 0 again: the same key with the same nonce (a number used once) twice,
#   which GCM does not survive (lesson 07).
# - *One key for both directions:* what the client said can be sent back to it as the server's answer.
# - *No extended master secret:* a dishonest server can bring its session with you, and its own with
#   another server, to the same master secret, and build on that (lesson 10).
#
# RFC 5246 App. F.1.4, F.2, §6.1; RFC 7627 §1.

# %% [markdown]
# ## Optional: one bit
#
# The client's random has 256 bits. We turn over a single one, keep everything else (the master
# secret too), and make the key block again.

# %% tags=["prediction"]
bits = lab.flips(now.after)
how_much = "half"  ### PREDICT: how many bits of the key block change: "one", "half" or "all"?

# %%
reveal(
    how_much,
    lambda: lab.how_much(bits),
    {
        "one": "HMAC does not copy bits from its input: each bit of output depends on all of it.",
        "all": "If all of them changed, the new key would be the old one inverted: easy to guess. "
        "Like tossing a coin for each bit, it leaves as many as it changes.",
    },
    figure=lambda: show.avalanche(bits, bit=0),
)

# %% [markdown]
# Now with *your* formula. **Try other bits**, 0 to 255: is there one that matters less? (Leave the
# client's random out of `my_key_block` for once, and look again.)

# %%
attempt(lambda: show.avalanche(lab.flips(now.after, my_key_block), bit=200), my_key_block)

# %% [markdown]
# ## Optional: why two steps?
#
# Why not go from pre-master secret to keys at once? Because a session outlives a connection. A
# browser that comes back keeps the master secret and skips the key exchange (RFC 5246 §7.3); only
# the randoms are new.

# %%
first, again = lab.two_connections()
"the same master secret", first.master_secret == again.master_secret

# %% tags=["prediction"]
same_keys = False  ### PREDICT: do both connections have the same key block, True or False?

# %%
reveal(
    same_keys,
    lambda: first.key_block == again.key_block,
    {True: "The master secret is the same, but the key expansion has fresh randoms in its seed."},
)

# %% [markdown]
# That is what the randoms are for in the key expansion. Both of our sides leave them out now; the
# handshakes succeed all the same, since both are wrong alike. Are the two key blocks equal?


# %%
def without_randoms(prf, master_secret, server_random, client_random, length):
    return prf(master_secret, b"key expansion", b"", length)


first, again = lab.two_connections(key_block=without_randoms)
first.key_block == again.key_block

# %% [markdown]
# ## Stretch ★★: cut it yourself
#
# Write `partition`: a dictionary with six names, in the order above: `client_write_MAC_key`,
# `server_write_MAC_key`, `client_write_key`, … `server_write_IV`. The suite knows its sizes:
# `suite.mac_key_length`, `suite.enc_key_length`, `suite.fixed_iv_length` (RFC 5246 §6.3).
#
# <details><summary>Hint</summary>A loop over three pairs of kind and size; inside it a loop over the
# two sides. One variable says where the next cut begins.</details>


# %% tags=["task"]
def my_partition(suite, key_block):
    ### BEGIN SOLUTION
    parts, at = {}, 0
    for kind, size in (
        ("MAC_key", suite.mac_key_length),
        ("key", suite.enc_key_length),
        ("IV", suite.fixed_iv_length),
    ):
        for side in ("client", "server"):
            parts[f"{side}_write_{kind}"] = key_block[at : at + size]
            at += size
    return parts
    ### END SOLUTION


# %%
check.partition(my_partition)

# %%
attempt(lambda: checks.against_openssl("partition", my_partition), my_partition)

# %% [markdown]
# **Next:** both sides have keys, and nobody has used them yet.
# [07 · ChangeCipherSpec and record protection](07_record_protection.ipynb) switches them on.
#
# **Write it yourself:** [exercise 06](../exercises/06_key_generation/06_key_generation.ipynb), P_hash, PRF, key block.
