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
# # Exercise 08 · Finished ★★
#
# **You need:** [lesson 08](../../notebooks/08_finished.ipynb).<br>
# **Time:** 60 minutes.<br>
# **RFC sections:** 5246 §7.4.9, §7.4.1.1, §6.2.1, §7.2.2.
#
# You will collect what was said in a handshake, prove with Finished that you heard it, and decide
# whether the other side's Finished proves the same. OpenSSL will be that other side.

# %%
import hashlib
import hmac

from tlskit import show
from tlskit.exercises import exercise, points
from tlskit.tls12.key_schedule import PRF

this = exercise("08_finished")

# %% [markdown]
# ## 1 · The hash, worked ★
#
# The formula of this exercise (§7.4.9):
#
#     verify_data = PRF(master_secret, finished_label, Hash(handshake_messages))[0..11]
#
# `Hash` is the hash of the suite's PRF, and the messages go into it one after the other. This part is
# done.


# %%
def handshake_hash(hash_name: str, messages: list[bytes]) -> bytes:
    """Return the hash of all these messages together; hash_name is "sha256" or "sha384"."""
    return hashlib.new(hash_name, b"".join(messages)).digest()


len(handshake_hash("sha256", [b"a message"])), len(handshake_hash("sha384", [b"a message"]))

# %% [markdown]
# ### Which rule?
#
# In TLS 1.2, which hash does Finished have with the suite TLS_RSA_WITH_AES_128_CBC_SHA? Return the
# letter.
#
# - **a** SHA-1
# - **b** SHA-256
# - **c** SHA-384
# - **d** MD5 and SHA-1, side by side


# %% tags=["solution"]
def which_hash() -> str:
    """Return "a", "b", "c" or "d"."""
    ### BEGIN SOLUTION
    return "b"
    ### END SOLUTION


# %%
report = this.check("which_hash")
report

# %% grade="which_hash" points=1
points(report)

# %% [markdown]
# ## 2 · The transcript, its heart missing ★
#
# `handshake_messages` are all messages that went by before this Finished. On the wire they come in
# records: some hold several messages, some a part of one (§6.2.1), and some no handshake message at
# all. This helper puts them together again. It yields a content type and a message, without the
# record's header.


# %%
def messages_in(records):
    """Yield (content type, message) for whatever the records carry, whole messages."""
    stream = b""
    for record in records:
        if record[0] != 22:
            yield record[0], record[5:]
            continue
        stream += record[5:]
        while len(stream) >= 4 and len(stream) >= (size := 4 + int.from_bytes(stream[1:4], "big")):
            yield 22, stream[:size]
            stream = stream[size:]


# %% [markdown]
# Which of them count? A handshake message has content type 22, and counts with its own header of four
# bytes. One of them is left out by name: HelloRequest, which is `00 00 00 00` (§7.4.9, §7.4.1.1).
#
# The records go as far as the client's ChangeCipherSpec. Two lines are missing.
#
# <details><summary>Hint 1: where to look</summary>
#
# Lesson 08, *Which messages?* There each message had a record to itself.
#
# <details><summary>Hint 2: the shape</summary>
#
# An `if` with two conditions, and below it one line that makes `transcript` longer.
#
# </details></details>


# %% tags=["solution"]
def my_transcript(records: list[bytes]) -> bytes:
    """Return all that the first Finished covers, joined (RFC 5246 §7.4.9)."""
    transcript = b""
    for content_type, message in messages_in(records):
        ### BEGIN SOLUTION
        if content_type == 22 and message != bytes(4):
            transcript += message
        ### END SOLUTION
    return transcript


# %%
report = this.check("my_transcript")
report

# %% grade="my_transcript" points=3
points(report)

# %% [markdown]
# Now our server hears a handshake with OpenSSL's client, and both verify_data are made of what your
# function kept.

# %%
live = this.live("my_transcript")
live

# %% [markdown]
# ### Which rule?
#
# Somebody on the way changes the bytes of a handshake. Which change is in the hash, so that Finished
# shows it?
#
# - **a** A warning alert is slipped in.
# - **b** Certificate is cut into two records.
# - **c** A suite is taken out of ClientHello's list.
# - **d** A record's header says version 03 01 in place of 03 03.


# %% tags=["solution"]
def what_is_covered() -> str:
    """Return "a", "b", "c" or "d"."""
    ### BEGIN SOLUTION
    return "c"
    ### END SOLUTION


# %%
report = this.check("what_is_covered")
report

# %% grade="what_is_covered" points=1
points(report)

# %% [markdown]
# ## 3 · Send it ★★
#
# Write the whole message: a handshake header, then verify_data. The type of Finished is 20, and the
# length is a number of three bytes (§7.4). You get:
#
# - `prf(secret, label, seed, length)`, the PRF of the suite; secret, label and seed are bytes;
# - `hash_name`, for `handshake_hash` above;
# - `sender`: who sends this Finished, `"client"` or `"server"`. The label is `client finished` or
#   `server finished`;
# - `messages`: all handshake messages that went by before this one, headers included. If the other
#   side's Finished was among them, it is in the list.

# %% [markdown]
# <details><summary>Hint 1: where to look</summary>
#
# The formula in task 1; each of its parts is one of your arguments, or made of one.
#
# <details><summary>Hint 2: the shape</summary>
#
# One call of `handshake_hash`, one of `prf`, and four bytes before what it returns.
#
# </details></details>


