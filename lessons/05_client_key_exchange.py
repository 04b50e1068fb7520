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
# # 05 · ClientKeyExchange
#
# **You need:** lesson 04 (ServerKeyExchange holds a signed public key), a little Python.<br>
# **Time:** 30 minutes.<br>
# **RFC sections:** 5246 §7.4.7, §7.4.7.1, App. F.1.1.2; 8422 §5.7, §5.10; 8017 §7.2.
#
# We will put RSA and ECDHE side by side in bytes, open an RSA-encrypted secret by hand, use a
# stolen key on two recorded sessions, and see why a server must not say what is wrong.

# %% [markdown]
# > *The client encrypts the pre-master secret with the server's public key, the Pubkey in
# > ServerKeyExchange.*
#
# So most write-ups tell step 5. It mixes two key exchanges into one that does not exist. We take
# them apart again.
#
# First, two questions on what came before.

# %%
from tlskit import show
from tlskit.labs import key_transport as transport
from tlskit.predictions import reveal

show.recall("05")

# %% [markdown]
# ## Three bodies
#
# A **pre-master secret** is what both sides must have in common before they can make keys (RFC 5246
# §8.1). ClientKeyExchange is the message that brings it about, in one of two ways (§7.4.7):
#
# - **RSA key transport**: the client makes up 48 bytes, encrypts them for the key in the
#   *certificate*, and sends the result. It is always as long as the large number that an RSA key
#   is made of, its *modulus*: 2048 bits here.
# - **ECDHE**: the client makes a key pair of its own and sends the *public* key. X25519's has 32
#   bytes; P-256's is a point: one byte `04`, and two numbers of 32 bytes.

# %% [markdown]
# Before what it carries, each body has a length: 2 bytes in RSA, 1 byte in ECDHE.
#
# **Question.** How long is the body of ClientKeyExchange, without the message's header of 4 bytes?

# %% tags=["prediction"]
body_rsa = 258  ### PREDICT: bytes in the body with RSA-2048?
body_x25519 = 33  ### PREDICT: bytes in the body with X25519?
body_p256 = 66  ### PREDICT: bytes in the body with P-256?

# %%
reveal(
    body_rsa,
    lambda: len(transport.body_of("RSA-2048")),
    {
        48: "That is the secret itself; encrypted it is as long as the modulus, 2048 bits.",
        50: "You counted the secret as it is; encrypted it is as long as the modulus, 2048 bits.",
        256: "The encrypted secret has as many; its length stands before it.",
        257: "This length is written in 2 bytes, since one byte counts to 255 only.",
        262: "That counts the header of 4 bytes; the question was for the body.",
        2048: "RSA-2048 counts in bits; the wire counts in bytes.",
    },
)

# %%
reveal(
    body_x25519,
    lambda: len(transport.body_of("x25519")),
    {
        32: "The public key has as many; its length stands before it.",
        34: "Here the length is written in one byte: a point has at most 255.",
        37: "That counts the header of 4 bytes; the question was for the body.",
        48: "Nothing of 48 bytes is sent: that is RSA's secret.",
    },
)

# %%
reveal(
    body_p256,
    lambda: len(transport.body_of("P-256")),
    {
        33: "A point of P-256 is two numbers of 32 bytes, not one.",
        64: "Those are the two numbers; a byte `04` and the length come before them.",
        65: "The point has as many; its length stands before it.",
        67: "Here the length is written in one byte: a point has at most 255.",
        70: "That counts the header of 4 bytes; the question was for the body.",
    },
)

# %% [markdown]
# ## Side by side
#
# Pick a key exchange: each pick runs a handshake and shows what the client used and sent.
#
# **Question.** In which of them is something encrypted?

# %%
show.table_picks("Key exchange", transport.EXCHANGES, transport.pick_exchange, first="P-384")

# %% [markdown]
# (That P-384's secret has 48 bytes as RSA's has is chance: it is a coordinate of a point, and one has
# 384 bits there.) The same without a list, for P-521, and two of those that you predicted, once you
# have:

