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
# # 08 · Finished
#
# **You need:** the key generation of [06](06_key_generation.ipynb), and from
# [07](07_record_protection.ipynb) what a protected record is.<br>
# **Time:** 30 minutes.<br>
# **RFC sections:** 5246 §7.4.9, §7.4.1.1, §6.2.1, App. F.1.3; 7627 §4.
#
# We will compute both Finished messages by hand, find out what they cover and what not, and then
# sit on the wire: change any byte of a handshake, and see who notices.

# %%
from dataclasses import replace

from tlskit import show, tls12
from tlskit.checks import lesson_08
from tlskit.labs import tampering
from tlskit.predictions import reveal
from tlskit.tasks import attempt

show.recall("08")

# %% [markdown]
# ## The sentence
#
# > *Both sides check that the handshake went well.*
#
# That is how write-ups put it. But what does "well" mean, and how would a side know? Up to here
# almost everything went over the network in the clear, and anybody on the way could have changed
# it.

# %% [markdown]
# ## We hold the wire
#
# This time the bytes pass through a function of ours. It is asked for each record: `sender` is
# `"client"` or `"server"`, and whatever the function returns arrives on the other side. First it
# only listens.

# %%
heard = []


def listen(sender, record):
    heard.append(record)
    return record


quiet = tampering.through(listen)
"both ends are done", quiet.client.done and quiet.server.done

# %% [markdown]
# Finished (RFC 5246 §7.4.9) carries one thing, **verify_data**:
#
#     verify_data = PRF(master_secret, finished_label, Hash(handshake_messages))
#
# cut to a fixed length. The label is `client finished` or `server finished`. The PRF you know from
# lesson 06: it makes as many bytes as one asks for.
#
# **Predict.** The suite's hash is SHA-256. How many bytes of verify_data are sent? (You opened a
# Finished in lesson 07.)

# %% tags=["prediction"]
size_of_proof = 12  ### PREDICT: how many bytes of verify_data?

# %%
reveal(
    size_of_proof,
    lambda: len(quiet.client.state.handshake_messages[-1]) - 4,
    {
        32: "That is the hash which goes in. The PRF's output is as long as one asks for.",
        48: "That is the length of a master secret.",
        16: "That is the whole message: four bytes are its header.",
    },
    figure=lambda: show.ladder(quiet.calls, quiet.order, today=("finished",)),
)

# %% [markdown]
# ## Which messages?
#
# `handshake_messages`, the **transcript**, is everything *up to, but not including, this message*.
# Seven records went by before the client's Finished; here are the first six bytes of each. The
# first is the content type (`16`, in decimal 22, is handshake; `14` is ChangeCipherSpec). In a
# handshake record the sixth is the message's own type.
#
# **Question.** Which of the seven count?

# %%
before = heard[:7]
[record[:6].hex(" ") for record in before]

# %% [markdown]
# **Your turn.** Write what the client's Finished covers, as one string of bytes. You get whole
# records; a record has a header of 5 bytes, its first byte is the content type (22 for handshake).
#
# Two rules of the RFC: a message counts *with* its own four-byte header, a record's header does
# not count. And HelloRequest, with which a server may ask for a new handshake, is left out: it is
# the four bytes `00 00 00 00` (§7.4.9, §7.4.1.1).


# %% tags=["task"]
def my_handshake_messages(records):
    # records: list of bytes, one message each -> bytes
    ### BEGIN SOLUTION
    messages = [record[5:] for record in records if record[0] == 22]
    return b"".join(message for message in messages if message != bytes(4))
    ### END SOLUTION


# %%
lesson_08.handshake_messages(my_handshake_messages)

# %% [markdown]
# Now the formula. `prf(secret, label, seed, length)` is the suite's; the hash is computed already.
# Secret, label and hash are bytes, and the length is the one you predicted.


# %% tags=["task"]
def my_verify_data(prf, master_secret, label, handshake_hash):
    ### BEGIN SOLUTION
    return prf(master_secret, label, handshake_hash, 12)
    ### END SOLUTION


# %%
lesson_08.verify_data(my_verify_data)

# %% [markdown]
# Put together: your bytes, your formula, the master secret of the handshake on our wire. Is it what
# the client sent? (verify_data begins behind the four bytes of header.)

# %%
from tlskit.tls12.key_schedule import handshake_hash, prf_sha256


def by_hand(label, messages):
    digest = handshake_hash("sha256", (messages,))
    return my_verify_data(prf_sha256, quiet.client.state.master_secret, label, digest)


# %%
client_finished, server_finished = quiet.client.state.handshake_messages[-2:]
mine = attempt(
    lambda: by_hand(b"client finished", my_handshake_messages(before)),
    my_verify_data,
    my_handshake_messages,
)
attempt(lambda: mine == client_finished[4:], mine)

