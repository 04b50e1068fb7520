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
# # 10 · Resumption
#
# **You need:** lessons 05 (what a stolen key opens) and 06 (from secret to keys), a little Python.<br>
# **Time:** 30 minutes.<br>
# **RFC sections:** 5246 §7.3 (session IDs), 5077 §3 (tickets), 7627 §5.3.
#
# We will come back to a server, write its memory, see how a server does without one, and then steal
# a key that lesson 05 knew nothing of, and try it on a recording.

# %% [markdown]
# > *The session ID decides between resume and full.*
#
# A browser comes back to `wss://signal.course.example/`. Certificates, signatures, new secrets: must
# all of it be done again? TLS lets both sides take up what they agreed on, the **session** (§7.3).
# That is **resumption**, and the sentence says what decides about it.
#
# First, two questions on what came before.

# %%
from tlskit import show

show.recall("10")

# %% [markdown]
# ## Coming back
#
# On the first visit the server gave the session a name in ServerHello: the session ID, up to 32
# bytes (§7.4.1.2, §7.4.1.3). Both sides keep it, and with it suite and master secret.

# %%
from tlskit.labs import resumption, stolen_ticket
from tlskit.predictions import reveal
from tlskit.tasks import attempt

first, again = resumption.first_visit("by session ID"), resumption.visits("by session ID")
first.client.session.session_id.hex()

# %% [markdown]
# On the second visit ClientHello carries this ID, the server finds it, and says the same ID in
# ServerHello. What follows is an **abbreviated** handshake.
#
# **Question.** The full one had eight handshake messages: ClientHello, ServerHello, Certificate,
# ServerKeyExchange, ServerHelloDone, ClientKeyExchange, and a Finished from each side. How many are
# left?

# %% tags=["prediction"]
left = 4  ### PREDICT: how many handshake messages has the abbreviated handshake?

# %%
reveal(
    left,
    lambda: resumption.handshake_messages(resumption.visits("by session ID")),
    {
        3: "Finished is sent by each side.",
        6: "ChangeCipherSpec is sent twice, but it is no handshake message (§7.1).",
        5: "If you kept Certificate or ClientKeyExchange: what would they be for?",
        2: "The two hellos alone would leave open whether both sides have the secret.",
        8: "Then nothing would be saved. Which of them make a new secret, or prove whose it is?",
    },
    figure=lambda: show.ladder(again.calls, again.order),
)

# %% [markdown]
# <details><summary>After you predicted: what is gone, and who finishes first?</summary>
#
# Certificate, ServerKeyExchange, ServerHelloDone and ClientKeyExchange are gone: nothing is proved
# by a signature, and no secret is agreed on. That both still have the old one, Finished alone proves.
# And now the *server* finishes first, since it has all it needs as soon as it has drawn its random.
#
# </details>
#
# What it saves, on the wire in both directions. A **round trip** is a question and its answer; these
# are counted until the client may send its request. (*By ticket* is the other way to come back; we
# get to it below.)

# %%
show.table(("handshake", "bytes", "round trips"), resumption.costs())

# %% [markdown]
# And time? Both ends run on your computer; no network is in between. We take the quickest of
# fifteen handshakes of each kind.
#
# **Question.** How long does an abbreviated handshake take, beside a full one?

# %% tags=["prediction"]
takes = "less than half"  ### PREDICT: "less than half", "more than half", "more"?

# %%
reveal(
    takes,
    lambda: resumption.share_of_time(),
    {
        "more than half": "Signing, verifying and the chain of certificates take most of the time.",
        "more": "What would take longer? Nothing is added but a look into a table.",
    },
)

# %% [markdown]
# The master secret is the old one: nobody made another. **Question.** And the keys that protect the
# records, are they `"the same"` as on the first visit, or `"new"`?

# %% tags=["prediction"]
record_keys = "new"  ### PREDICT: "the same" or "new"?

