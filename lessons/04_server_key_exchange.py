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
# # 04 · ServerKeyExchange and ServerHelloDone
#
# **You need:** lesson 03 (a certificate is public; its key is not), a little Python.<br>
# **Time:** 30 minutes.<br>
# **RFC sections:** 5246 §6.2.1, §7.4, §7.4.3, §7.4.5; 8422 §5.4.
#
# We will take a server's answer apart, find the message that holds its key, put together what the
# server signs, and then stop checking the signature: somebody will move in between our two ends.

# %% [markdown]
# > *The key is in ServerHello.*
#
# So say write-ups that were made from the list of a capture tool: a program, Wireshark for one, that
# shows what passes over a network. Its rows are packets, the pieces in which a network carries
# bytes, and a row is labelled with what is in it. Today we ask what is inside a row, and which
# message the key is in.
#
# First, two questions on what came before.

# %%
from tlskit import show

show.recall("04")

# %% [markdown]
# ## What one row of a capture holds
#
# After ClientHello our server sends four messages and then waits for the client: such a turn is
# called a **flight**. `talk` is a handshake with its bytes.

# %%
from tlskit.cipher_suites import suite_named
from tlskit.labs import server_flight as flight
from tlskit.predictions import reveal

talk = flight.server_talks()
f"{len(talk.flight)} bytes in the server's first flight"

# %% [markdown]
# Messages travel in **records** (§6.2.1), each with a header of 5 bytes and at most 16384 bytes of
# content. Our server puts each message into a record of its own.
#
# **Question.** Must it? What is the smallest number of records that can carry all four messages?

# %% tags=["prediction"]
fewest = 1  ### PREDICT: the smallest number of records for these four messages?

# %%
reveal(
    fewest,
    lambda: len(flight.records_in(flight.packed(2**14)(talk.flight))),
    {
        4: "One message a record is what our server does; it may also put several into one.",
        2: "The network takes two packets, but a record may be longer than a packet.",
    },
)

# %% [markdown]
# There are three kinds of boundaries, and none of them has to meet another. The bars below show the
# same bytes three times, as our server sent them. (Packets are drawn as on an Ethernet, where one
# has room for 1460 of our bytes.)

# %%
show.packing(flight.layers(talk.flight))

# %% [markdown]
# Now we pack the same messages into records of another size on the way, and let our client and
# OpenSSL's client read them. Pick a size (by keyboard: Tab to the list, Space opens it).
#
# **Question.** Can a record end in the middle of a message? Even among the first 4 bytes of one, its
# header?

# %%
show.repacking(flight.pick_packing)

# %% [markdown]
# The same without a list to pick from, in records of 100 bytes.

# %%
small, verdict = flight.pick_packing(100)
print(verdict)
show.packing(small)

# %% [markdown]
# Both clients take any packing, even 3 bytes a record, where each header is cut in two: §6.2.1 lets a
# sender put several messages into a record, and spread one over several. So counting packets or
# records tells you nothing about how many messages there are. To count them, forget the records and
# read the messages' own headers.
#
# ## Cut the flight into messages
#
# A message begins with its type (1 byte) and the length of its body (3 bytes, most significant
# first; §7.4). Then comes the body.
#
# **Task.** Return how many bytes the first message of `content` takes, header included. (`content`
# is `bytes`; `int.from_bytes(some_bytes, "big")` makes a number of bytes, most significant first.)


# %% tags=["task"]
def my_message_size(content):
    ### BEGIN SOLUTION
    return 4 + int.from_bytes(content[1:4], "big")
    ### END SOLUTION


# %%
from tlskit.checks import lesson_04 as check

check.message_size(my_message_size)

# %% [markdown]
# Your function now cuts the whole flight. (`handshake_in` takes the records' headers off.)

# %%
from tlskit.registry import HandshakeType, name_of
from tlskit.tasks import attempt

mine = attempt(
    lambda: flight.cut(flight.handshake_in(talk.flight), my_message_size), my_message_size
)
attempt(lambda: [name_of(HandshakeType, message[0]) for message in mine], mine)