# %%
show.table(("what", "P-521"), transport.described("P-521"))

# %%
from tlskit.tasks import attempt

attempt(lambda: show.table(("what", "RSA-2048"), transport.described("RSA-2048")), body_rsa)

# %%
attempt(lambda: show.table(("what", "X25519"), transport.described("x25519")), body_x25519)

# %% [markdown]
# With RSA the server's key is the one in the *certificate*, and there is no ServerKeyExchange. With
# ECDHE there is a key in ServerKeyExchange, and nothing is encrypted with it: it is one of two
# public keys, and each side computes the same secret from the other's public and its own private
# key (RFC 8422 §5.10). A capture tool prints `Pubkey` beside both.
#
# Is what an ECDHE client sent its own public key, and nothing else? And have both the same secret?

# %%
ecdhe = transport.transported("x25519")
body = transport.body_of("x25519")
client, server = ecdhe.client.state, ecdhe.server.state
body[1:] == client.key_pair.public, client.pre_master_secret == server.pre_master_secret

# %% [markdown]
# Twice yes: both have the secret, and it was never sent.
#
# ## A recorded session
#
# Somebody on the way has recorded two conversations, one with RSA and one with ECDHE. That is all
# he has: bytes.

# %%
from tlskit.labs import wiretap

tape, ecdhe_tape = wiretap.record("RSA-2048"), wiretap.record("x25519")
encrypted = wiretap.client_key_exchange(tape)[2:]  # without the 2 bytes of the length
tape.client[-30:].hex(" ")

# %% [markdown]
# The last 30 bytes that the client sent with RSA: part of its protected request. Years later the
# server's certificate key is stolen. `n` and `e` are its public half, which the certificate shows to
# everybody; `n` and `d` are the private one.

# %%
e, d = transport.exponents()
n = transport.modulus()
n.bit_length()

# %% [markdown]
# ## Open the encrypted secret
#
# RSA decryption is one line of arithmetic: take the ciphertext as a big number (first byte first),
# raise it to `d` modulo `n`, and write the result with 256 bytes (RFC 8017 §5.1.2). `pow(a, b, c)`
# raises a to b modulo c; `int.from_bytes(data, "big")` and `number.to_bytes(256, "big")` convert.
#
# **Task.** Write it. (For looking only: a library takes care that its *time* tells nothing.)


# %% tags=["task"]
def my_block(encrypted, d, n):
    ### BEGIN SOLUTION
    number = pow(int.from_bytes(encrypted, "big"), d, n)
    return number.to_bytes(256, "big")
    ### END SOLUTION


# %%
from tlskit.checks import lesson_05 as check

check.block(my_block)

# %%
from textwrap import fill

block = attempt(lambda: my_block(encrypted, d, n), my_block)
attempt(lambda: print(fill(block.hex(" ", 4), 71)), block)

# %% [markdown]
# Somewhere in there are the client's 48 bytes. The rest is padding after PKCS #1 v1.5 (RFC 8017
# §7.2.1): the bytes `00 02`, then random bytes of which *none is zero*, then one zero, then the
# content.
#
# **Task.** Return the content. (`data.index(0, start)` finds the first zero from `start` on.)


# %% tags=["task"]
def my_unpad(block):
    ### BEGIN SOLUTION
    return block[block.index(0, 2) + 1 :]
    ### END SOLUTION


# %%
check.unpad(my_unpad)

# %%
secret = attempt(lambda: my_unpad(block), my_unpad, block)
attempt(lambda: show.table(("part", "bytes", "value"), transport.parts(block)), secret)

# %% [markdown]
# The content begins with `03 03`. That is no random: it is the version that ClientHello offered, so
# that nobody can talk both sides into an older one unnoticed (RFC 5246 §7.4.7.1). And the library
# opens it to the same:

# %%
from cryptography.hazmat.primitives.asymmetric import padding

attempt(lambda: transport.KEY.decrypt(encrypted, padding.PKCS1v15()) == secret, secret)