# %%
reveal(
    record_keys,
    lambda: resumption.record_keys_compared(),
    {"the same": "Look at what else goes into the key block (§6.3). Both sides drew it today."},
    figure=lambda: show.key_derivation(again.calls),
)

# %% [markdown]
# ## The server's memory
#
# Now you are the server. `sessions` is a dictionary: session ID → session. A session knows when it
# was made: `session.created`, a `datetime` as `now` is. RFC 5246 App. F.1.4 suggests that none lives
# longer than 24 hours.
#
# **Task.** Return the session that has this ID if it is younger than 24 hours, else `None`. Any
# client can send you any ID.

# %% tags=["task"]
from datetime import timedelta


def my_find(sessions, session_id, now):
    ### BEGIN SOLUTION
    session = sessions.get(session_id)
    if session is None or now - session.created >= timedelta(hours=24):
        return None
    return session
    ### END SOLUTION


# %%
from tlskit.checks import lesson_10

lesson_10.find(my_find)

# %% [markdown]
# Your function as the memory of our server, and a client that visits it twice:

# %%
attempt(lambda: resumption.kind_of(resumption.come_back(my_find)), my_find)

# %% [markdown]
# **Question.** The next client brings an ID that your server never gave to anybody. What happens?

# %% tags=["prediction"]
stranger = "full handshake"  ### PREDICT: "full handshake", or the name of an alert?

# %%
reveal(
    stranger,
    lambda: resumption.kind_of(resumption.come_back(my_find, resumption.never_given)),
    {
        "handshake_failure": "An ID is an offer. A server that has forgotten has done no wrong.",
        "illegal_parameter": "It is well formed: 32 bytes. That nobody knows it is not its fault.",
    },
)

# %% [markdown]
# <details><summary>After you predicted: why?</summary>
#
# An ID is an offer, and a server may forget whenever it likes. It answers with another ID or none,
# and goes on as with anybody new (§7.4.1.3). A browser's very first hello in lesson 01 carried 32
# bytes that named nothing, and nobody minded.
#
# </details>
#
# ## A server without a memory
#
# A big service has many servers, and the browser may meet another one tomorrow. So the server hands
# its memory to the client: it seals the session with a key that only these servers have, the
# **ticket key**. What comes out is a **ticket** (RFC 5077 §3.1); the message that brings it is
# NewSessionTicket.

# %%
with_ticket = resumption.first_visit("by ticket")
show.ladder(with_ticket.calls, with_ticket.order, today=("new_session_ticket",))

# %% [markdown]
# The client can't read its ticket. Tomorrow it sends the ticket back in ClientHello, in an
# extension, and the server opens it.
#
# How does the client learn whether the ticket was taken? Our ClientHello has 32 bytes of session ID,
# too. If ServerHello repeats them, the session goes on (RFC 5077 §3.4).
#
# **Question.** Does the server know these 32 bytes from the first visit?

# %% tags=["prediction"]
seen_before = False  ### PREDICT: known from the first visit, True or False?

# %%
reveal(
    seen_before,
    lambda: resumption.knew_the_id(),
    {
        True: "The server keeps nothing, and its first ServerHello gave no ID. Who drew it, and when?"
    },
)

# %% [markdown]
# <details><summary>After you predicted: whose ID is it?</summary>
#
# The client drew it for this one hello. It may also leave it empty: then what follows ServerHello
# tells whether the ticket was taken: a Certificate, or none (RFC 5077 §3.4).
#
# </details>
#
# What else may a client bring, and what becomes of it? Each pick runs two visits. Of the eight in
# the list one ends in an alert. Guess which before you pick it.

# %%
show.offer_chooser(resumption.brought, list(resumption.BROUGHT))

# %% [markdown]
# The same without a widget. **Try it:** put something else in place of `"a ticket"`, say
# `"a ticket with one bit flipped"`. (A word that is not in the list brings the list.)

# %%
brings = "a ticket"
attempt(lambda: show.offer(resumption.brought(brings)))