# %% [markdown]
# The server's Finished comes second. **Question.** Only the label is different, or something else
# too? Write what it covers. `client_finished` is the whole message, opened: its four bytes of header
# and verify_data, no record around it.


# %% tags=["task"]
def my_server_messages(records, client_finished):
    ### BEGIN SOLUTION
    return my_handshake_messages(records) + client_finished
    ### END SOLUTION


# %%
lesson_08.server_messages(my_server_messages)

# %%
mine = attempt(
    lambda: by_hand(b"server finished", my_server_messages(before, client_finished)),
    my_verify_data,
    my_server_messages,
)
attempt(lambda: mine == server_finished[4:], mine)

# %% [markdown]
# So the two are never the same, and each proves two things: that its sender has the master secret,
# and that it saw the same messages, byte for byte.
#
# Our own ends could both be wrong. Let OpenSSL judge your formula:

# %%
from tlskit.connection import Connection
from tlskit.lesson import client_settings, openssl_server
from tlskit.peers import exchange


def with_openssl():
    formulae = replace(tls12.FORMULAE, verify_data=my_verify_data)
    client, openssl = Connection(client_settings(), tls12.client(formulae)), openssl_server()
    return not exchange(client, openssl) and client.done and openssl.done


attempt(with_openssl, my_verify_data)

# %% [markdown]
# ## Not over itself
#
# Some write-ups hash *all* messages, Finished included. Nobody can send that: verify_data would
# have to be known before it is computed. A receiver can make the mistake, though: this server
# notes the client's Finished first and computes then.
#
# **Question.** What will it say to an honest client?


# %%
def too_late(state, message):
    state = state.but(handshake_messages=(*state.handshake_messages, message))
    return tls12.SERVER_STEPS.receive_finished(state, message)


wrong_server = replace(tls12.SERVER_STEPS, receive_finished=too_late)
"what comes of it", tampering.through(listen, server_steps=wrong_server)

# %% [markdown]
# It refuses everybody. `decrypt_error` is the alert for a verify_data that differs (§7.2.2).
# Finished opened, so the keys were right; the two sides only counted different messages.

# %% [markdown]
# ## What Finished does not cover
#
# Someone on the way slips a HelloRequest in, just before ServerHello. It looks genuine: a handshake
# message in a plain record.
#
# **Predict.** Who complains?

# %% tags=["prediction"]
who = "nobody"  ### PREDICT: who complains, the "client", the "server", or "nobody"?

# %%
HELLO_REQUEST = bytes.fromhex("16 03 03 00 04  00 00 00 00")


def slip_in(sender, record):
    is_server_hello = record[:1] == b"\x16" and record[5:6] == b"\x02"
    return HELLO_REQUEST + record if is_server_hello else record


# %%
reveal(
    who,
    lambda: tampering.through(slip_in).who,
    {
        "client": "It overhears the request while it is negotiating (RFC 5246 §7.4.1.1).",
        "server": "The server never sees it; and the hashes leave it out on both sides.",
    },
)

# %% [markdown]
# <details><summary>After you predicted</summary>
#
# A client that is negotiating ignores HelloRequest, and it is left out of the hash by rule
# (RFC 5246 §7.4.1.1). So one may be sent at any time, and, while nothing is protected yet, a
# stranger may add one.
#
# </details>

# %% [markdown]
# Not covered, then (RFC 5246 §7.4.9): HelloRequest, alerts, ChangeCipherSpec, the headers of
# records, and where a message is cut into records. That ChangeCipherSpec comes at its place is for
# the order table to see: §7.4.9 makes it a fatal error if it is missing before Finished.

# %% [markdown]
# ## The tampering lab
#
# `flip(message, field)` flips the lowest bit of a field's first byte in transit and runs the whole
# handshake. What can come of it:
#
# - a side notices and says so: `"server decode_error"`. Other alerts you may meet:
#   `illegal_parameter`, `unexpected_message`, `protocol_version`, `decrypt_error`,
#   `bad_record_mac`;
# - the receiver waits for bytes that never come, `"server waits"`, and so everybody does;
# - `"no effect"`.
#
# **Predict** three cells. (In lesson 04 the signature covered both randoms and the parameters.)

# %% tags=["prediction"]
version_cell = "no effect"  ### PREDICT: ClientHello's record header, version 03 01 -> 03 00?
random_cell = "client decrypt_error"  ### PREDICT: ServerHello, the first byte of random?
length_cell = "client waits"  ### PREDICT: ServerHelloDone, its length 00 00 00 -> 00 00 01?

# %%
reveal(
    version_cell,
    lambda: str(tampering.flip("ClientHello", "header version minor")),
    lesson_08.WRONG["version"],
)

