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
# # 0x · Before you start
#
# **You need:** a little Python. Nothing about cryptography.<br>
# **Time:** 20 minutes, and 4 for the check before them.<br>
# **RFC sections:** none are needed; 5246 §4.1, 2104 §2 and 5116 §2.1 say more.
#
# We will check what you know already. Then we meet the tools that TLS is put together from, in
# small. At the end you open a sealed letter whose key was never sent.
#
# (`0x` is how Python begins a number in hex.)

# %% [markdown]
# ## Do you need this page?
#
# Five questions, one for each part below. If you have all five right and were sure of them, go on to
# [lesson 00](00_first_handshake.ipynb). Otherwise do the parts with those numbers. Nothing is kept
# about you.

# %%
from tlskit import show

show.quiz("0x")

# %% [markdown]
# ## 1 · Bytes and hex
#
# A **byte** is a number from 0 to 255. **Hex** writes it with two digits, of which there are
# sixteen: 0 to 9, then a to f. So `10` is 16 and `ff` is 255. All that TLS sends is bytes, and this
# course writes them in hex.

# %%
import hashlib

from tlskit.checks import before_you_start as check
from tlskit.labs import first_tools as tools
from tlskit.predictions import reveal
from tlskit.tasks import attempt

# %%
data = bytes.fromhex("01 f4")
list(data)

# %% [markdown]
# A number over 255 takes several bytes, and the first counts most (RFC 5246 §4.1): each step to the
# left counts 256 times as much, as in 365 each digit counts ten times as much.
#
# **Question.** What number do the two bytes `01 f4` make?

# %% tags=["prediction"]
two_bytes = 500  ### PREDICT: the number that the bytes 01 f4 make?

# %%
reveal(
    two_bytes,
    lambda: int.from_bytes(data, "big"),
    {
        245: "That adds them up; the first counts 256 times as much.",
        62465: "That reads them from the back.",
        1244: "That writes 1 and 244 beside each other, as decimal digits.",
        499: "The first counts 256 times as much, and not 255: one byte has 256 values.",
    },
)

# %% [markdown]
# **Task.** Write that sum for any number of bytes. (`int.from_bytes` can help, or a loop: what you
# have so far times 256, plus the next byte.)


# %% tags=["task"]
def my_number(data):
    ### BEGIN SOLUTION
    return int.from_bytes(data, "big")
    ### END SOLUTION


# %%
check.number(my_number)

# %% [markdown]
# And now something real. When a browser opens a connection, the first five bytes are a header: what
# it is (1 byte), a version (2), and how many bytes follow (2). Your function reads the last two:

# %%
header = tools.first_header()
attempt(lambda: (header.hex(" "), my_number(header[3:])), my_number)

# %% [markdown]
# ## 2 · A hash
#
# A **hash** such as SHA-256 takes any bytes and gives a few, which stand for them. The same bytes
# always give the same hash, and there is no way back.
#
# **Question.** We hash a million bytes with SHA-256. How many bytes is the hash?

# %% tags=["prediction"]
hash_size = 32  ### PREDICT: how many bytes is the SHA-256 of a million bytes?

# %%
reveal(
    hash_size,
    lambda: len(hashlib.sha256(bytes(1_000_000)).digest()),
    {
        256: "256 is the number of bits, as the name says; a byte has eight.",
        64: "That is the number of hex digits, and a byte has two.",
        1_000_000: "A hash does not grow with what goes in; so it can't hold it either.",
    },
)

# %% [markdown]
# Change one letter, and about half of all bits change. Nobody has found two inputs with the same
# SHA-256, though there must be very many. So two sides can compare hashes in place of long messages.
#
# **Try it.** Change the second text so that it differs in nothing but a capital.

# %%
one = hashlib.sha256(b"Meet me in room 42.").digest()
other = hashlib.sha256(b"Meet me in room 43.").digest()
tools.bits_that_differ(one, other), "bits differ"

# %% [markdown]
# ## 3 · MAC and AEAD
#
# Anybody can compute a hash, so it does not show who made it. A **MAC** does: a short **tag**,
# computed from a *key* and the message. Who has the key can make the tag and check it; who has not,
# can do neither. TLS uses **HMAC** (RFC 2104 §2), a MAC made from a hash.
#
# **Task.** Tell whether a tag is right. `hmac.digest(key, message, "sha256")` makes one, and
# `hmac.compare_digest(a, b)` compares two without giving away, by its time, where they differ.

# %% tags=["task"]
import hmac


def my_accepts(key, message, tag):
    ### BEGIN SOLUTION
    return hmac.compare_digest(hmac.digest(key, message, "sha256"), tag)
    ### END SOLUTION


# %%
check.accepts(my_accepts)

# %% [markdown]
# Four messages arrive. Somebody sits in between, who sees everything and can change everything, but
# has no key:

# %%
for how, message, _ in tools.deliveries():
    print(f"{message.decode():12} {how}")

# %% [markdown]
# **Question.** How many of the four have a right tag?

# %% tags=["prediction"]
accepted = 2  ### PREDICT: how many of the four messages have a right tag?

# %%
reveal(
    accepted,
    tools.number_accepted,
    {
        1: "The copy has the same key and the same message, so it has the same tag.",
        3: "A hash is no tag: without the key nobody can make one.",
        4: "A changed message needs another tag, and without the key nobody can make it.",
        0: "The first came as it was sent.",
    },
)

