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
# # 01 · ClientHello
#
# **You need:** a little Python, and [lesson 00](00_first_handshake.ipynb) or a look at it.<br>
# **Time:** 30 minutes.<br>
# **RFC sections:** 5246 §7.4.1.2 (the message), §4.3 (lists), App. E.1 (versions); 6066 §3 (the
# name).
#
# We will write the first message of a connection byte by byte, let OpenSSL read it, compare it with
# what a browser sends, and see what it tells everybody on the way.

# %% [markdown]
# > The client sends its version, cipher suites (symmetric + public-key + hash), a random, a session
# > ID, the server name.
#
# So, or much like it, it stands in many write-ups. Keep the sentence in mind: at the end we will
# hold the bytes against it.

# %%
from tlskit import show

show.recall("01")  # a question from lesson 00

# %% [markdown]
# ## Two fields of fixed length
#
# A **ClientHello** (RFC 5246 §7.4.1.2) begins with a version and 32 bytes of **random**. TLS 1.2 is
# written `03 03`: it counts on from SSL 3.0, which was `03 00`.
#
# The explorer below reads what we have so far. Its list ends at the first thing that is missing.
#
# **Question.** Which field is that?

# %%
from tlskit.lesson import HOST, lesson_random
from tlskit.messages import frame_handshake

random = lesson_random("01")(32)  # the same in every run, for teaching only
start = b"\x03\x03" + random
show.explore_bytes(frame_handshake(1, start), "random", title="Our hello so far")

# %% [markdown]
# `frame_handshake` put four bytes in front: 1 is the type of a ClientHello, then a length. That is
# the **header** which every handshake message has (§7.4).
#
# What comes next, the session ID, may have 0 to 32 bytes. So the reader has to be told how many.

# %% [markdown]
# ## Fields that say how long they are
#
# Such a field is a **vector**: first a length, then the content. The length counts bytes, not
# entries, the most significant byte first. How many bytes the length itself takes depends on the
# longest content that is allowed: one byte up to 255, else two, or three (§4.3, §4.4).
#
# **Task.** Write it. `size` is the number of bytes that the length takes. (Python:
# `(5).to_bytes(2, "big")` is `00 05`.)


# %% tags=["task"]
def my_vector(content: bytes, size: int) -> bytes:
    ### BEGIN SOLUTION
    return len(content).to_bytes(size, "big") + content
    ### END SOLUTION


# %%
from tlskit.checks import lesson_01
from tlskit.tasks import attempt

lesson_01.vector(my_vector)

# %% [markdown]
# <details><summary>Hints</summary>
#
# 1. Where to look: RFC 5246 §4.3, the last example.
# 2. The shape: a number in `size` bytes, `+`, the content.
# 3. The first half: `len(content).to_bytes(...)`
#
# </details>

# %% [markdown]
# A cipher suite, the name of a whole kit of algorithms (lesson 00), is a number of two bytes. The
# list of them, `cipher_suites`, may have up to 65534 bytes. The field is its length and its
# content together. Predict before you go on:

# %%
from tlskit.labs import hellos
from tlskit.predictions import reveal

suites = b"\xc0\x2b\xc0\x2f"  # two that Chromium offers too, for ECDSA and for RSA certificates

# %% tags=["prediction"]
two_suites = 6  ### PREDICT: how many bytes does cipher_suites take with two suites in it?

# %%
reveal(
    two_suites,
    lambda: hellos.size_with_suites(2),
    {
        4: "That is the content alone; the length before it is part of the field.",
        5: "A length of one byte reaches to 255 only; this list may have 65534 bytes.",
        2: "The length would say 4, not 2: it counts bytes. And it takes bytes itself.",
    },
)

# %% [markdown]
# The session ID names an older session that the client would like to take up again. We have none,
# so ours is empty: not nothing, but a vector of no bytes. Run this with your function:

# %%
two_more = attempt(lambda: start + my_vector(b"", 1) + my_vector(suites, 2), my_vector)
so_far = attempt(lambda: frame_handshake(1, two_more), two_more)
attempt(lambda: show.explore_bytes(so_far, "cipher_suites", title="Our hello so far"), so_far)

# %% [markdown]
# ## The name
#
# Most of what was added to TLS later lies in **extensions** (§7.4.1.4) at the end of the hello: each
# is a number of two bytes and a counted body. `server_name`, called **SNI** in many texts, has the
# number 0 (RFC 6066 §3), and its body is a list of names, in which today only one can stand:
#
# | part | its bytes |
# |---|---|
# | number of the extension | `00 00` |
# | length of its body | two bytes |
# | length of the list | two bytes |
# | kind of name: `host_name` | `00` |
# | length of the name | two bytes |
# | the name, in ASCII | one for each letter |
#
# **Task.** Build the whole table, from the inside out, with `my_vector`.