# %%
reveal(
    random_cell,
    lambda: str(tampering.flip("ServerHello", "random")),
    lesson_08.WRONG["random"],
    figure=lambda: show.tampered(tampering.flip("ServerHello", "random")),
)

# %%
reveal(
    length_cell,
    lambda: str(tampering.flip("ServerHelloDone", "length", byte=2)),
    lesson_08.WRONG["length"],
    figure=lambda: show.tampered(tampering.flip("ServerHelloDone", "length", byte=2)),
)

# %% [markdown]
# <details><summary>After you predicted</summary>
#
# Our ends look at the major version only in a plain record's header (for ClientHello RFC 5246
# App. E.1 demands it), and no hash holds it. A changed random fails at the signature in ServerKeyExchange, long before Finished
# (§7.4.3). And a length that promises more is no error yet: both sides wait, each for the other.
#
# </details>

# %% [markdown]
# ## A suite that nobody chose
#
# Our client offers two suites, `c0 2b` (ECDHE) and `00 9c` (RSA key transport), and the server takes
# the first. Now somebody changes the *second* one, in ClientHello, to `00 35`, in hex as well. The
# choice stays what it was.
#
# **Your turn.** Write the wire. In ClientHello stand, from the record's first byte on: 5 bytes of
# record header, 4 of message header, 2 of version, 32 of random, 1 (an empty session ID), 2 for the
# list's length, then the suites of 2 bytes each.


# %% tags=["task"]
def my_wire(sender, record):
    # record: bytes -> what arrives; ClientHello is handshake type 1
    ### BEGIN SOLUTION
    if record[0] == 22 and record[5] == 1:
        return record[:48] + bytes.fromhex("00 35") + record[50:]
    return record
    ### END SOLUTION


# %%
lesson_08.wire(my_wire)

# %% [markdown]
# **Predict** twice, with your own wire: once without extended master secret, once with it. Who
# notices, and with which alert? (Lesson 06: from what is the master secret made, each time?)

# %% tags=["prediction"]
without_extended = "server decrypt_error"  ### PREDICT: who and what, without it?
with_extended = "server bad_record_mac"  ### PREDICT: who and what, with it?

# %%
reveal(
    without_extended,
    lambda: str(tampering.through(my_wire, extended_master_secret=False)),
    lesson_08.WRONG["without"],
    figure=lambda: show.tampered(tampering.through(my_wire, extended_master_secret=False)),
)

# %%
reveal(
    with_extended,
    lambda: str(tampering.through(my_wire)),
    lesson_08.WRONG["with"],
    figure=lambda: show.tampered(tampering.through(my_wire)),
)

# %% [markdown]
# <details><summary>After you predicted</summary>
#
# Without extended master secret only the secret and the randoms go into the keys (RFC 5246 §8.1).
# They agree, Finished opens, and its verify_data is another. With it, the hash of all messages up
# to ClientKeyExchange goes into the master secret (RFC 7627 §4), so the keys differ and the record
# of Finished never even opens. The server speaks, for it reads the first Finished.
#
# </details>

# %% [markdown]
# ## The whole map
#
# The lowest bit of *every* byte of the handshake, one handshake each, more than 1600 of them: some
# seconds of computing.
#
# **Predict.** With extended master secret, how many of these bytes can be changed without one of
# our two ends noticing? (You met one.)

# %% tags=["prediction"]
unnoticed = 8  ### PREDICT: how many bytes of the handshake change unnoticed?

# %%
reveal(
    unnoticed,
    lambda: sum(cell.how == "nothing" for cell in tampering.every_byte()),
    {
        0: "You met one that is in no hash.",
        1: "The one you met has brothers: what kind of header was it in?",
        6: "Six messages come in plain records of handshake; what else comes in a plain record?",
        7: "How many sides send a ChangeCipherSpec?",
        10: "In a protected record the header's version is authenticated (RFC 5246 §6.2.3.3).",
        16: "Of a version's two bytes only one may change; the other must be 03.",
    },
    figure=lambda: show.tampering_map(tampering.every_byte()),
)

# %% [markdown]
# <details><summary>After you looked</summary>
#
# The unnoticed ones are the minor versions in plain records' headers. OpenSSL is stricter: once
# the hellos have gone by, it wants `03 03` there.
#
# </details>

# %% [markdown]
# Now pick any bit yourself, with extended master secret or without. (By keyboard: Tab to a list or
# slider, arrows change it.)

# %%
lab = show.tampering(tampering)
lab

# %% [markdown]
# The same with fixed values; change them if you like.

# %%
show.tampered(tampering.flip("ServerKeyExchange", "named_curve", byte=1, bit=0))

