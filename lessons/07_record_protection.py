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
# # 07 · ChangeCipherSpec and record protection
#
# **You need:** lesson 06 (the key block, cut into keys and IVs), a little Python.<br>
# **Time:** 30 minutes.<br>
# **RFC sections:** 5246 §6.1, §6.2.3, §6.2.3.3, §7.1; 5288 §3; 7905 §2.
#
# We will look at the byte that switches encryption on, predict how large an encrypted message is,
# open one with nothing but a key and a library, and then stand between two ends and do harm.

# %% [markdown]
# > *From here on everything is encrypted.*
#
# So say write-ups of step 7. Today we ask: from where, exactly? Everything? And is *encrypted* all
# that it is?
#
# First, two questions on what came before.

# %%
from tlskit import show

show.recall("07")

# %% [markdown]
# ## A byte that switches
#
# **ChangeCipherSpec** (§7.1) says: *what I send from now on is under the new keys.* Here is what a
# network sees up to the client's. The first byte of a record says what the record holds.

# %%
from tlskit.labs.record_protection import on_the_wire

wire = on_the_wire()
clear = [
    (one.sender, one.data[:5].hex(" "), one.content_type, one.data[5:17].hex(" "))
    for one in wire[:7]
]
show.table(("sender", "record header", "which says", "the content begins"), clear)

# %% [markdown]
# The last row is it: a header, and one single byte, `01`. All the others say *handshake*, and begin
# with a handshake header: type and length. This one has a record type of its own, 20 (hex 14), and
# no such header.
#
# **Question.** Each side keeps a **transcript**, the list of all handshake messages, which Finished
# will be made of. What happens to the client's when it sends ChangeCipherSpec?

# %% tags=["prediction"]
from tlskit.checkpoints import checkpoint
from tlskit.labs.record_protection import transcript_of
from tlskit.predictions import reveal

now = checkpoint("send_change_cipher_spec", "client")
transcript = "stays"  ### PREDICT: the client's transcript: "grows" or "stays"?

# %%
reveal(
    transcript,
    lambda: transcript_of(now.state, now.after),
    {"grows": "It is no handshake message: it has a record type of its own (§7.1)."},
)

# %% [markdown]
# It also switches *one* direction only: the sender's. Look at who is protected when:

# %%
rest = [
    (one.sender, one.content_type, "protected" if one.protected else "in the clear")
    for one in wire[6:]
]
show.table(("sender", "the header says", "what is behind the header"), rest)

# %% [markdown]
# The client's records are protected already while the server's next one still comes in the clear: its
# own ChangeCipherSpec. And the column in the middle never ends: content type, version and length of
# *every* record can be read on the way, also when what is behind them can't.
#
# ## How large is an encrypted Finished?
#
# Finished is 16 bytes: a handshake header of 4 and 12 bytes of `verify_data` (lesson 08). Now it is
# protected. How many bytes stand behind the record's header of 5?

# %% [markdown]
# What you need to know:
#
# - **AES-128-GCM** is an **AEAD**: it encrypts, byte for byte, and *authenticates*: it adds a
#   **tag** of 16 bytes, which shows whether anything was changed. Its **nonce**, a value that is used
#   only once, has 12 bytes: 4 from the key block, 8 that travel in front of each ciphertext.
# - **ChaCha20-Poly1305**, another AEAD, has a tag of the same size; both sides make all 12 bytes of
#   its nonce of what they know.
# - **AES-128-CBC with HMAC-SHA1** adds a MAC of 20 bytes, fills up to whole blocks of 16 bytes
#   (**padding**, one byte at least) and encrypts all that. In front it sends an **IV**, 16 random
#   bytes, so that no two records are encrypted alike.

# %% tags=["prediction"]
from tlskit.checks import lesson_07 as check
from tlskit.labs.record_protection import CBC, CHACHA, GCM, recorded_finished

gcm, chacha, cbc = recorded_finished(GCM), recorded_finished(CHACHA), recorded_finished(CBC)
gcm_size = 40  ### PREDICT: bytes behind the record header with AES-128-GCM?
chacha_size = 32  ### PREDICT: and with ChaCha20-Poly1305?
cbc_size = 64  ### PREDICT: and with AES-128-CBC and HMAC-SHA1?

