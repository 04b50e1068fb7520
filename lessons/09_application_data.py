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
# # 09 · Application data
#
# **You need:** lesson 07 (how a record is protected) and a little Python.<br>
# **Time:** 30 minutes.<br>
# **RFC sections:** 5246 §10 (application data), §6 (what is not hidden), §7.2.1 (the end).
#
# We will fetch a page over a real socket, find out from outside which page it was, send a video
# call's first words through the connection and alter them, and end a connection too early.

# %% [markdown]
# > *Now nothing can be seen from outside.*
#
# With this, most descriptions of the handshake end. The ninth step is what all the others were for:
# **application data** (§10), records of type 23, protected with the new keys.
#
# First, two questions on what came before.

# %%
from tlskit import show

show.recall("09")

# %% [markdown]
# ## A page over a real socket
#
# So far bytes passed in memory. Now they take this computer's own network, which is called
# loopback: a server by Python's `ssl` module, which means OpenSSL, runs beside us in a thread, and
# our client connects to it.
#
# `fetch` does nothing new: it carries bytes between a socket and the `Connection` that you know.

# %%
from tlskit import tls12
from tlskit.labs import lengths, loopback, signalling
from tlskit.lesson import client_settings
from tlskit.network import LOOPBACK, fetch
from tlskit.predictions import reveal
from tlskit.tasks import attempt

# %%
settings = client_settings(suites=(loopback.SUITE,))
request = loopback.request("/help/camera")
with loopback.python_server(lengths.PAGES) as port:
    answer = fetch(LOOPBACK, port, request, settings, tls12.client())
print(answer.data.decode())

# %% [markdown]
# A web page, in HTTP, read by nobody in between. **Try it:** the server also has `/help/password`
# and `/help/threats`. Change the path above and fetch one of them.
#
# ## What is seen from outside
#
# Somebody in between can't open the records. But each has a header of five bytes that is not
# encrypted: its type, version, length.
#
# **Question.** With AES-128-GCM a server sends 200 bytes in one record. What does the length in its
# header say? (Lesson 07 has the parts.)

# %% tags=["prediction"]
in_header = 224  ### PREDICT: the length in the header of a record with 200 bytes of content?

# %%
reveal(
    in_header,
    lambda: loopback.length_in_header(200),
    {
        200: "That is what was written; protection adds to it.",
        216: "You thought of the tag; a part of the nonce travels in the record, too (RFC 5288 §3).",
        208: "You thought of the nonce; the tag of 16 bytes comes on top.",
        205: "The header's own 5 bytes are not counted, and what protection adds is missing.",
        229: "The header's own 5 bytes are not counted in its length.",
    },
)

# %% [markdown]
# It is always the same number more. Now we let somebody stand in between: `wiretap` passes all
# bytes on, in both directions, and keeps a copy. Here is what the server sent after its
# ChangeCipherSpec.

# %%
with loopback.python_server(lengths.PAGES) as port, loopback.wiretap(port) as tap:
    fetch(LOOPBACK, tap.port, loopback.request("/help/camera"), settings, tls12.client())
records = loopback.protected_records(tap.server)
show.table(("type", "length"), [(one.content_type, len(one.fragment)) for one in records])

# %% [markdown]
# Type 22 is handshake (that is Finished), 23 is application data, 21 an alert. We come to the
# alert later.
#
# **Task.** Be the one in between. `wire` is bytes, one record behind the other. Walk over it from
# record to record, and return a list: the lengths, as the headers have them, of all records whose
# type is 23. A header is type (1 byte), version (2), length (2, the greater byte first).


# %% tags=["task"]
def my_record_lengths(wire):
    ### BEGIN SOLUTION
    found, at = [], 0
    while at < len(wire):
        length = int.from_bytes(wire[at + 3 : at + 5], "big")
        if wire[at] == 23:
            found.append(length)
        at += 5 + length
    return found
    ### END SOLUTION


# %%
from tlskit.checks import lesson_09

lesson_09.record_lengths(my_record_lengths)

# %% [markdown]
# ## Which page was it?
#
# The three pages are public. Anybody can fetch them and count how long each answer is, before TLS:

# %%
sizes = lengths.answer_sizes()
sizes

# %% [markdown]
# **Task.** `found` is the list that `my_record_lengths` returns, `sizes` is the dictionary above.
# Return the path of the page that fits, or `""` if none does. An answer may be spread over several
# records.