# %% [markdown]
# ## Where is the key?
#
# Our server made an **ephemeral key** pair for this one handshake (RFC 8422 §2); its public half is
# what the client needs. We know these 32 bytes, so we can look for them.
#
# **Question.** Which of your messages holds them?

# %%
public = talk.server.state.key_pair.public
attempt(lambda: [(name_of(HandshakeType, one[0]), public in one) for one in mine], mine)

# %% [markdown]
# Here is that message from inside. Fields up to `public` are the **parameters**: which curve, and
# the public key on it. (A curve is what the two sides compute on, X25519 or P-256; both must take
# the same.) What follows is a **signature** over them.
#
# ServerHello named the suite, and with it ECDHE and RSA. It does not even say which curve: that is
# here too.

# %%
order = talk.client.side.order(talk.client.state)
show.explore(talk.calls, order, message="server_key_exchange", field="public")

# %% [markdown]
# **Question.** With the curve P-256 the public key is a point: one byte `04`, then x and y with 32
# bytes each (RFC 8422 §5.4.1). RSA-2048 signs as before. How long is the *body* of ServerKeyExchange
# then? (Read the sizes of the other fields off the list above.)

# %% tags=["prediction"]
p256_body = 329  ### PREDICT: bytes in the body of ServerKeyExchange with P-256?

# %%
reveal(
    p256_body,
    lambda: flight.server_key_exchange_body("P-256"),
    {
        333: "That counts the header of 4 bytes; the question was for the body.",
        328: "One byte is missing: the 04 before x and y, or the length before the whole point.",
        327: "Two bytes are missing: the length before the signature, or 04 and the point's length.",
        326: "Three bytes are missing: point and signature each have their length before them.",
        296: "That is X25519's; its public key is shorter.",
    },
)

# %% [markdown]
# ## What is signed
#
# Lesson 03 ended with an open question: anybody can send the server's certificate. *This* message
# answers it, for only the owner of the certificate's key can make the signature.
#
# It covers three things, one after the other: the client's random, the server's random, the
# parameters (RFC 8422 §5.4; 5246 §7.4.3).
#
# **Task.** Put together the bytes to be signed.


# %% tags=["task"]
def my_params_to_sign(client_random, server_random, params):
    ### BEGIN SOLUTION
    return client_random + server_random + params
    ### END SOLUTION


# %%
check.params_to_sign(my_params_to_sign)

# %% [markdown]
# Now yours is the function in our client, and OpenSSL's server signs. If you put together other
# bytes than OpenSSL did, its signature does not fit.

# %%
from tlskit import checks

checks.against_openssl("server_ecdh_params_to_sign", my_params_to_sign)

# %% [markdown]
# ## Nobody checks the signature
#
# What is it worth? We find out by leaving the check out. A client calls
# `verify_signature(scheme, public_key, signature, content)`, which raises an alert if the signature
# is wrong, and otherwise returns `None`.
#
# **Task.** Write a verifier that believes everything.


# %% tags=["task"]
def my_verify_signature(scheme, public_key, signature, content):
    ### BEGIN SOLUTION
    return None
    ### END SOLUTION


# %%
check.believes_everything(my_verify_signature)

# %% [markdown]
# A **man in the middle** stands between our client and our server. He has the server's chain (the
# server sent it to him, as to everybody) and a key pair of his own, but not the certificate's
# private key. First, against a client that checks:

# %%
from tlskit import tls12
from tlskit.labs import in_the_middle as middle

honest = middle.man_in_the_middle()
show.ladder(honest.at_client.calls, honest.at_client.order, today=("server_key_exchange",))

# %% [markdown]
# (What the ladder calls the server is he.) The chain was accepted: it *is* the server's. Then came a
# signature by another key, and the client sent `decrypt_error`, the alert for a signature that does
# not verify (§7.2.2).
#
# Now your verifier takes the place of ours among the client's formulae. Nothing else changes: the
# client still checks chain, name and dates.

# %%
from dataclasses import replace