# %%
reveal(
    gcm_size,
    lambda: gcm.fragment_size,
    check.wrong_sizes(GCM),
    lambda: show.record(gcm.record, gcm.parts, "The client's Finished"),
)

# %%
reveal(
    chacha_size,
    lambda: chacha.fragment_size,
    check.wrong_sizes(CHACHA),
    lambda: show.record(chacha.record, chacha.parts, "The client's Finished"),
)

# %%
reveal(
    cbc_size,
    lambda: cbc.fragment_size,
    check.wrong_sizes(CBC),
    lambda: show.record(cbc.record, cbc.parts, "The client's Finished"),
)

# %% [markdown]
# One message, three sizes. Now look for the **sequence number** in these bytes. Each side numbers the
# records that it sends, from 0 on, anew after its ChangeCipherSpec (RFC 5246 §6.1), and the number goes
# into the protection of each (§6.2.3.3, §6.2.3.1). But no record has a field for it: both sides count.
#
# ## Open it yourself
#
# You have the record and, from the key block, the key and the 4 bytes called `client_write_IV`, in
# RFC 5288 §3 also the **salt**. Three functions are missing. The first makes the nonce: salt, then the
# 8 bytes that travel in the record, the **explicit nonce**.


# %% tags=["task"]
def my_nonce(salt, explicit_nonce):
    """Return the 12-byte nonce of an AES-GCM record; all three are bytes (RFC 5288 §3)."""
    ### BEGIN SOLUTION
    return salt + explicit_nonce
    ### END SOLUTION


check.nonce(my_nonce)

# %% [markdown]
# The second: **additional data**, what is authenticated but not encrypted. If one bit of it differs,
# the tag does not fit. It is 13 bytes, all with the highest byte first (§6.2.3.3):
#
# `sequence number (8) + content type (1) + version (2) + length (2)`
#
# The length is the one *before* protection, the content's own.
#
# <details><summary>A hint</summary>
#
# `(258).to_bytes(2, "big")` is `b"\x01\x02"`; `bytes([22])` is one byte.
#
# </details>


# %% tags=["task"]
def my_additional_data(sequence_number, content_type, version, length):
    """Return the 13 bytes of additional data; all four arguments are numbers (§6.2.3.3)."""
    ### BEGIN SOLUTION
    number = sequence_number.to_bytes(8, "big")
    header = bytes([content_type]) + version.to_bytes(2, "big") + length.to_bytes(2, "big")
    return number + header
    ### END SOLUTION


check.additional_data(my_additional_data)

# %% [markdown]
# The third: put it together. `record` is a whole record: 5 bytes of header, 8 of explicit nonce, and
# the rest, in which the last 16 are the tag. `AESGCM(key).decrypt(nonce, rest, additional_data)`
# returns the content or raises `InvalidTag`.
#
# <details><summary>Hints, if you want them</summary>
#
# 1. The content type is `record[0]`; the version, `record[1:3]`, is 0x0303 here.
# 2. GCM's ciphertext is as long as the content, so the content's length is that of `rest`, less the
#    tag.
# 3. `rest = record[13:]`
#
# </details>

# %% tags=["task"]
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


def my_open(key, salt, sequence_number, record):
    """Return the content of an AES-GCM record; use my_nonce and my_additional_data."""
    ### BEGIN SOLUTION
    nonce, rest = my_nonce(salt, record[5:13]), record[13:]
    more = my_additional_data(sequence_number, record[0], 0x0303, len(rest) - 16)
    return AESGCM(key).decrypt(nonce, rest, more)
    ### END SOLUTION


# %%
from tlskit.tasks import attempt

mine = my_open, my_nonce, my_additional_data
attempt(lambda: check.opening(my_open), *mine)

# %% [markdown]
# Now the recorded Finished. It is the first record under the client's keys: number 0.

# %%
opened = attempt(lambda: my_open(gcm.key, gcm.salt, 0, gcm.record), *mine)
attempt(lambda: opened.hex(" ", -4), opened)