# %% tags=["task"]
def my_page(found, sizes):
    ### BEGIN SOLUTION
    content = sum(length - 24 for length in found)
    for path, size in sizes.items():
        if size == content:
            return path
    return ""
    ### END SOLUTION


# %%
lesson_09.page(my_page)

# %% [markdown]
# Somebody fetched three pages, one connection each, and we recorded what the server sent. There is
# no key in these recordings, and no path in the clear. Your two functions (`lengths_in` calls the
# first, and stops it should it never end):

# %%
overheard = [lengths.overheard(number) for number in range(3)]
mine = attempt(
    lambda: [my_page(lesson_09.lengths_in(my_record_lengths, one), sizes) for one in overheard],
    my_record_lengths,
    my_page,
)
mine

# %%
attempt(lambda: lesson_09.pages(mine), mine)

# %% [markdown]
# No cipher was broken. RFC 5246 says so itself: "type and length of a record are not protected by
# encryption" (RFC 5246 §6), and leaves it to the protocol on top to think of padding. To alter them
# is another matter: GCM's tag covers both (§6.2.3.3).
#
# TLS 1.2 with AES-GCM has no padding of its own (TLS 1.3 has some: RFC 9846 §5.4). So let the server
# fill its pages up with spaces. **Question.** Up to a multiple of how many bytes, before all three
# look the same? Find out:

# %%
show.lengths_chooser(lengths.seen, list(lengths.PAGES), list(lengths.PADDINGS))

# %% [markdown]
# The same with fixed values, not filled up:

# %%
show.lengths(lengths.seen("none"), "/help/threats")

# %% [markdown]
# Padding costs bytes, and it hides one page among three. How many records, when, and how long all
# of it takes can still be seen.
#
# ## A video call begins
#
# Our browser came for a call. Two browsers that have never met exchange descriptions through the
# server: an **offer**, an **answer**, and **candidates**, the addresses where each can be reached.
# Sound and pictures mostly go directly, from browser to browser, with keys from a handshake of their
# own (RFC 5764 §1): DTLS, which is TLS for datagrams (RFC 6347 §1).

# %% [markdown]
# In DTLS each browser shows a certificate that it made for itself. No authority signed it, so what
# is it worth? The description says: it holds the certificate's **fingerprint**, a hash (RFC 8122 §5).
#
# **Task.** Return the fingerprint of a certificate, which comes as bytes (DER, lesson 03): the string
# `sha-256`, a space, then the SHA-256 hash in upper-case hex with a colon between bytes, as
# `sha-256 0A:FF:…`


# %% tags=["task"]
import hashlib


def my_fingerprint(certificate):
    ### BEGIN SOLUTION
    return "sha-256 " + hashlib.sha256(certificate).digest().hex(":").upper()
    ### END SOLUTION


# %%
lesson_09.fingerprint(my_fingerprint)

# %%
caller, callee = signalling.certificate("caller"), signalling.certificate("callee")
offer = attempt(lambda: signalling.description("offer", my_fingerprint(caller)), my_fingerprint)
reply = attempt(lambda: signalling.description("answer", my_fingerprint(callee)), my_fingerprint)
attempt(lambda: print(offer), offer)

# %% [markdown]
# This language is SDP (Session Description Protocol). To stay short, the offer asks for a data
# channel only. Look at the last line: it is yours.
#
# Now we send all of it, between our own two ends. A **WebSocket** (RFC 6455 §1.2) carries messages
# both ways inside one connection, and the connection is our TLS. What the server sends here is what
# the other browser, the callee, gave it to pass on.

# %%
call = attempt(lambda: signalling.signalled(offer, reply), offer, reply)
head = ("who", "what", "WebSocket frame", "TLS record")
attempt(lambda: show.table(head, signalling.sizes(call)), call)

# %% [markdown]
# The server hands the offer on to the callee, which knows now which certificate to take.
#
# **Question.** Suppose the page said `ws://` in place of `wss://`: a WebSocket without TLS. Somebody
# in between, the stranger, puts the fingerprint of *her own* certificate into the offer. The callee
# compares. Whose certificate will it take?
#
# No DTLS is run here, only its one check of the fingerprint: which of the certificates has the one
# that arrived?

# %%
bad = attempt(lambda: my_fingerprint(signalling.certificate("stranger")), my_fingerprint)
altered = attempt(lambda: signalling.forging(offer, bad, tls=False), offer, bad)
plain = attempt(lambda: signalling.signalled(offer, reply, tls=False, on_the_way=altered), altered)

# %% tags=["prediction"]
peer = "stranger"  ### PREDICT: whose certificate is taken, "caller", "stranger" or "nobody"?