# %% tags=["task"]
def my_server_name(name: str) -> bytes:
    ### BEGIN SOLUTION
    entry = b"\x00" + my_vector(name.encode("ascii"), 2)
    return b"\x00\x00" + my_vector(my_vector(entry, 2), 2)
    ### END SOLUTION


# %%
lesson_01.server_name(my_server_name)

# %% [markdown]
# <details><summary>Hints</summary>
#
# 1. Where to look: RFC 6066 §3, and the table above, read from its last line upwards.
# 2. The shape: an entry, in a vector (the list), in a vector (the body), behind two zero bytes.
# 3. The first line: `entry = b"\x00" + my_vector(name.encode("ascii"), 2)`
#
# </details>

# %% [markdown]
# ## All of it
#
# Six fields: version, random, `session_id` (length of 1 byte), `cipher_suites` (2),
# `compression_methods` (1) and `extensions` (2). Compression is dead: the list holds a single
# method of one byte, `00`, which means none.
#
# **Task.** Put the body together: the six, without the header in front. `suites` and `extensions`
# are the entries alone, still without the length of their list.


# %% tags=["task"]
def my_client_hello(random: bytes, suites: bytes, extensions: bytes) -> bytes:
    ### BEGIN SOLUTION
    hello = b"\x03\x03" + random + my_vector(b"", 1) + my_vector(suites, 2)
    return hello + my_vector(b"\x00", 1) + my_vector(extensions, 2)
    ### END SOLUTION


# %%
lesson_01.client_hello(my_client_hello)

# %%
mine = attempt(
    lambda: frame_handshake(1, my_client_hello(random, suites, my_server_name(HOST))),
    my_vector,
    my_server_name,
    my_client_hello,
)
attempt(lambda: show.explore_bytes(mine, "host_name", title="My own ClientHello"), mine)

# %% [markdown]
# ## Somebody else reads it
#
# Now your function makes the hello of our client, with the suites and extensions that our client
# offers, and **OpenSSL** is the server. Where a wrong length leads it astray, it answers with an
# *alert*: two bytes that say what is wrong, and that it is over.

# %%
from tlskit.lesson import openssl_client, openssl_server

judged = attempt(lambda: hellos.said_by(my_client_hello, openssl_server()), my_client_hello)
attempt(lambda: show.ladder(judged.calls, judged.order, today=("client_hello",)), judged)

# %% [markdown]
# A whole handshake stands on your bytes: both sides hash them, and would not agree at Finished had
# they read different ones (RFC 5246 §7.4.9).
#
# **Try it.** Leave out `compression_methods` in `my_client_hello`, run that cell and then the one
# above. Which alert comes? Put it back afterwards.

# %% [markdown]
# ## What a browser says
#
# These were recorded: the first bytes that each program sent to a socket on its own machine, when
# it was told to open our host. (*Groups* are the curves for ECDHE. *Protocols inside*: what will be
# spoken once there are keys.)

# %%
chromium, openssl = hellos.recorded("chromium"), hellos.recorded("openssl")
print(chromium.how, openssl.how, sep="\n")

# %%
rows = hellos.compared(ours=hellos.ours(), openssl=openssl, chromium=chromium)
show.table(("what anybody can read", "our client", "OpenSSL", "Chromium"), rows)

# %% [markdown]
# **GREASE** (RFC 8701) are numbers like `ba ba` that mean nothing. Chromium sprinkles them among
# suites, groups and extensions, so that servers stay used to numbers they don't know: a server
# has to pass over them.
#
# Ours does. Here it answers the recorded hello, and takes one of the suites that Chromium offered
# (which one, and why, is lesson 02):

# %%
answered = hellos.answered(chromium.flight)
answered.state.suite.name, answered.state.server_name

# %% [markdown]
# That Chromium had a new profile: it had never met a server. Our client, just as new, sends an empty
# session ID.

# %% tags=["prediction"]
first_session_id = 32  ### PREDICT: how many bytes of session ID are in Chromium's hello?

# %%
reveal(
    first_session_id,
    lambda: len(hellos.field_of(chromium.message, "session_id").value),
    {
        0: "So it is in TLS 1.2, and in our hello: there is nothing to take up again.",
        33: "Its length, one byte before it, is not part of the ID.",
        16: "An ID may have this length too, but here it is another.",
    },
    figure=lambda: show.explore_bytes(chromium.message, "session_id", title="Chromium's hello"),
)

