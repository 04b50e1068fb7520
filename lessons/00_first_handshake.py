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
# # 00 · The first handshake
#
# **You need:** a little Python. No TLS at all.<br>
# **Time:** 25 minutes.<br>
# **RFC sections:** 5246 §7.3 (the order), §8.1 and §6.3 (the keys); 7627 §4; 8422 §2.
#
# We will watch a whole **handshake**, look into its bytes, see where its keys come from, and let
# OpenSSL, the TLS of very many programs, judge it. Nothing to write yet: run each cell with Shift + Enter, and answer each question
# for yourself before you run the cell below it.

# %% [markdown]
# ## Someone wants to make a video call
#
# A browser opens `wss://signal.course.example/` (`wss` is a WebSocket inside TLS), where two people
# who want to talk find each other: WebRTC calls it **signalling**. Nine things happen, as many
# write-ups count them, and only the ninth is what the browser came to say:
#
# 1 ClientHello · 2 ServerHello · 3 Certificate · 4 ServerHelloDone · 5 ClientKeyExchange ·
# 6 key generation · 7 ChangeCipherSpec · 8 Finished · 9 application data
#
# That is TLS 1.2; the document that defines it is RFC 5246, and § stands for a section of it. Here
# both ends are ours, and each step is one Python function.

# %%
from tlskit import show
from tlskit.cipher_suites import suite_named
from tlskit.lesson import ANSWER, REQUEST, Choice, run

# %%
choice = Choice(suite_named("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"))
first = run(choice, client_says=REQUEST, server_says=ANSWER)
"both ends are done", first.client.done and first.server.done

# %% [markdown]
# That was a real handshake: real bytes, real keys, a certificate chain that was checked. It ran in
# memory, and its random numbers come from a fixed seed, for teaching only: so your bytes are the
# same as everybody's.
#
# **Question.** Nine steps, two people. Which messages does the *server* send before the client
# speaks a second time? And which is the first message that nobody on the way can read?

# %%
show.ladder(first.calls, first.order)

# %% [markdown]
# The server answers with four messages in a row. The first message that is **protected** is
# Finished (8): everything above it would be readable on a network.
#
# Two lines may surprise you. ServerKeyExchange is *not in the nine*, yet here it came. And steps 7
# and 8 happen twice, once from each side.
#
# The sizes: "4 + 128 bytes" is a header and a body. A message travels in a **record**, which has a
# header of 5 bytes, and if it is protected some bytes more.

# %% [markdown]
# ## Now you choose
#
# A **cipher suite** (§7.4.1.2) names how the secret is agreed on and how the server proves itself,
# how records are protected, and the hash that makes the keys. Change anything below: each change
# runs a whole new handshake. (By keyboard: Tab to a list, Space opens it, arrows and Enter choose.)
#
# **Question.** Set *Key exchange* to RSA. Which message disappears?

# %%
from tlskit.lesson import pick_run

chooser = show.chooser(pick_run)
chooser

# %% [markdown]
# Here is the same handshake with RSA key transport, without a widget. Compare it with the first
# ladder, line by line.

# %%
rsa = run(Choice(suite_named("TLS_RSA_WITH_AES_128_GCM_SHA256")), REQUEST, ANSWER)
show.ladder(rsa.calls, rsa.order)

# %% [markdown]
# ServerKeyExchange is gone, and ClientKeyExchange has grown. This is the point that most write-ups
# mix up, so here are both side by side:
#
# | | RSA key transport | ECDHE |
# |---|---|---|
# | the public key that makes the secret is in | the certificate | ServerKeyExchange, new each time |
# | the certificate's key | decrypts | only signs |
# | ClientKeyExchange carries | the pre-master secret, **encrypted** | the client's **public** key |
# | a stolen certificate key opens old recordings | yes | no, if the fresh keys were destroyed |

# %% [markdown]
# RFC 5246 §7.4.7.1, App. F.1.1.2; RFC 8422 §2, §5.4, §5.7. RSA key transport is taught here because
# you will meet it in old texts; it is not recommended, and TLS 1.3 removed it (RFC 9846 §1.3).
#
# One more list: with *Resumption* set to *by ticket*, a browser that comes back takes its old
# session up again (§7.3; RFC 5077 §3.1). Which four messages are gone, and whose Finished comes
# first?

# %%
again = run(Choice(choice.suite, resumption="by ticket"), REQUEST, ANSWER)
show.ladder(again.calls, again.order)

# %% [markdown]
# ## Look into the bytes
#
# Pick a message, then a field. The explorer shows which bytes it is, what it means, who reads it
# and which section says so.
#
# **Task.** Find the name `signal.course.example` in the ClientHello. Which bytes hold it, and which
# two before them hold its length?

# %%
show.byte_explorer(first.calls, first.order)

# %%
show.explore(first.calls, first.order, message="client_hello", field="host_name")

# %% [markdown]
# Bytes 56 to 76, and its length in bytes 54 and 55. ClientHello comes before there are any keys, so
# anybody on the way can see which host you ask for (the field is RFC 6066 §3), even though they
# can't see what you say to it later.
#
# **Try it.** Change `field` to `random` in the cell above. Why 32 bytes, and who reads them?