# %%
reveal(
    peer,
    lambda: signalling.accepted(plain.heard_offer(), my_fingerprint),
    {
        "caller": "Its fingerprint is no longer in the offer that arrived.",
        "callee": "That is its own; it looks for the certificate of whoever sent the offer.",
        "nobody": "There is a fingerprint in the offer, and there is a certificate that fits it.",
    },
)

# %% [markdown]
# <details><summary>After you predicted: what does DTLS prove, then?</summary>
#
# The callee did all it could: it compared the certificate that it was shown with the fingerprint
# that it had. DTLS would then prove that it talks to *this* certificate's owner. Who that is, only
# the offer said. So the call is as safe as that one line was on its way.
#
# </details>

# %% [markdown]
# That is why such descriptions travel over TLS (RFC 8827).
#
# **Question.** Now the same with TLS on. She can't read the record, but she knows where in it the
# fingerprint stands, and changes exactly these bytes. What is the server's alert?

# %%
blind = attempt(lambda: signalling.forging(offer, bad, tls=True), offer, bad)
tried = attempt(lambda: signalling.signalled(offer, reply, on_the_way=blind), blind)

# %% tags=["prediction"]
alert = "bad_record_mac"  ### PREDICT: the name of the alert, with underscores, or "none"?

# %%
reveal(
    alert,
    lambda: tried.alert or "none",
    {
        "decrypt_error": "That one is for signatures and Finished, messages that were opened (§7.2.2).",
        "decode_error": "The server never gets as far as the message inside.",
        "decryption_failed": "An old name that must not be sent any more (§7.2.2).",
        "none": "GCM's tag covers what is written in the record, every byte of it.",
    },
)

# %% [markdown]
# And who may alter the offer in spite of TLS? TLS ends *in the server*, which reads every message
# and passes it on. Whoever runs the server could do just what she did. So the two trust the server
# in that, unless they compare the fingerprints in another way, or somebody else vouches for who
# they are (RFC 8827).
#
# ## The end
#
# How does a client know that a page is over? TCP says that a connection has ended, but TCP is not
# protected: anybody in between can end it. So TLS has a word of its own for it, the alert
# **close_notify** (§7.2.1). It was the last record, type 21, in the table above.

# %%
page = [b"Room 42 is open to everybody", b" who has a key.\n"]
with loopback.our_server(page) as port:
    print(loopback.python_fetch(port))

# %% [markdown]
# That was our server, sending a page in two records, and Python's own client: `http.client` with
# `ssl.create_default_context`. The head names no length, so the page lasts until the connection ends.
#
# Now somebody in between lets the page's first record through, then cuts the connection. No
# close_notify comes.
#
# **Question.** What does Python's client say: `"no error"`, or the name of an exception, such as
# `"SSLEOFError"`?


# %%
def cut_short(length=None, strict=False):
    with (
        loopback.our_server(page, length) as port,
        loopback.wiretap(port, let_through=1) as cut,
    ):
        return loopback.python_fetch(cut.port, suppress_ragged_eofs=not strict)


# %% tags=["prediction"]
python_says = "no error"  ### PREDICT: "no error", "SSLEOFError", "ConnectionResetError"?

# %%
reveal(
    python_says,
    lambda: cut_short().said,
    {
        "SSLEOFError": "OpenSSL does report it; Python's ssl holds it back unless it is told not to.",
        "ConnectionResetError": "She ended the connection as TCP ends one, not by a reset.",
        "IncompleteRead": "For that the client must know how long the page is; no length was named.",
    },
    figure=lambda: cut_short().page,
)

# %% [markdown]
# <details><summary>After you predicted: why?</summary>
#
# `wrap_socket` has a parameter `suppress_ragged_eofs`, True by default: an end without close_notify
# then counts as an end. So half of the page is a page, and here it says the opposite of the whole.
#
# </details>

# %% [markdown]
# Two things help: a client that insists on close_notify (here `strict`), or an HTTP head that says
# how long the page is. **Try it:** put `.page` in place of `.error`. What is a program left with?

# %%
print("strict:     ", cut_short(strict=True).error)
print("with length:", cut_short(length=sum(map(len, page))).error)

# %% [markdown]
# ## What the bytes said about it
#
# > Now nothing can be seen from outside.
#
# - *nothing*: type, version and **length** of each record could be seen, and when it came, and both
#   addresses; in the handshake before, the server's name and certificate (lessons 01 and 03). The
#   length told which page it was.
# - *seen*: what was **written** could neither be read nor be altered unnoticed.
# - *from outside*: the server is inside. For a call between two people it is a third one.
# - And the end must be part of what is protected, or nothing stands against **truncation**.
#
# RFC 5246 §6, §6.2.3.3, §7.2.1.