careless = attempt(
    lambda: replace(tls12.FORMULAE, verify_signature=my_verify_signature), my_verify_signature
)
caught = attempt(lambda: middle.man_in_the_middle(careless), careless)
attempt(lambda: show.ladder(caught.at_client.calls, caught.at_client.order), caught)

# %% [markdown]
# The handshake came to its end, Finished and all. What did the man in the middle read?

# %%
attempt(lambda: print((caught.at_client.read + caught.at_server.read).decode()), caught)

# %% [markdown]
# Request and answer, in plain text. And what did the two ends notice?

# %%
attempt(lambda: (caught.client_read == caught.at_server.read, caught.at_client.alerts), caught)

# %% [markdown]
# Nothing: each got what the other had said, and no alert was sent. There were two handshakes, each
# with keys that the man in the middle made with one side, and each Finished was right, because
# Finished proves only that both sides of *that* handshake saw the same.
#
# A program that millions used did this: until 2014 a line `goto fail;` that stood there twice made
# Apple's TLS skip this very check (CVE-2014-1266).
#
# ## Yesterday's signature
#
# Why are the two randoms signed? Say that yesterday somebody recorded a ServerKeyExchange, really
# signed by the server, and that its ephemeral private key has leaked since. Today he plays the
# server and sends the old message again. He signs nothing.

# %%
old = middle.yesterday()
today = middle.replay(old)
show.ladder(today.calls, today.order, today=("server_key_exchange",))

# %% [markdown]
# The client computed what should be signed from *today's* randoms, and yesterday's signature is not
# over that. So `decrypt_error`.
#
# Now leave the randoms out. `bare` signs and verifies the parameters alone.


# %%
def only_params(client_random, server_random, params):
    return params


bare = replace(tls12.FORMULAE, server_ecdh_params_to_sign=only_params)

# %% [markdown]
# **Question.** Only today's *client* leaves them out; the server, yesterday, signed as it should.
# What comes of the replay?

# %% tags=["prediction"]
one_side = "refused"  ### PREDICT: only the client leaves the randoms out: "accepted" or "refused"?

# %%
reveal(
    one_side,
    lambda: middle.replay(middle.yesterday(), bare).verdict,
    {"accepted": "The server's signature covers the randoms, whatever the client leaves out."},
)

# %% [markdown]
# **Question.** And if the server, too, signed the parameters alone?

# %% tags=["prediction"]
good_today = True  ### PREDICT: both leave them out: is the old message good, True or False?

# %%
reveal(
    good_today,
    lambda: middle.replay(middle.yesterday(bare), bare).done,
    {False: "Then nothing in what is signed changes from day to day, and old looks like new."},
)

# %% [markdown]
# <details><summary>After you predicted</summary>
#
# A signature covers what the *signer* put in. As long as the server signs with the randoms, a
# client that leaves them out finds no signature right, old or new: it talks with no sound server at
# all. Only where *both* were made so, a message signed once is good for ever: the client finished
# the handshake and sent its request to somebody who never had the certificate's key. RFC 5246 App.
# F.1.1.3 names this as the reason for the randoms.
#
# </details>

# %% [markdown]
# ## Why RSA has no such message
#
# With RSA key transport the client encrypts a secret with the key in the certificate. It needs
# nothing more from the server, and there is nothing new to be signed.
#
# **Question.** How many messages are in the server's flight then?

# %% tags=["prediction"]
RSA = suite_named("TLS_RSA_WITH_AES_128_GCM_SHA256")
rsa_messages = 3  ### PREDICT: messages in the server's flight with this suite?

# %%
reveal(
    rsa_messages,
    lambda: len(flight.messages_in(flight.handshake_in(flight.server_talks(suite=RSA).flight))),
    {
        4: "One of the four is not sent: the client has all that it needs in the certificate.",
        2: "ServerHelloDone has no body, and is a message all the same.",
    },
)

# %% [markdown]
# It is not even allowed there (§7.4.3). So who proves in RSA that the server has the key? Nobody,
# at this step: only its correct Finished does, much later (App. F.1.1.2).
#
# ## Four bytes: ServerHelloDone