# %% [markdown]
# Now your secret goes where both sides put theirs: into the keys (lesson 06), together with the
# messages on the tape. The keys open the recorded records (lesson 07).

# %%
keys = attempt(lambda: wiretap.keys(tape, secret), secret)
opened = attempt(lambda: wiretap.application_data(tape, keys), keys)
attempt(lambda: print(wiretap.script(opened)), opened)

# %% [markdown]
# Request and answer, years later, from a recording and one key (App. F.1.1.2). All that was ever
# recorded of this server with RSA key transport opens like that.
#
# **Question.** And the ECDHE recording? The key is the same, and the certificate was, too.

# %% tags=["prediction"]
stolen_key_opens_ecdhe = False  ### PREDICT: does the certificate's key open it, True or False?

# %%
reveal(
    stolen_key_opens_ecdhe,
    lambda: wiretap.stolen_key_opens(ecdhe_tape),
    {True: "In ECDHE this key only signed. Nothing on the tape was encrypted for it."},
)

# %% [markdown]
# <details><summary>After you predicted</summary>
#
# There is nothing to decrypt: ClientKeyExchange is a public key, and the secret was never sent.
# This is **forward secrecy**: a key stolen tomorrow does not open what was said today. It lasts as
# long as two things are gone: the ephemeral private keys, and the keys of session tickets, which
# carry the master secret (lesson 10).
#
# </details>

# %% [markdown]
# And with another key of the server's: the *ephemeral* private one, if it had kept that?

# %%
from tlskit.key_exchange import shared_secret

client_public = wiretap.client_key_exchange(ecdhe_tape)[1:]
kept = shared_secret(ecdhe_tape.server_end.state.key_pair, client_public)
print(wiretap.script(wiretap.application_data(ecdhe_tape, wiretap.keys(ecdhe_tape, kept))))

# %% [markdown]
# ## One wrong bit
#
# Back to RSA, and to a live server. On the way one bit of the encrypted secret is flipped, so what
# the server decrypts is garbage. The client goes on: ClientKeyExchange, ChangeCipherSpec, Finished.
# We hand the server one record after the other.
#
# **Question.** Which record does it answer with an alert, and with which?

# %% tags=["prediction"]
harmed = transport.answers(transport.last_byte_flipped)
record = "Finished"  ### PREDICT: "ClientKeyExchange", "ChangeCipherSpec" or "Finished"?
alert = "bad_record_mac"  ### PREDICT: "decrypt_error", "bad_record_mac" or "illegal_parameter"?

# %%
reveal(
    record,
    lambda: harmed.first[0],
    {
        "ClientKeyExchange": "The server did notice there, and must not say so (§7.4.7.1).",
        "ChangeCipherSpec": "It is one byte, 01, and it is right.",
    },
)

# %%
reveal(
    alert,
    lambda: harmed.first[1],
    {
        "decrypt_error": "It names a failed decryption, which is just what must not be told.",
        "illegal_parameter": "It would say that the secret was read and is wrong.",
    },
    lambda: show.table(("record", "the server's answer"), harmed.rows),
)

# %% [markdown]
# <details><summary>After you predicted</summary>
#
# The server found the padding wrong and said nothing. It went on with 46 random bytes of its own,
# as if nothing had happened. So its keys are not the client's, and the first protected record does
# not open. From outside that looks like any wrong key.
#
# </details>

# %% [markdown]
# ## Why it must not tell
#
# Here is a server that tells what was wrong, asked by somebody who has only its public key. He
# sends four secrets that are wrong in four ways.

# %%
answered = ("what is wrong", "answered at", "alert")
telling = transport.all_answers(transport.TELLING)
attempt(lambda: show.table(answered, telling), record, alert)

# %% [markdown]
# `decrypt_error` says *the padding was wrong*, and anything else says *it was right*. In 1998
# Bleichenbacher showed how to decrypt a recorded secret from about a million such answers, each a
# little step, without the key (RFC 5246 §7.4.7.1). With the secret one opens the session as you did
# above.
#
# So a server must go on with a random secret, drawn *before* it decrypts.
#
# **Task.** Be that server; your two functions have done half of it. Return `content` if `block` begins
# with `00 02`, `content` has 48 bytes, and these begin with `version`, the one that ClientHello
# offered. Else return `version` and the 46 random bytes `instead`.