# %% [markdown]
# ## Where the keys come from
#
# Step 6 sends nothing: each side computes the same keys alone, from a **pre-master secret** that
# only the two of them know. First the **master secret** (§8.1), 48 bytes; then the **key block**
# (§6.3), which is cut into keys.
#
# Both come out of the **PRF** (§5), a function that stretches a secret, a label and a **seed** into
# as many bytes as one asks for. An **IV** goes into the encryption of each record beside the key, so
# that equal texts come out different (here together with the record's number).
#
# **Question.** ChaCha20-Poly1305 takes a 32-byte key and a 12-byte IV. How many bytes of key block
# does such a connection need?

# %%
chacha = run(Choice(suite_named("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256")), REQUEST, ANSWER)
show.key_derivation(chacha.calls)

# %% [markdown]
# 2 × (32 + 12) = 88. The usual wrong answer is 44: but each direction has its own keys, so a record
# can't be sent back to where it came from.
#
# Look at what goes into the master secret: not the two randoms, but the hash of all handshake
# messages up to ClientKeyExchange, with the randoms inside. That is **extended master secret**
# (RFC 7627 §3, §4): the client offered it, the server accepted. Without it, the same suite gives
# the picture that write-ups show:

# %%
suite = suite_named("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256")
plain = run(Choice(suite, choice.group, extended_master_secret=False), REQUEST, ANSWER)
show.key_derivation(plain.calls)

# %% [markdown]
# ## Somebody else on the other side
#
# So far both ends were ours. Now **OpenSSL** takes the other side: the bytes still pass in memory,
# but another program reads them.

# %%
from tlskit import tls12
from tlskit.connection import Connection
from tlskit.lesson import client_settings, openssl_client, openssl_server, server_settings
from tlskit.peers import exchange

# %%
calls = []
client = Connection(client_settings(suites=(choice.suite,)), tls12.client(), calls)
openssl = openssl_server()
problems = exchange(client, openssl)
"no problems, both are done", not problems and client.done and openssl.done

# %%
show.ladder(calls, tls12.FULL)

# %% [markdown]
# (The sizes of OpenSSL's messages are left out: they depend on your OpenSSL.) OpenSSL can write its
# secrets into a **key log** (RFC 9850), so we can compare.
#
# **Question.** Neither side ever sent its master secret. If the two were different, at which message
# would this handshake have ended?

# %%
client.state.master_secret == openssl.master_secret

# %% [markdown]
# They are equal. Otherwise the first Finished would not have opened: it is the first message under
# keys that come from them. And the other way round: OpenSSL is the client, our server answers.

# %%
server = Connection(server_settings(), tls12.server())
openssl = openssl_client()
problems = exchange(openssl, server)
"equal again", not problems and server.state.master_secret == openssl.master_secret

# %% [markdown]
# ## The experiment of this course
#
# We replace one formula by a wrong one: `my_master_secret` hands the two randoms on in the wrong
# order. (Extended master secret is off from here on; the exercise asks why.)

# %%
from dataclasses import replace


def my_master_secret(prf, pre_master_secret, client_random, server_random):
    right = tls12.FORMULAE.master_secret
    return right(prf, pre_master_secret, server_random, client_random)


wrong = replace(tls12.FORMULAE, master_secret=my_master_secret)

# %% [markdown]
# **Question.** The same wrong formula on *both* of our sides: at which step does the handshake
# fail?

# %%
both_wrong = run(Choice(choice.suite, choice.group, False), REQUEST, ANSWER, wrong, wrong)
show.ladder(both_wrong.calls, both_wrong.order)

# %% [markdown]
# It does not fail. Both sides derived the same wrong keys, and their Finished messages agree. Now
# OpenSSL on one side:

# %%
calls = []
told = client_settings(suites=(choice.suite,), extended_master_secret=False)
client = Connection(told, tls12.client(wrong), calls)
problems = exchange(client, openssl_server())
show.ladder(calls, tls12.FULL)

# %% [markdown]
# OpenSSL can't open our Finished: its keys are not ours. It answers `bad_record_mac` (RFC 5246
# §7.2.2, §6.2.3.3) and knows no more than that. *That* something is wrong a **peer** (whoever is at
# the other end) can tell; *what* is wrong, you have to find out.
#
# **Question.** With the roles exchanged, who will send the alert?

# %%
calls = []
told = server_settings(suites=(choice.suite,), extended_master_secret=False)
server = Connection(told, tls12.server(wrong), calls)
problems = exchange(openssl_client(), server)
show.ladder(calls, tls12.FULL)

# %% [markdown]
# This time it is our server, because it receives the first Finished: the client finishes first in a
# full handshake (§7.3). The alert comes from whoever receives the first protected record.
#
# **Try it.** Put another mistake into `my_master_secret` and run these last cells again. Predict
# first: will both of our sides still agree? Will OpenSSL?

# %% [markdown]
# ## What we saw
#
# - A TLS 1.2 connection began with nine steps, and a message not among them, ServerKeyExchange.
# - Each side spoke in the clear up to its ChangeCipherSpec; the host's name was there to read.
# - RSA sent an encrypted secret; ECDHE sent two public keys and no secret at all.
# - Every record key came from the master secret, and each direction had its own.
# - Our own two ends agreed even when both were wrong. A foreign peer did not.
#
# **What an attacker gains if a client skips a step** is the question of each lesson to come.
#
# **Next:** write `master_secret` yourself, and let OpenSSL judge it:
# [exercise 00](../exercises/00_first_step/00_first_step.ipynb).