# %% [markdown]
# It begins with `14 00 00 0c`, a handshake header: Finished, 12 bytes. You have decrypted TLS. (Set
# the number in that cell to 1, and it refuses.)
#
# And a record that is not from us: your `my_open` becomes our client's only way to read, and OpenSSL
# is the server.

# %%
from tlskit import checks
from tlskit.labs.record_protection import opened_by

attempt(lambda: checks.against_openssl("unprotect", opened_by(my_open)), *mine)

# %% [markdown]
# One thing may have misled you. In our records the explicit nonce looks like the sequence number. The
# RFC allows that: it "MAY be the 64-bit sequence number" (RFC 5288 §3). It need not be. Here is the
# first protected record of OpenSSL's client: the number under which it opened, and whether its explicit
# nonce is the same.

# %%
from tlskit.labs.record_protection import openssl_explicit_nonce

number, explicit_nonce = openssl_explicit_nonce()
number, explicit_nonce == number.to_bytes(8, "big")

# %% [markdown]
# OpenSSL begins its explicit nonces at a random value. So nobody can read the number off a record: a
# receiver counts for itself. What for? Let us stand in between.
#
# ## Somebody on the way
#
# A client sends three records to the signalling server, `unmute`, `mute`, `leave room 42`: numbers 1,
# 2 and 3, since Finished was 0. We can't read them. But we carry them.
#
# **1. Flip a bit** of what is *not* encrypted: the last bit of the version in record 2's header.
# What does our server answer?

# %% tags=["prediction"]
from tlskit.labs.record_protection import send

flip = send("flip", record=2, part="version", bit=15)
header_flip = "bad_record_mac"  ### PREDICT: "accepted", "protocol_version" or "bad_record_mac"?

# %%
reveal(
    header_flip,
    lambda: flip.alert or "accepted",
    {
        "accepted": "Readable is not the same as unprotected: the version is additional data.",
        "protocol_version": "OpenSSL's server says so. Ours looks at the first byte only, and leaves "
        "the second to the tag, which covers both.",
    },
    lambda: show.journey(flip),
)

# %% [markdown]
# A flip anywhere behind the header ends in the same way. The alert never says what was wrong, and the
# connection is over: no second try.
#
# **2. Replay.** Record 2 arrives twice, every byte as the client made it. At which record does the
# server notice?

# %% tags=["prediction"]
replay = send("replay")
replayed = "the copy"  ### PREDICT: "the copy", "record 3" or "nobody"?

# %%
reveal(
    replayed,
    lambda: replay.noticed_at,
    {
        "nobody": "Every byte is genuine, but it was sealed under a number that is used up.",
        "record 2": "It opens when it comes first: it is as the client made it, and in its place.",
        "record 3": "The number is checked with each record, so there is no need to wait for it.",
    },
    lambda: show.journey(replay),
)

# %% [markdown]
# **3. Reorder.** Records 2 and 3 change places: 1, 3, 2. At which one does the server notice?

# %% tags=["prediction"]
reorder = send("reorder")
reordered = "record 3"  ### PREDICT: "record 3", "record 2" or "nobody"?

# %%
reveal(
    reordered,
    lambda: reorder.noticed_at,
    {
        "record 1": "It is as it should be, and nothing has been exchanged yet.",
        "record 2": "It comes too late, but before it another one came too early.",
        "nobody": "TCP would put packets back in order; here they were exchanged inside its stream.",
    },
    lambda: show.journey(reorder),
)

# %% [markdown]
# **4. Drop.** Record 2 never arrives. At which record can the server notice?

# %% tags=["prediction"]
drop = send("drop")
dropped = "record 3"  ### PREDICT: "record 1", "record 3" or "nobody"?

# %%
reveal(
    dropped,
    lambda: drop.noticed_at,
    {
        "record 1": "Record 1 is as it should be, and nothing announces how many will follow.",
        "record 2": "It never arrives: there is nothing to look at.",
        "nobody": "Numbers have no gaps: the next one that comes does not fit.",
    },
    lambda: show.journey(drop),
)

# %% [markdown]
# **5. Drop the last one.** The same, but it is record 3 that never arrives. Who notices?

# %% tags=["prediction"]
cut = send("drop", record=3)
last = "nobody"  ### PREDICT: "client", "server" or "nobody"?

