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
# # 13 · Real peers
#
# **You need:** lessons 05 (what a stolen key opens) and 09 (records from outside), a little Python.<br>
# **Time:** 30 minutes.<br>
# **RFC sections:** 9850 §1, §2 (key logs), 5246 §8.1, 8422 §2, 5280 §6.1.1.
#
# Our client will visit OpenSSL and nginx on this machine, a browser will open our page, and then we
# read a capture as Wireshark shows it, and find out what opens it.

# %% [markdown]
# > *Load the server's private key into Wireshark, and you can read the traffic.*
#
# Many guides say so. It was true for a long time. Let us see for which handshakes.
#
# First, two questions on what came before.

# %%
from tlskit import show

show.recall("13")

# %% [markdown]
# ## A request
#
# A real server serves pages. To get one, a client sends a few lines of text, inside TLS: which
# page, from which host, and here that it wants no second one.
#
# ```
# GET /hello.txt HTTP/1.1
# Host: localhost
# Connection: close
# ```
#
# Each line ends with CR and LF, `\r\n` in Python, and an empty line ends it all (RFC 9112 §2.1).

# %% [markdown]
# **Task.** Return such a request, as bytes, for any host and path.

# %%
from tlskit.checks import lesson_13
from tlskit.labs import brought_capture, certificate_chains, own_capture, real_browser, real_peers
from tlskit.predictions import reveal
from tlskit.tasks import attempt


# %% tags=["task"]
def my_request(host, path):
    ### BEGIN SOLUTION
    return f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
    ### END SOLUTION


# %%
lesson_13.request(my_request)

# %% [markdown]
# ## Our client visits OpenSSL and nginx
#
# The next cell starts `openssl s_server` here, if it is installed, and lets our client fetch a
# page. Where it is not, what the program once sent was recorded, and our client runs on that:
# its own randomness is the same each time, so it says the same. The first line tells which it was.

# %%
openssl = real_peers.visit("OpenSSL")
print(openssl.how)
show.table(("what", "with OpenSSL"), openssl.told)

# %% [markdown]
# nginx serves a good part of the web. The same client, and its ladder:

# %%
nginx = real_peers.visit("nginx")
print(nginx.how)
show.ladder(nginx.calls, nginx.order)

# %% [markdown]
# Nothing in it is new to you. In a terminal it is one line, for any server:
# `python3 course.py run connect HOST:PORT --get /`.
#
# ## A browser opens our page
#
# Now the other way round: our server, and a browser without a window. (Live or recorded, as above.)

# %%
browser = real_browser.browser()
print(browser.how)
show.table(("what", "with a browser"), browser.told)

# %% [markdown]
# You can see it with your own eyes. In a terminal:
#
# ```
# python3 course.py run serve --port 8443 --ca-out root.pem
# ```
#
# and in your browser `https://localhost:8443/`. It will warn you: the server's certificate is in
# order, but it leads to a root that your browser has never heard of (lesson 03).

# %% [markdown]
# `connect` refuses, too. **Question.** Without `--ca root.pem` our client does not know the root.
# Which alert does it send to our server?

# %% tags=["prediction"]
alert = "unknown_ca"  ### PREDICT: the name of the alert, with underscores?

# %%
reveal(
    alert,
    certificate_chains.alert_without_root,
    {
        "bad_certificate": "The certificate is in order; it is the root that nobody here knows.",
        "certificate_unknown": "That is for what no other alert is for; there is one for this.",
        "handshake_failure": "That is for lists that do not meet.",
    },
)

# %% [markdown]
# To import a root means to believe whatever its key signs (RFC 5280 §6.1.1). `serve` draws its
# root's key anew each time and forgets it at the end, and the root vouches for this machine's
# names only. The *course's* root is another matter: its key is public. Import it nowhere.
#
# ## Reading a capture
#
# A **capture** is a file with the packets that went by; Wireshark and tshark write and read them.
# `python3 course.py run pcap --suite NAME --out handshake.pcapng` writes one of our two ends. Here
# is such a file, from which the secrets were left out:

# %%
from tlskit.cipher_suites import suite_named

ECDHE = suite_named("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")
RSA = suite_named("TLS_RSA_WITH_AES_128_GCM_SHA256")
data = own_capture.capture_file(ECDHE, secrets=False)
taken = brought_capture.taken_apart(data)
rows = brought_capture.rows(taken.flights())
len(data), taken.conversation.client, taken.conversation.server

# %% [markdown]
# **Question.** Somebody without any secret opens it. How many handshake messages can be read, in
# both directions together? (Lesson 08's ladder has them all.)

# %% tags=["prediction"]
readable = 6  ### PREDICT: how many handshake messages can be read?

# %%
reveal(
    readable,
    lambda: len(taken.readable()),
    {
        8: "The two Finished come behind ChangeCipherSpec: they are protected.",
        5: "Did you count ServerKeyExchange, which the nine steps leave out?",
        7: "ChangeCipherSpec is no handshake message (RFC 5246 §7.1).",
        9: "The nine steps are not nine messages.",
        2: "More than the hellos is in the clear in TLS 1.2.",
    },
    figure=lambda: show.packets(rows, 1, taken.readable()[0][1], "random", "ClientHello"),
)

# %% [markdown]
# In Wireshark you find three panes like these: the list of packets, the fields of the one that you
# pick, and its bytes, in which the field that you pick is marked. Here they are drawn from our own
# decoding. The message once more, to look around in; change the number to see another.

# %%
name, message = taken.readable()[0]
show.explore_bytes(message, "random", title=name)

# %% [markdown]
# The client's random is marked. It is the name under which this connection will be looked up.
#
# **Task.** Find it without the explorer. `stream` is all that a client sent, from its first record
# on. Return the 32 bytes of ClientHello's random.


# %% tags=["task"]
def my_client_random(stream):
    ### BEGIN SOLUTION
    return stream[11:43]
    ### END SOLUTION


# %%
lesson_13.client_random(my_client_random)

# %% [markdown]
# ## What opens it?
#
# Suppose you are the one who runs the server: you have the certificate's private key. The guide
# says: load it, and read. Besides our capture of ECDHE there is one of RSA key transport:

# %%
transport = brought_capture.taken_apart(own_capture.capture_file(RSA, secrets=False))
transport.conversation.client

# %% [markdown]
# **Question.** Does it open the capture of ECDHE? And that of RSA key transport?

# %% tags=["prediction"]
key_opens_ecdhe = False  ### PREDICT: does the server's private key open the ECDHE capture?
key_opens_rsa = True  ### PREDICT: does it open the capture of RSA key transport?

# %%
reveal(
    key_opens_ecdhe,
    lambda: brought_capture.stolen_key_opens(taken),
    {True: "In ECDHE that key signed, and no more: nothing was encrypted for it."},
)

# %%
reveal(
    key_opens_rsa,
    lambda: brought_capture.stolen_key_opens(transport),
    {False: "Here ClientKeyExchange holds the pre-master secret, encrypted for that very key."},
)

# %% [markdown]
# So the guide tells of RSA key transport, which browsers no longer offer. For ECDHE nobody has
# a key that opens a recording later: that is **forward secrecy** (lesson 05).
#
# And still you can read your own browser's traffic in Wireshark. One of the two ends must tell
# what only it knows, while it knows it.

# %% [markdown]
# ## A line of text
#
# With the variable `SSLKEYLOGFILE` set, browsers and curl write a **key log**: a text file with a
# line for each secret. For TLS 1.2 it is one line a connection (RFC 9850 §2):
#
# - the label `CLIENT_RANDOM`
# - the client's random, in hex: whose secret this is
# - the master secret, in hex
#
# with one space between them.

# %% [markdown]
# **Task.** Write such a line from the two values, without a line end.


# %% tags=["task"]
def my_line(client_random, master_secret):
    ### BEGIN SOLUTION
    return f"CLIENT_RANDOM {client_random.hex()} {master_secret.hex()}"
    ### END SOLUTION