# %% [markdown]
# <details><summary>After you predicted: why?</summary>
#
# The bytes are random and name no session. A client that offers TLS 1.3 beside TLS 1.2 may run in
# **compatibility mode** (RFC 9846 App. E.4): it then always fills the field, so that its handshake
# looks like TLS 1.2 taking up an old session, which boxes on the way let pass. OpenSSL's hello does
# it too. So a session ID alone does not tell you that a client was here before.
#
# </details>

# %% [markdown]
# Once you have predicted, look around with the explorer: in Chromium's hello, then in our server's
# answer to it.

# %%
attempt(lambda: show.byte_explorer(answered.calls, answered.order), first_session_id)

# %% [markdown]
# The same without a widget. **Try it** with `cipher_suites`, or `named_group_list`. Which of the
# numbers mean nothing?

# %%
look = show.explore_bytes(chromium.message, "versions", title="Chromium's hello")
attempt(lambda: look, first_session_id)

# %% [markdown]
# ## Two versions in one flight
#
# The hello travels in a record (lesson 00), and the record has a version of its own, in its bytes 1
# and 2. Here is how each client's first *flight* begins: all that it sends before it waits.

# %%
[one.flight[:11].hex(" ") for one in (hellos.ours(), openssl, chromium)]

# %% [markdown]
# Record: `16` (handshake), **`03 01`**, length. Message: `01` (ClientHello), length, **`03 03`**.
# All three clients say TLS 1.0 outside and TLS 1.2 inside.
#
# Somebody on the way changes the outer one to `03 02`, and in a second run the inner one.


# %%
def outer(flight: bytes) -> bytes:
    return flight[:1] + b"\x03\x02" + flight[3:]


def inner(flight: bytes) -> bytes:
    return flight[:9] + b"\x03\x02" + flight[11:]


# %% tags=["prediction"]
outer_matters = False  ### PREDICT: 03 02 in the record: does the handshake fail, True or False?

# %%
reveal(
    outer_matters,
    lambda: hellos.passing(outer) != "done",
    {True: "Before ServerHello a server that is true to the RFC takes any 03 there."},
    figure=lambda: f"with OpenSSL as the server: {hellos.passing(outer, openssl_server())}",
)

# %% [markdown]
# Now the inner one. Possible ends: `"done"`, or who sends which alert, as
# `"server: protocol_version"`, `"server: decode_error"`, `"server: bad_record_mac"`.

# %% tags=["prediction"]
inner_changed = "server: protocol_version"  ### PREDICT: 03 02 in the hello: how does it end?

# %%
reveal(
    inner_changed,
    lambda: hellos.passing(inner),
    {
        "done": "This version counts: it is the highest that the client can do.",
        "server: bad_record_mac": "It does not get as far as keys: the hello itself is refused.",
        "server: decode_error": "It is a version, only one that this server does not speak.",
        "client: protocol_version": "The client never hears of 03 02: it is the server that reads it.",
    },
    figure=lambda: f"with OpenSSL as the server: {hellos.passing(inner, openssl_server())}",
)

# %% [markdown]
# <details><summary>After you predicted: why?</summary>
#
# Before ServerHello nobody knows which version will be spoken, so a server has to take
# "any value {03,XX}" (RFC 5246 App. E.1) around a ClientHello. No value pleases every old server,
# the same section says; `03 01` is what most clients came to send.
#
# In the hello the number is the highest version that the client can do. Our server does TLS 1.2
# only, OpenSSL here too, so both refuse 1.1. Try `03 04` in `inner`: both go on with TLS 1.2, and
# stumble at Finished, for the two sides saw different hellos.
#
# </details>

# %% [markdown]
# ## One address, two names
#
# Our server now has two certificates: its default is for `www.course.example`, the other for
# `signal.course.example`. TCP told it only an address. Our client wants `signal`.

# %%
visit = hellos.visit(asks="signal.course.example")
visit.shown, visit.ended

# %% [markdown]
# The certificate comes in the server's very first answer. So the client has to say the name before:
# that is what `server_name` is for, and why TLS 1.2 cannot encrypt it: there is no key yet.
#
# Next, the same client leaves the extension out. It still wants `signal.course.example`. Possible
# ends: `"done"`, `"client: bad_certificate"`, `"server: unrecognized_name"`,
# `"server: handshake_failure"`.

# %%
silent = hellos.visit(asks="")  # run, but not looked at yet

# %% tags=["prediction"]
shown_to_the_silent = "www.course.example"  ### PREDICT: the name in the certificate it gets?
ends_silent = "client: bad_certificate"  ### PREDICT: "done", or who sends which alert?

# %%
reveal(
    shown_to_the_silent,
    lambda: silent.shown,
    {
        HOST: "How would the server know? At the address nothing says which name is meant.",
        "none": "A server may refuse, but most show their default certificate, as ours does.",
    },
)