# %% tags=["solution"]
def my_finished(
    prf: PRF, hash_name: str, master_secret: bytes, sender: str, messages: list[bytes]
) -> bytes:
    """Return a Finished message with its header (RFC 5246 §7.4.9)."""
    ### BEGIN SOLUTION
    digest = handshake_hash(hash_name, messages)
    verify_data = prf(master_secret, f"{sender} finished".encode(), digest, 12)
    return bytes([20, 0, 0, 12]) + verify_data
    ### END SOLUTION


# %%
report = this.check("my_finished")
report

# %% grade="my_finished" points=4
points(report)

# %%
live = this.live("my_finished")
live

# %%
show.ladder(live.calls, live.order)

# %% [markdown]
# ### Which rule?
#
# Both sides have the same master secret and saw the same messages. A lazy server sends the client's
# verify_data back. Why does the client refuse it?
#
# - **a** The label says who sends it, and the second Finished also covers the first.
# - **b** The server can't have read the client's Finished.
# - **c** The server's PRF is another one.
# - **d** The server has another hash.


# %% tags=["solution"]
def why_not_sent_back() -> str:
    """Return "a", "b", "c" or "d"."""
    ### BEGIN SOLUTION
    return "a"
    ### END SOLUTION


# %%
report = this.check("why_not_sent_back")
report

# %% grade="why_not_sent_back" points=1
points(report)

# %% [markdown]
# ## 4 · Take it, or not ★★★
#
# The peer's turn: its message has arrived and was opened. `role` is *your* role. `messages` is all
# that went by, and the last one is what has just come. Return `""` if it is a Finished that proves what
# it should; else the name of the alert (§7.2.2):
#
# - `unexpected_message` if it is no Finished at all;
# - `decode_error` if its verify_data is not as long as it has to be;
# - `decrypt_error` if it is another one than is due.
#
# `hmac.compare_digest(a, b)` compares without telling by its time how much was right.

# %% [markdown]
# <details><summary>A hint</summary>
#
# Compute what the *other* side had to send. What had gone by when it did so? Not yet the message that
# it was about to make.
#
# </details>


# %% tags=["solution", "long"]
def my_verdict(
    prf: PRF, hash_name: str, master_secret: bytes, role: str, messages: list[bytes]
) -> str:
    """Return "" for a peer's Finished that is right, else an alert's name (RFC 5246 §7.4.9)."""
    ### BEGIN SOLUTION
    *before, last = messages
    if last[0] != 20:
        return "unexpected_message"
    if len(last) != 4 + 12:
        return "decode_error"
    peer = "server" if role == "client" else "client"
    digest = handshake_hash(hash_name, before)
    due = prf(master_secret, f"{peer} finished".encode(), digest, 12)
    return "" if hmac.compare_digest(last[4:], due) else "decrypt_error"
    ### END SOLUTION


# %% [markdown]
# The check has Finished messages of all kinds. Some come from a peer that made a mistake: if you take
# such a one, you make the same mistake, and it has a name.

# %%
report = this.check("my_verdict")
report

# %% grade="my_verdict" points=5
points(report)

# %% [markdown]
# Live there are three handshakes: you are the client, then the server, and in the third one somebody
# sits on the wire and changes a suite that ClientHello offers.

# %%
live = this.live("my_verdict")
live

# %%
show.ladder(live.calls, live.order)

# %% [markdown]
# ### Which rule?
#
# A peer's Finished arrives. Its record opened, but verify_data is not what was due. No extended master
# secret was agreed on. What do you know?
#
# - **a** The two sides have other write keys.
# - **b** Somebody changed a byte of this very record.
# - **c** A record before it was lost.
# - **d** The two sides did not see the same handshake messages, or one of them computed wrongly.


# %% tags=["solution"]
def what_differs() -> str:
    """Return "a", "b", "c" or "d"."""
    ### BEGIN SOLUTION
    return "d"
    ### END SOLUTION


# %%
report = this.check("what_differs")
report

# %% grade="what_differs" points=1
points(report)

# %% [markdown]
# ## In your own words
#
# A friend says: the server has shown its certificate and signed its key exchange, so the client knows
# whom it talks to. What is Finished still for?

# %% [markdown] explain="explain-what-for" points=2
# The signature covers the randoms and the key exchange parameters, and nothing else: the list of suites,
# the extensions and the choice went over the wire without protection. Finished is made with the master
# secret and covers all messages, so both sides learn that the other one saw and sent the same, and that
# it has the same secret.
#
# **What to look for.** 1 point: it covers what no signature did, as what was offered and chosen. 1 point:
# it proves that the peer has the same master secret (the keys work), or that it does so in both
# directions.

# %% [markdown]
# Somebody on the way takes the good suites out of ClientHello, so that the server chooses a weak one.
# Tell what happens until it is noticed, and on what the attacker's plan hangs.

# %% [markdown] explain="explain-downgrade" points=2
# The server chooses from the shorter list, and the handshake goes on to the client's Finished. Its hash
# covers the ClientHello that the client sent; the server computes with the one that it got. They differ,
# and the server sends decrypt_error. (With extended master secret the keys differ already, and the
# record does not open.) To make the right Finished the attacker needs the master secret while the
# handshake runs, so the key exchange would have to be that weak.
#
# **What to look for.** 1 point: client and server hash different ClientHellos, so Finished does not
# verify (or its record does not open). 1 point: the attacker needs the master secret to make a Finished
# that fits.

# %% [markdown]
# **Back to** [lesson 08](../../notebooks/08_finished.ipynb). **Next:**
# [exercise 09](../09_capstone/09_capstone.ipynb), in which your functions do a whole handshake.