# %%
flight.DONE.hex(" ")

# %% [markdown]
# A type and a length of zero. It tells the client that the flight is over (§7.4.5). The client
# can't know by itself: a server *may* still ask for the client's certificate before it (§7.4.4).
#
# We drop these four bytes on the way.
#
# **Question.** Who sends an alert?

# %% tags=["prediction"]
lost = flight.server_talks(flight.without(HandshakeType.server_hello_done))
who = "nobody"  ### PREDICT: who sends an alert: "client", "server" or "nobody"?

# %%
reveal(
    who,
    lambda: lost.first_to_alert,
    {
        "client": "It can't know that something is missing: more may still be on its way.",
        "server": "It has said all that it had to say, and waits for ClientKeyExchange.",
    },
    lambda: show.table(*flight.hung_up(lost)),
)

# %% [markdown]
# <details><summary>After you predicted</summary>
#
# TLS has no clock. An end comes only from outside: somebody's patience runs out and the connection
# is closed. Then each end can say what it was waiting for; the table has their words.
#
# </details>

# %% [markdown]
# ## What the bytes said about it
#
# *The key is in ServerHello.* It was not: ServerHello held a random and a choice. The server's key
# came in a message of its own, two messages later, with its curve and a signature. What made it
# look otherwise is that one row can show several messages.
#
# **What an attacker gains if you skip this.** If the signature is not checked: everything that both
# sides say, and the power to change it, while chain and name are fine. If the randoms are not
# signed: one leaked ephemeral key plays the server for ever.

# %%
from itertools import takewhile

so_far = list(takewhile(lambda call: call.name != "send_client_key_exchange", talk.calls))
show.ladder(so_far, order, today=("server_key_exchange", "server_hello_done"))

# %% [markdown]
# We packed a flight anew, cut it into messages, found the key, put together what is signed, and saw
# what happens when nobody looks at the signature, when it is old, and when four bytes are missing.
#
# ## Optional: a ServerKeyExchange where none belongs
#
# What if one comes although RSA was chosen? We put the one from above into the RSA flight.

# %%
extra = flight.messages_in(flight.handshake_in(talk.flight))[2]
odd = flight.edited(lambda messages: [*messages[:2], extra, *messages[2:]])
flight.server_talks(odd, RSA).alerts

# %% [markdown]
# Clients that took such a message could be made to use a short RSA key from it (the FREAK attack of
# 2015). A message that does not belong is refused, whatever it holds.
#
# ## Stretch ★★
#
# Look into the signature with nothing but `pow`. An RSA signature, raised to `e` modulo `n`, is a
# block of 256 bytes: padding, the name of the hash, and at its end the SHA-256 of what was signed
# (RFC 8017 §8.2.2, §9.2). Return these 32 bytes.


# %% tags=["task"]
def my_hash_in_signature(signature, e, n):
    ### BEGIN SOLUTION
    return pow(int.from_bytes(signature, "big"), e, n).to_bytes(256, "big")[-32:]
    ### END SOLUTION


# %%
check.hash_in_signature(my_hash_in_signature)

# %% [markdown]
# Then it is the hash of what *you* put together:

# %%
from hashlib import sha256

from tlskit.checkpoints import checkpoint

now = checkpoint("receive_server_key_exchange")
rsa = now.state.peer_certificate.public_key().public_numbers()
params, signature = now.message[4:40], now.message[-256:]


# %%
def same_hash():
    signed = my_params_to_sign(now.state.client_random, now.state.server_random, params)
    return my_hash_in_signature(signature, rsa.e, rsa.n) == sha256(signed).digest()


attempt(same_hash, my_params_to_sign, my_hash_in_signature)

# %% [markdown]
# **Next:** the client's answer, [05 · ClientKeyExchange](05_client_key_exchange.ipynb).
#
# **Write it yourself:** [exercise 04](../exercises/04_server_key_exchange/04_server_key_exchange.ipynb), sign and verify.