# %% tags=["task"]
def my_decrypt(private_key, encrypted, client_version, instead):
    numbers = private_key.private_numbers()
    block = my_block(encrypted, numbers.d, numbers.public_numbers.n)
    version = client_version.to_bytes(2, "big")
    content = my_unpad(block) if 0 in block[2:] else b""  # of garbage too, without an error
    ### BEGIN SOLUTION
    right = block[:2] == b"\x00\x02" and len(content) == 48 and content[:2] == version
    return content if right else version + instead
    ### END SOLUTION


# %%
check.decryption(my_decrypt)

# %% [markdown]
# Now yours decrypts in our server. Two things must hold: OpenSSL's client gets through, and the
# four wrong secrets can't be told apart.

# %%
from dataclasses import replace

from tlskit import tls12

mine = attempt(
    lambda: replace(tls12.FORMULAE, decrypt_pre_master_secret=my_decrypt),
    *(my_decrypt, my_block, my_unpad),
)
attempt(lambda: transport.with_openssl(mine), mine)

# %%
attempt(lambda: show.table(answered, transport.all_answers(mine)), mine, record, alert)

# %% [markdown]
# ## What the bytes said about it
#
# *The client encrypts the pre-master secret with the server's public key, the Pubkey in
# ServerKeyExchange.* Either it encrypts, for the key in the *certificate*, and then there is no
# ServerKeyExchange. Or there is one, and then the client encrypts nothing: it sends a public key.
#
# **What an attacker gains if you skip this.** From a server that tells how decryption failed: every
# recorded session with RSA key transport, without its key. From one that keeps ephemeral keys: the
# ECDHE sessions, too.

# %%
from itertools import takewhile

so_far = list(takewhile(lambda call: call.name != "generate_keys", ecdhe.calls))
attempt(lambda: show.ladder(so_far, ecdhe.order, today=("client_key_exchange",)), body_x25519)

# %% [markdown]
# We predicted three bodies, opened one with `pow`, read a recorded session with a stolen key, tried
# the same key on ECDHE, and wrote a decryption that does not tell.
#
# ## Optional: a public key that is none
#
# What the other side sends is only bytes. For P-256 each side must see that they are a point of the
# curve; for X25519 it must refuse a secret that is all zero, for anybody would know that one (RFC
# 8422 §5.11). What does our server make of 32 zeros?

# %%
from tlskit.alerts import Alert

try:
    shared_secret(ecdhe.server.state.key_pair, bytes(32))
except Alert as refused:
    print(refused.description.name)

# %% [markdown]
# ## Stretch ★★
#
# Bleichenbacher's first step: change a ciphertext without knowing what is in it, so that the
# secret comes out multiplied by a number `s`. With RSA that takes the *public* key alone: encrypt
# `s` and multiply, modulo `n`. Return the new ciphertext, 256 bytes.


# %% tags=["task"]
def my_multiplied(encrypted, s, e, n):
    ### BEGIN SOLUTION
    number = int.from_bytes(encrypted, "big") * pow(s, e, n) % n
    return number.to_bytes(256, "big")
    ### END SOLUTION


# %%
check.multiplied(my_multiplied)

# %% [markdown]
# A server that tells its padding now says whether `s` times the block still begins with `00 02`.
# That is a fact about the secret, and each further `s` gives another one. With `s` = 2:

# %%
for_server = attempt(lambda: my_multiplied(encrypted, 2, e, n), my_multiplied)
attempt(lambda: transport.answers(lambda sent: for_server, transport.TELLING).first, for_server)

# %% [markdown]
# **Next:** from the secret to the keys, [06 · Key generation](06_key_generation.ipynb).
#
# **Write it yourself:** [exercise 05](../exercises/05_client_key_exchange/05_client_key_exchange.ipynb), RSA and ECDHE.