# %%
attempt(
    lambda: [(how, my_accepts(tools.MAC_KEY, what, tag)) for how, what, tag in tools.deliveries()],
    my_accepts,
)

# %% [markdown]
# <details><summary>After you predicted</summary>
#
# A MAC notices every change, and no repetition. What helps is to put a number into each message that
# is never used twice; lesson 07 shows where TLS has it (RFC 5246 App. F.2).
#
# </details>
#
# An **AEAD** (RFC 5116 §2.1) does two things at once: it encrypts, and it adds a tag. AES-GCM is
# one. The encrypted text is as long as the text, and the tag has 16 bytes.

# %%
letter = tools.sealed(7, "camera on")  # its key is made from the number 7
changed = letter[:-1] + bytes([letter[-1] ^ 1])  # one bit of the tag
tools.opened(7, letter), tools.opened(7, changed), tools.opened(8, letter)

# %% [markdown]
# With the right key it opens. With one bit changed, or with another key, it does not open at all:
# not half, and not to garbage. `None` is our way to say so.
#
# ## 4 · Signature and encryption
#
# A MAC needs one key on both sides. Here one side has a **key pair**: the **private** key stays with
# its owner, the **public** one is for everybody. There are two uses of it, not to be mixed up:
#
# | | by everybody | by the owner alone |
# |---|---|---|
# | encryption | encrypt for the owner | decrypt |
# | **signature** | check | sign |

# %% [markdown]
# **Question.** The course's server signed a message. With which of its keys do you check that?

# %%
message = b"camera on"
signature = tools.signed(message)
len(signature), "bytes of signature"

# %% tags=["prediction"]
which_key = "public"  ### PREDICT: "public" or "private": which key of the server checks?

# %%
reveal(
    which_key,
    lambda: tools.key_that_checks(message, signature),
    {"private": "You don't have it: nobody but the server has. It signs with it."},
)

# %%
tools.signature_fits(message, signature), tools.signature_fits(b"camera off", signature)

# %% [markdown]
# A signature hides nothing: the message travels beside it, for all to read. One hears that signing
# is *encrypting with the private key*. Forget it: ECDSA signs, and no encryption goes with it.
#
# ## 5 · Diffie-Hellman, with small numbers
#
# Two sides that never met agree on a secret, while everybody listens. Both know a prime, 23, and a
# base, 5. Each picks a secret number, raises the base to it, divides by the prime, and keeps only the
# remainder:

# %%
my_secret = 6  # change it: any number from 2 to 21
my_public = pow(tools.BASE, my_secret, tools.PRIME)  # 5 to the power of my_secret, modulo 23
answer = tools.answer_to(my_public)
my_public, answer.public.hex(" ")

# %% [markdown]
# You sent your public number. Back came the other side's, in two bytes, and a sealed letter. The key
# of the letter is made from a number that was never sent: *their public number to the power of your
# secret*, modulo the prime. The other side raised *your* public number to *its* secret, and came to
# the same.
#
# **Task.** Compute that number.


# %% tags=["task"]
def my_shared_secret(their_public, my_secret, prime):
    ### BEGIN SOLUTION
    return pow(their_public, my_secret, prime)
    ### END SOLUTION


# %%
check.shared_secret(my_shared_secret)

# %%
their_public = attempt(lambda: my_number(answer.public), my_number)
shared = attempt(
    lambda: my_shared_secret(their_public, my_secret, tools.PRIME), my_shared_secret, their_public
)
attempt(lambda: tools.opened(shared, answer.letter), shared)

# %% [markdown]
# Nobody sent a key, and you read the letter.
#
# **Question.** Somebody only listened, and has both public numbers and the letter. Can he read it,
# too?

# %% tags=["prediction"]
listener_reads = "yes"  ### PREDICT: "yes" or "no": can a listener open the letter?

# %%
reveal(
    listener_reads,
    lambda: tools.can_listener_read(answer.letter),
    {
        "no": "With 22 numbers to try, he tries them all. The method is sound, the numbers are small."
    },
)

# %% [markdown]
# Now a prime of 127 bits. Your function does not mind. Someone who tries numbers, a thousand here,
# has some 10 to the power of 38 before him. (And it is still too small: there are better ways than
# trying. Those in use have numbers of 250 bits and more on curves, or of 2048 without.)

# %%
large = tools.answer_to(
    pow(tools.LARGE_BASE, 123456789, tools.LARGE_PRIME), tools.LARGE_PRIME, tools.LARGE_BASE
)
[n for n in range(1, 1001) if tools.opened(n, large.letter)]

# %%
agreed = attempt(
    lambda: my_shared_secret(my_number(large.public), 123456789, tools.LARGE_PRIME),
    my_shared_secret,
    my_number,
)
attempt(lambda: tools.opened(agreed, large.letter), agreed)

# %% [markdown]
# One thing is missing. Both sides know that they share a secret, and not *with whom*: somebody in
# between could do the exchange with each of them. So in TLS the server signs its public number. That
# is part 4 and part 5 together, and lesson 04.
#
# ## What we did
#
# | We | In TLS it is in |
# |---|---|
# | read numbers from bytes | every message: lesson 01 |
# | hashed, compared hashes | Finished: lesson 08 |
# | checked tags, sealed letters | every protected record: lesson 07 |
# | checked a signature | the certificate and ServerKeyExchange: 03, 04 |
# | agreed on a secret | ServerKeyExchange and ClientKeyExchange: 04, 05 |
#
# **Next:** [00 · The first handshake](00_first_handshake.ipynb).