# %%
reveal(
    ends_silent,
    lambda: silent.ended,
    {
        "done": "The chain is sound, but it vouches for another name. A client must look at it.",
        "server: unrecognized_name": "No name was said, so there is none to be unrecognized.",
        "server: handshake_failure": "The server is content: it has a certificate to show.",
    },
    figure=lambda: show.ladder(silent.calls, silent.order, today=("client_hello",)),
)

# %% [markdown]
# ## What the network sees of you
#
# Everything on this page. Before the first key exists, whoever carries the packets reads which
# host you want, which protocol you will speak inside, and what your program can do; the pattern of
# it all often tells *which* program it is. Your address and the size and time of each packet come
# on top.
#
# What is hidden, later: which page you ask for, and all that is said. Look for
# `encrypted_client_hello` in Chromium's hello: an extension of TLS 1.3 that hides the name, if the
# client knows a key of the server's. Here it knew none: it filled in random bytes, and the name
# stands in the clear.

# %% [markdown]
# ## What the bytes said about it
#
# > The client sends its version, …
#
# - *its version*: the **highest** it can do, up to TLS 1.2; a browser lists its versions in an
#   extension.
# - *cipher suites*: a **list**, best first. "Public-key" is two things in it: how the secret is
#   agreed on, and how the server signs.
# - *a session ID*: mostly it was empty, or it named nothing.
# - *the server name*: in an **extension**, if the client says it; so are groups, signatures,
#   extended master secret.
#
# RFC 5246 §7.4.1.2, §7.4.1.4; RFC 6066 §3; RFC 7627 §5.1.

# %% [markdown]
# ## What an attacker gains if you skip this
#
# - A client that takes whatever certificate comes, as long as its chain is sound, talks to anybody
#   who has *some* certificate.
# - A client that sends the same random again lets an old signature of the server's pass once more:
#   it covers the random, to be fresh each time (§7.4.3; lesson 04).
# - A server that stops at numbers it does not know gives nobody an advantage, but breaks with the
#   next browser.
#
# Nobody has to break anything to read the name. It is simply there.

# %%
from tlskit.checkpoints import checkpoint

now = checkpoint("send_client_hello").run
show.ladder(now.calls, now.order, today=("client_hello",))

# %% [markdown]
# ## Optional: two more hellos
#
# OpenSSL as the client of the server with two names says each in turn. **Try it** with
# `turn.course.example`, for which this server has none: whose certificate comes, and who notices?

# %%
rows = [hellos.openssl_visits(name) for name in ("www.course.example", "signal.course.example")]
show.table(("OpenSSL asks for", "is shown", "ends"), [(v.asked, v.shown, v.ended) for v in rows])

# %% [markdown]
# And a number of your own: put a suite of your invention first, one that no server knows. `1a 1a` is
# one of the sixteen GREASE values (RFC 8701), `ff 77` is for private use (RFC 5246 §12). What does
# OpenSSL do?


# %%
def with_a_stranger(random: bytes, suites: bytes, extensions: bytes) -> bytes:
    return my_client_hello(random, b"\xff\x77" + suites, extensions)


stranger = attempt(lambda: hellos.said_by(with_a_stranger, openssl_server()), my_client_hello)
attempt(lambda: ("both are done", stranger.client.done and stranger.server.done), stranger)

# %% [markdown]
# ## Stretch ★★: the eavesdropper
#
# You sit on the wire and see a first flight pass: a record header of 5 bytes, a handshake header of
# 4, a body. Return the host name, or `""` if the hello says none. Walk from field to field by their
# lengths; no two clients put the name at the same place.


# %% tags=["task"]
def my_eavesdropper(flight: bytes) -> str:
    ### BEGIN SOLUTION
    at = 5 + 4 + 2 + 32
    for size in (1, 2, 1):  # session_id, cipher_suites, compression_methods
        at += size + int.from_bytes(flight[at : at + size], "big")
    at += 2
    while at < len(flight):
        length = int.from_bytes(flight[at + 2 : at + 4], "big")
        if flight[at : at + 2] == b"\x00\x00":
            return flight[at + 9 : at + 4 + length].decode("ascii")
        at += 4 + length
    return ""
    ### END SOLUTION


# %%
lesson_01.eavesdropper(my_eavesdropper)

# %%
attempt(lambda: my_eavesdropper(openssl_client().data_to_send()), my_eavesdropper)

# %% [markdown]
# **What we saw.** We built a ClientHello of six fields and OpenSSL read it; two numbers called
# version said different things; one name chose the certificate, and everybody could read it.
#
# **Next:** the server has lists of its own. What comes of two lists?
# [02 · ServerHello](02_server_hello.ipynb).
#
# **Write it yourself:** [exercise 01](../exercises/01_client_hello/01_client_hello.ipynb), encode and decode a ClientHello.