# %%
reveal(
    last,
    lambda: cut.noticed_by,
    {
        "server": "It counts what comes. Nothing came, and that looks like silence.",
        "client": "It gets no receipt from TLS: records are not acknowledged.",
    },
    lambda: show.journey(cut),
)

# %% [markdown]
# How an end is told from a cut is a matter of lesson 09.
#
# And does the function that *you* wrote notice a copy? Here it is the server's only way to read.

# %%
attempt(lambda: show.journey(send("replay", server_opens=opened_by(my_open))), *mine)

# %% [markdown]
# ## A receiver that does not count
#
# Why count, if 8 bytes travel? Write a receiver that *believes* the explicit nonce: it opens each
# record under the number that these 8 bytes say. (Our own sender writes the sequence number there.)

# %% tags=["task"]
from tlskit.labs.record_protection import numbered_by


def my_number(counted, explicit_nonce):
    """Return, as a number, what the 8 bytes of the explicit nonce say; counted is ignored."""
    ### BEGIN SOLUTION
    return int.from_bytes(explicit_nonce, "big")
    ### END SOLUTION


check.number(my_number)

# %% [markdown]
# Record 2 arrives twice again: four arrivals, 1, 2, 2 and 3.

# %% tags=["prediction"]
careless = attempt(lambda: send("replay", server_opens=numbered_by(my_number)), my_number)
believed = 4  ### PREDICT: how many of the four arrivals open for this receiver?

# %%
reveal(
    believed,
    lambda: len(careless.read),
    {
        3: "The copy claims number 2, and under number 2 it was sealed: its tag is right.",
        2: "That is the receiver who counts. This one has no count that could be off.",
        1: "Keys, nonce and tag of all of them are genuine.",
    },
    lambda: show.journey(careless),
)

# %% [markdown]
# The same receiver, another order. **Try it.** Put `"drop"` in place of `"reorder"`. What would the
# people in that call hear?

# %%
attempt(lambda: show.journey(send("reorder", server_opens=numbered_by(my_number))), my_number)

# %% [markdown]
# ## What the bytes said about it
#
# *From here on everything is encrypted.* From where? Each side's records are protected from *its own*
# ChangeCipherSpec on, which is no handshake message. Everything? Content type, version and length stay
# readable, and lengths tell a lot (lesson 09). Only encrypted? Authenticated too, together with the
# header and a number that nobody sends.

# %% [markdown]
# **What an attacker gains if you skip this.**
#
# - No tag checked: AES-GCM encrypts like a stream, so each bit flipped in the ciphertext flips the
#   same bit of the text. Who knows `unmute` can make something else of it.
# - No counting: a genuine *unmute* of a minute ago, as often as one likes.
# - ChangeCipherSpec taken at any time: keys made too early, of nothing secret. OpenSSL once did
#   (CVE-2014-0224). Our table of steps answers `unexpected_message`.
#
# The ladder so far:

# %%
from itertools import takewhile

so_far = list(takewhile(lambda call: call.name != "send_finished", now.run.calls))
show.ladder(so_far, now.run.order, today=("change_cipher_spec",))

# %% [markdown]
# We saw a record type that holds one byte, predicted three sizes, made a nonce and additional data,
# opened a Finished and what OpenSSL sent, and did five kinds of harm to records.
#
# ## Optional: the record lab
#
# Choose a suite, a text, a record, and what happens to it. (By keyboard: Tab to a control; Space opens
# a list; arrows move the slider. Bit 0 is a part's first.)
#
# With *flip a bit* find endings that you have not seen yet: two other alerts (there are
# three), and a flip to which the server says nothing at all.

# %%
from tlskit.labs.record_protection import CONTENTS

show.record_lab(send, CONTENTS)

# %% [markdown]
# The same, without a widget. Try `send("flip", part="tag", bit=7)`, or another suite: `suite=CBC`.

# %%
show.journey(send("nothing"))