# %% [markdown]
# ## One more key to steal
#
# In lesson 05 somebody recorded an ECDHE connection, later stole the certificate's key, and could
# read nothing: the ephemeral keys were gone. That was forward secrecy.
#
# Here is such a recording: a browser's *first* visit, a full handshake with ECDHE. It asked for a
# ticket. These are the server's messages before its ChangeCipherSpec, by type:

# %%
tape = stolen_ticket.tape()
[message[0] for message in tape.messages]

# %% [markdown]
# 2 ServerHello, 11 Certificate, 12 ServerKeyExchange, 14 ServerHelloDone, 4 NewSessionTicket.
#
# **Task.** Find the ticket. Behind the header of 4 bytes, NewSessionTicket has a lifetime hint in
# seconds (4 bytes), the ticket's length (2 bytes), the ticket (RFC 5077 §3.3). `messages` is a list
# of `bytes`; know it by its type.


# %% tags=["task"]
def my_ticket(messages):
    ### BEGIN SOLUTION
    for message in messages:
        if message[0] == 4:
            return message[10:]
    ### END SOLUTION


# %%
lesson_10.ticket_in(my_ticket)

# %% [markdown]
# A day later somebody gets at the server's ticket key: 32 bytes, the same for all its clients. What
# is inside a ticket, each server decides for itself. In ours:

# %%
key = tape.stolen_key()
show.table(("at", "bytes", "inside the seal"), stolen_ticket.session_parts())

# %% [markdown]
# **Task.** Open a ticket, and return the master secret. The ticket is the key's name (16 bytes), a
# nonce (12), and what was sealed with AES-GCM, the name being additional data:
# `AESGCM(key).decrypt(nonce, sealed, name)`.

# %% tags=["task"]
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


def my_master_secret(ticket, key):
    ### BEGIN SOLUTION
    name, nonce, sealed = ticket[:16], ticket[16:28], ticket[28:]
    return AESGCM(key).decrypt(nonce, sealed, name)[2:50]
    ### END SOLUTION


# %%
lesson_10.master_secret(my_master_secret)

# %% [markdown]
# Your two functions, on the recording and with the stolen key:

# %%
secret = attempt(
    lambda: my_master_secret(my_ticket(tape.messages), key), my_ticket, my_master_secret
)
secret.hex() if secret else secret

# %% [markdown]
# **Question.** No resumed connection was recorded, only this first one, under keys that came from
# ECDHE. How much of its application data can be read now?

# %% tags=["prediction"]
opens = "all of it"  ### PREDICT: "nothing" or "all of it"?

# %%
reveal(
    opens,
    lambda: stolen_ticket.what_opens(tape, my_master_secret(my_ticket(tape.messages), key)),
    {"nothing": "Whose master secret is in the ticket? And both randoms are on the tape."},
    figure=lambda: stolen_ticket.told(tape, secret),
)

# %% [markdown]
# <details><summary>After you predicted: why does ECDHE not help?</summary>
#
# The ticket was made at the end of that first handshake, and what it holds is the master secret *of
# that handshake*. It travelled before the server's ChangeCipherSpec, so no record key protected it,
# only the ticket key did (RFC 5077 §3.3). Forward secrecy ends where the ticket key lies.
#
# </details>
#
# What can a server do? Take new ticket keys often, and forget the old ones. Ours keeps the newest
# and one before it, so that a ticket of a moment ago still counts.
#
# **Question.** After how many *new* ticket keys is there none left at this server that opens the
# recording?

# %% tags=["prediction"]
rotations = 2  ### PREDICT: after how many new ticket keys?

# %%
reveal(
    rotations,
    lambda: stolen_ticket.rotations_until_safe(tape, my_master_secret),
    {
        1: "Then the key is the one before the newest, and it is still kept.",
        3: "One sooner: count the newest among those that are kept.",
        0: "As long as no key was replaced, the one that sealed it is there.",
    },
)