# %%
lesson_13.line(my_line)

# %% [markdown]
# Now the surprise, with your own function. Our client has kept its master secret; you write its
# line, and the capture that the private key could not open is tried again.
#
# **Question.** What does this line open: `"nothing"`, `"half"` (what the client sent), or
# `"everything"`?

# %%
_, key_log = own_capture.capture(ECDHE)
secret = brought_capture.secrets_of(key_log)["CLIENT_RANDOM", taken.client_random]
mine = attempt(lambda: my_line(taken.client_random, secret), my_line)


def line_opens():
    said = brought_capture.opened(taken, mine)
    return {0: "nothing", 1: "half", 2: "everything"}[said.count(" says:")]


# %% tags=["prediction"]
opens = "everything"  ### PREDICT: "nothing", "half" or "everything"?

# %%
reveal(
    opens,
    line_opens,
    {
        "nothing": "From the master secret come all keys of the connection (lesson 06).",
        "half": "The key block holds the keys of the server's direction, too (RFC 5246 §6.3).",
    },
    figure=lambda: brought_capture.opened(taken, mine),
)

# %% [markdown]
# One line of text did what the server's private key could not. That is what makes key logs so
# useful to learn with, and so dangerous to leave lying about: whoever gets hold of the file can
# read all connections in it, recorded long ago, too. RFC 9850 §3 warns of just that.
#
# Our own commands make such files readable by their owner only.

# %% [markdown]
# A browser's key log holds many connections. **Task.** Return the master secret, as bytes, of the
# connection with this random, or `b""` if it is not there. Other lines may stand between: comments
# begin with `#`, and TLS 1.3 has other labels.


# %% tags=["task"]
def my_secret(text, client_random):
    ### BEGIN SOLUTION
    for line in text.splitlines():
        parts = line.split()
        if parts[:2] == ["CLIENT_RANDOM", client_random.hex()]:
            return bytes.fromhex(parts[2])
    return b""
    ### END SOLUTION


# %%
lesson_13.secret(my_secret)

# %% [markdown]
# ## A capture of your own
#
# Here you can bring a file: put its name in place of `None`. Captures by Wireshark, tshark or
# tcpdump will do (pcap or pcapng), and a key log is found inside, if one was put there. Without a
# file you see the one from above, with its secrets inside.

# %%
from pathlib import Path

my_file = None
brought = Path(my_file).read_bytes() if my_file else own_capture.capture_file(ECDHE)
own = brought_capture.taken_apart(brought)
print(brought_capture.opened(own, own.key_log) or "no key log inside opens it")

# %% [markdown]
# Its messages, one by one, in the explorer: change the number.

# %%
name, message = own.readable()[1]
show.explore_bytes(message, title=name)

# %% [markdown]
# **Try it in Wireshark**, if you have it: write a file with `course.py run pcap --suite
# ECDHE-RSA-AES128-GCM-SHA256 --out handshake.pcapng` and open it. The secrets lie inside, in a
# block of their own, so you see HTTP at once. For a capture without them: *Preferences, Protocols,
# TLS, (Pre)-Master-Secret log filename*.

# %% [markdown]
# ## What the bytes said about it
#
# > Load the server's private key into Wireshark, and you can read the traffic.
#
# - *private key*: it opens RSA key transport. In ECDHE it signs, and opens nothing (RFC 8422 §2).
# - *you can read*: with one line from one of the two ends, for that connection alone.
# - *the traffic*: six handshake messages could be read by anybody, with no key at all.
#
# ## Stretch ★★: your own client and a server of the world
#
# With a network, visit one: `python3 course.py run connect example.org:443 --get / --trace`. It
# checks the certificate against your machine's roots. Some servers speak TLS 1.3 only; what do they
# say to a client that offers 1.2?

# %% [markdown]
# **What we saw.** Three programs that we did not write understood our bytes, and we theirs. A
# capture shows half of a handshake to everybody; one line of text opens the rest.
#
# **Next:** lessons 11 and 12, on TLS 1.3, are still to come. Back to the [index](index.ipynb).