# %% [markdown]
# <details><summary>Which flips were they?</summary>
#
# All of them are in the header, which is read *before* anything can be opened: a content type that
# does not exist (`unexpected_message`), a first version byte that is not 3 (`protocol_version`), a
# length above 2¹⁴ + 2048 (`record_overflow`). And a length that is too large, but allowed: the server
# waits for the rest of a record that has no rest. RFC 5246 §6, App. E.1, §6.2.3.
#
# </details>
#
# ## Optional: the same with ChaCha20-Poly1305
#
# No explicit nonce travels: the nonce is the IV (12 bytes) XOR the sequence number (RFC 7905 §2). The
# additional data are the same. Number 0 would leave the IV as it is, so here is the formula:

# %%
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305


def xor(one, other):
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


nonce = xor(chacha.salt, (0).to_bytes(12, "big"))
cipher = ChaCha20Poly1305(chacha.key)

# %%
sealed, header = chacha.record[5:], (22, 0x0303, 16)
more = attempt(lambda: my_additional_data(0, *header), my_additional_data)
attempt(lambda: cipher.decrypt(nonce, sealed, more).hex(" ", -4), more)

# %% [markdown]
# ## Optional: inside a CBC record
#
# Here the MAC is made first and encrypted with the content, then blocks are filled up
# (§6.2.3.2). Decrypt, and look from the end: the last byte says how many bytes of padding stand before
# it, and each of them says the same.

# %%
from tlskit.labs.record_protection import inside_cbc

show.table(("part", "hex"), [(name, part.hex(" ")) for name, part in inside_cbc(cbc).items()])

# %% [markdown]
# The receiver must not tell a wrong padding from a wrong MAC, not even by the time it takes: whoever
# learns which it was can decrypt step by step. That is hard to get right, and why today's suites are
# AEAD. With **encrypt-then-MAC** (RFC 7366) the MAC covers the ciphertext, stands behind it, and is
# checked before anything is decrypted. The client offers it and the server agrees. Ours usually do; for
# the size above they were told not to.

# %%
better = recorded_finished(CBC, encrypt_then_mac=True)
show.record(better.record, better.parts, "Finished with encrypt-then-MAC")

# %% [markdown]
# ## Optional: one nonce, twice
#
# What if a sender uses a nonce a second time under one key? Two texts of the same length:

# %%
texts = b"unmute me in room 42", b"my password is qu42y"
twice = AESGCM(gcm.key)
first, second = (twice.encrypt(bytes(12), text, None)[:20] for text in texts)
xor(first, second) == xor(*texts)

# %% [markdown]
# The key has gone out of it: who has both ciphertexts has the XOR of both texts. Who knows one text
# reads the other:

# %%
xor(xor(first, second), texts[0])

# %% [markdown]
# It is worse than that. The key that makes the tags leaks too: from two such records an attacker "will
# be able to recover the internal hash key" (RFC 5116 §5.1.1), and then seals records that the receiver
# accepts. (We show the first half only; the second is some algebra.) Hence *never twice*, hence the
# counter in the nonce.
#
# ## Stretch ★★
#
# Write the other direction, `protect`: explicit nonce, ciphertext and tag. Choose an explicit nonce
# that is *not* the sequence number and never repeats (random bytes would, sooner or later), and let
# OpenSSL judge. `random` is what CBC draws its IVs with; you don't need it.


# %% tags=["task"]
def my_protect(keys, sequence_number, content_type, content, random):
    """Return explicit nonce + ciphertext + tag; keys.key and keys.iv (the salt) are bytes."""
    ### BEGIN SOLUTION
    explicit_nonce = (2**64 - 1 - sequence_number).to_bytes(8, "big")
    more = my_additional_data(sequence_number, content_type, 0x0303, len(content))
    nonce = my_nonce(keys.iv, explicit_nonce)
    return explicit_nonce + AESGCM(keys.key).encrypt(nonce, content, more)
    ### END SOLUTION


# %%
attempt(lambda: check.sealing(my_protect), my_protect, *mine[1:])

# %%
attempt(lambda: checks.against_openssl("protect", my_protect), my_protect, *mine[1:])

# %% [markdown]
# **Next:** what is in that first protected record, and what it proves:
# [08 Finished](08_finished.ipynb).
#
# **Write it yourself:** [exercise 07](../exercises/07_record_protection/07_record_protection.ipynb), protect and open records.