# %% [markdown]
# ## What the bytes said about it
#
# > The session ID decides between resume and full.
#
# - *the session ID*: one of **two** ways. With a ticket it decides nothing: the client draws it, and
#   its echo is the server's yes.
# - *decides*: the client offers, the **server** decides. An ID or a ticket that it does not know led
#   to a full handshake, and to no alert.
# - *resume*: the master secret was taken up again; all record keys were made anew.
#
# RFC 5246 §7.3, §6.3; RFC 5077 §3.1, §3.4.

# %% [markdown]
# ## What an attacker gains if you skip this
#
# - If a server never changes its ticket key, one theft opens **every** recorded connection in which
#   a ticket was given or brought back, ECDHE or not. (A memory of sessions holds master secrets, too,
#   but only its own, and only for a day.)
# - Whoever has that key can also stand in for the server: a client that comes back with a ticket is
#   shown no certificate.
# - If a session without extended master secret is taken up again, the triple handshake becomes
#   possible: optional, below (RFC 7627 §1, §5.3).
# - If a server does not look under which *name* a session was made, one host's session serves
#   another (RFC 6066 §3).

# %% [markdown]
# TLS 1.3 sends tickets protected, after the handshake, and what is in them is no longer the secret
# of the connection itself (RFC 9846 §4.7.1).
#
# ## The ladder so far
#
# A second visit, by ticket. Marked is what was new today: ServerHello says that the session goes on,
# and the server's Finished comes first.

# %%
by_ticket = resumption.visits("by ticket")
show.ladder(by_ticket.calls, by_ticket.order, today=("server_hello", "finished"))

# %% [markdown]
# ## Optional: the triple handshake
#
# A client connects to a server that is malicious: its certificate is in order, for its own name.
# That server connects to an honest one, in the background, and passes on both randoms and the
# session ID. With RSA key transport it can pass on the pre-master secret, too (RFC 7627 §1).
#
# Without extended master secret, the client and the honest server then have:

# %%
from tlskit.labs import triple_handshake

show.table(("what", "at both ends"), triple_handshake.attacked(extended_master_secret=False).rows)

# %% [markdown]
# On the second visit the one in between only passed bytes on. Both honest ends finished with each
# other, with the same messages and the same Finished; neither knows. Whatever is then tied to "this
# handshake" (a client's certificate, say) is tied to the wrong peer.
#
# **Question.** With extended master secret the first two handshakes still succeed. The second visit
# ends in an alert. Which one?

# %% tags=["prediction"]
with_ems = "bad_record_mac"  ### PREDICT: the name of the alert?

# %%
reveal(
    with_ems,
    lambda: triple_handshake.attacked(extended_master_secret=True).alert,
    {
        "handshake_failure": "Both offer it and both have it: nobody has a reason to complain yet.",
        "decrypt_error": "For that Finished would have to open first.",
        "bad_certificate": "No certificate is sent on the second visit.",
    },
)

# %% [markdown]
# <details><summary>After you predicted: why?</summary>
#
# Each master secret is made from the hash of *its* handshake (RFC 7627 §4). The two certificates
# differ, so the secrets do. The record keys of the second visit differ then, and the first
# protected record does not open. In TLS 1.2 that is what extended master secret is for.
#
# </details>

# %% [markdown]
# ## Stretch ★★: a session that never was
#
# Who has the ticket key can do more than read. Seal a session of your own invention: `name`, then
# `nonce`, then `session` under the key, with the name as additional data. The check visits our server
# with it, for the first time ever.


# %% tags=["task"]
def my_forgery(name, key, nonce, session):
    ### BEGIN SOLUTION
    return name + nonce + AESGCM(key).encrypt(nonce, session, name)
    ### END SOLUTION


# %%
lesson_10.forgery(my_forgery)

# %% [markdown]
# **What we saw.** We came back, and half of the work was done before; a name that nobody knew was no
# error; one key of the server opened a connection that ECDHE had closed.
#
# **Next:** three handshakes are broken, and you are asked why:
# [Diagnose this](10_diagnose_this.ipynb).
#
# **Write it yourself:** [exercise 10](../exercises/10_resumption/10_resumption.ipynb), tickets and decisions.