# %% [markdown]
# ## What an attacker gains if you skip this
#
# Suppose a server decrypts the record and does not look at its tag. The stranger has no key and
# changes the same bytes as before, on the way.
#
# **Question.** Does her fingerprint arrive, through TLS?

# %%
from dataclasses import replace

careless = replace(tls12.FORMULAE, unprotect=signalling.unprotect_without_tag)
believed = attempt(
    lambda: signalling.signalled(offer, reply, on_the_way=blind, server_formulae=careless), blind
)

# %% tags=["prediction"]
arrives = True  ### PREDICT: does her fingerprint arrive, True or False?

# %%
reveal(
    arrives,
    lambda: bad in believed.heard_offer(),
    {False: "Encryption alone hides what is written. It does not hold it in place."},
)

# %% [markdown]
# <details><summary>After you predicted: how, without a key?</summary>
#
# AES-GCM without its tag is a stream of bytes XORed onto the message. XOR on the way stays XOR in
# the message: what she changes in the record changes in the text, at the same place. She never
# learns the key. But she had to know the old fingerprint and where it stands.
#
# </details>

# %% [markdown]
# The ladder so far, with today's rows marked: all nine steps are there.

# %%
from tlskit.checkpoints import checkpoint

whole = checkpoint("send_client_hello").run
show.ladder(whole.calls, whole.order, today=("application_data",))

# %% [markdown]
# ## Optional: the WebSocket's own bytes
#
# A frame from a client is **masked** (RFC 6455 §5.3): XORed with four random bytes, which stand
# before it. That is no secrecy, for the key is right there. It keeps a page from writing bytes of
# its choice onto the network, where a proxy might take them for a request (§10.3).
#
# **Question.** The server's frame is four bytes shorter. Which four?


# %%
def frame_of(number):
    frame = call.sent[number].frame
    parts = [(at, name, said) for name, (at, said) in signalling.frame_parts(frame).items()]
    return show.table(
        ("at", "part", "bytes"), parts, fold=f"A frame of the {call.sent[number].sender}"
    )


attempt(lambda: frame_of(0), call)

# %%
attempt(lambda: frame_of(1), call)

# %% [markdown]
# ## Optional: cut short, with our own client
#
# Our own `fetch` returns what came, and says that it was cut off. Whether something is missing only
# the protocol inside can know.

# %%
with loopback.our_server(page) as port, loopback.wiretap(port, let_through=1) as cut:
    half = fetch(LOOPBACK, cut.port, loopback.request("/"), settings, tls12.client())
half.data[-28:], half.truncated

# %% [markdown]
# ## Optional: a real browser says `wss://`
#
# Here a browser without a window opens a page of our own server. The page opens a WebSocket back to
# it and says something. Where there is no Chromium, what it once sent was recorded, and our server
# runs on that; the first line says which it was.

# %%
from tlskit.labs import real_browser

visit = real_browser.browser(wss=True)
print(visit.how)
show.table(("what", "in the WebSocket's connection"), visit.told)

# %% [markdown]
# Its frame was masked with four bytes that the browser drew. Unmasked it says:

# %%
signalling.texts_in(real_browser.request_in(visit.heard))

# %% [markdown]
# In a terminal `python3 course.py run serve --port 8443 --websocket-echo` serves such a WebSocket at
# `/echo`; [lesson 13](13_real_peers.ipynb) has more of that.

# %% [markdown]
# ## Stretch ★★: defend against yourself
#
# Fill the pages up so that your own attack fails: all answers shall have one length. Only add behind
# the page, which is bytes. (The head says how long it is, in decimal digits: that has a length, too.)


# %% tags=["task"]
def my_padding(page):
    ### BEGIN SOLUTION
    return page + b" " * (-len(page) % 1024)
    ### END SOLUTION


# %%
lesson_09.padding(my_padding)

# %% [markdown]
# **What we saw.** We fetched a page over a socket and read from outside which one it was. One line
# of an offer decides who is heard in a call. And we cut a page short, and saw who notices.
#
# **Next:** the browser comes back an hour later. Does all of it begin again?
# [10 · Resumption](10_resumption.ipynb).
#
# **Put it together:** [exercise 09](../exercises/09_capstone/09_capstone.ipynb), a client and a server
# out of your own functions.