# %% [markdown]
# ## What the bytes said about it
#
# > *Both sides check that the handshake went well.*
#
# More exactly: each side proves with the master secret that it saw the same *handshake messages*
# before its Finished, and checks the other's proof. It is the first message under the new keys, so
# a difference that went into the keys shows even earlier. And what is no handshake message may
# have been changed all the same (RFC 5246 §7.4.9).

# %% [markdown]
# ## What an attacker gains if you skip this
#
# `downgrade` is a wire like yours: it writes `00 00` over the *first* suite in ClientHello, so only
# RSA key transport is left to choose.
#
# **Question.** Who stops this, if one side takes Finished without comparing? And if both do?


# %%
def who_stops_it():
    careless = tampering.careless
    rows = [
        ("both", careless(tampering.downgrade)),
        ("only the client", careless(tampering.downgrade, "server")),
        ("only the server", careless(tampering.downgrade, "client")),
        ("neither", careless(tampering.downgrade, "client", "server")),
    ]
    return show.table(("who compares verify_data", "without extended master secret"), rows)


attempt(who_stops_it, without_extended, with_extended)

# %% [markdown]
# One careful side is enough. With two careless ones the attacker has chosen the suite, and recorded
# traffic opens once the certificate's key is stolen (lesson 05).
#
# And Finished is only as strong as the key exchange: "Without the master_secret, the attacker cannot
# repair the Finished messages" (RFC 5246 App. F.1.3). Whoever can compute it in time can repair
# them.

# %% [markdown]
# ## The ladder so far
#
# - Finished carried verify_data, made from the master secret, a label and the hash of all
#   handshake messages before it; you computed both, and OpenSSL took yours.
# - The second Finished covered the first, and neither covered itself.
# - Alerts, HelloRequest, ChangeCipherSpec and record headers were outside.
# - A change on the way was noticed by whoever read it, by a signature, by the keys, by verify_data
#   at last, or not at all: your map says where.

# %%
attempt(lambda: show.ladder(quiet.calls, quiet.order, today=("finished",)), size_of_proof)

# %% [markdown]
# ## Optional: the map without extended master secret
#
# Compare ClientHello with the map above: which letter takes the place of which? And *above*, two
# letters of ClientHello were not like the others. Which field is it? (The table below each map names
# the fields.)

# %%
attempt(lambda: show.tampering_map(tampering.every_byte(False)), unnoticed)

# %% [markdown]
# <details><summary>After you looked</summary>
#
# The two odd bytes are the type of the extended_master_secret extension itself. Change them, and
# the server sees no such offer and does not answer it: so both sides make the keys from the
# randoms, and the keys agree. What notices is verify_data, as in old times.
#
# </details>
#
# **Try**, in the lab: find a byte of ServerHello whose change the *server* is the first to notice.
#
# <details><summary>After you tried</summary>
#
# The second byte of the type of ec_point_formats, `00 0b`. It becomes `00 0a`, supported_groups,
# which the client had offered and does not mind; so the first to meet a difference is the server.
#
# </details>

# %% [markdown]
# ## Optional: an alert from nobody
#
# An alert is no handshake message either. Here is a warning that neither side sent, in front of
# ServerHello. **Question.** What does the client make of it?

# %%
WARNING = bytes.fromhex("15 03 03 00 02  01 5a")  # warning, user_canceled


def warn(sender, record):
    return WARNING + record if record[5:6] == b"\x02" else record


warned = tampering.through(warn)
"both ends are done", warned.client.done, "the client was warned of", warned.client.warnings

# %% [markdown]
# It noted alert 90 and went on. Before there are keys nobody can tell a stranger's alert from the
# peer's; a *fatal* one would have ended the handshake (RFC 5246 §7.2).

# %% [markdown]
# ## Stretch ★★
#
# Change what goes over the wire, more than one byte of it, so that nobody notices: let Certificate
# come in *two* records. A record is type (1 byte), version (2), length (2), content; a message may
# be spread over several of them (RFC 5246 §6.2.1). Certificate is handshake type 11.


# %% tags=["task"]
def my_cut(sender, record):
    ### BEGIN SOLUTION
    if record[0] != 22 or record[5] != 11:
        return record
    head, content = record[:3], record[5:]
    halves = content[:100], content[100:]
    return b"".join(head + len(half).to_bytes(2, "big") + half for half in halves)
    ### END SOLUTION


# %%
lesson_08.unnoticed(my_cut)

# %% [markdown]
# **Next:** both sides are sure of each other's view. What can still be seen from outside?
# [09 · Application data](09_application_data.ipynb)
#
# **Write it yourself:** [exercise 08](../exercises/08_finished/08_finished.ipynb), transcript and verdict.
