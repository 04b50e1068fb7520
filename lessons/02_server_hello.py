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
# # 02 · ServerHello
#
# **You need:** a little Python; what a ClientHello holds ([lesson 01](01_client_hello.ipynb)).<br>
# **Time:** 30 minutes.<br>
# **RFC sections:** 5246 §7.4.1.3 (the message), App. E.1 (versions); 8422 §5.1 (curves).
#
# We will write the choice that a server makes, try it on awkward lists, mend it, and tell by two
# session IDs which handshake we are in. OpenSSL gets the same lists.

# %% [markdown]
# > The server picks the version and a suite.
#
# One line in many write-ups, and nothing in it is false. But how does it pick?

# %%
from tlskit import show

show.recall("02")  # one question each from lessons 00 and 01

# %% [markdown]
# ## One of each
#
# Where the ClientHello had lists, the **ServerHello** (RFC 5246 §7.4.1.3) has single numbers. Here
# is one from a recorded handshake.
#
# **Question.** It has four extensions. May a server say something in one that the client didn't
# send?

# %%
from tlskit.checkpoints import checkpoint

now = checkpoint("receive_server_hello", "client")
show.explore_bytes(now.message, "cipher_suite", title="A ServerHello")

# %% [markdown]
# No: only extensions that the client has sent can stand in the answer (§7.4.1.4). Where the client
# lists what it could speak inside (**ALPN**, RFC 7301 §3.1), the answer names the one that is taken.
#
# One choice is not in ServerHello: the **group**, the curve on which both make their ECDHE keys. It
# stands in ServerKeyExchange (RFC 8422 §5.4).
#
# **Try it.** Look at `server_version` and `random` in the cell above. The version is the lower of
# two: the highest that the client offered, and the highest that the server can do (RFC 5246
# §7.4.1.3). The random is the server's own.

# %% [markdown]
# ## Whose order counts
#
# One side offers lists, the other picks: that is the whole **negotiation**. Lists are best first. The
# name of a **cipher suite** says how the secret is agreed on (`ECDHE`), which kind of key signs
# (`ECDSA` or `RSA`), then how records are protected, and a hash. Two short lists:

# %%
from tlskit.labs.negotiation import Lists, negotiate
from tlskit.predictions import reveal

lists = Lists()
rows = zip(lists.client_suites, lists.server_suites, strict=True)
show.table(("client offers", "server has"), rows)

# %% tags=["prediction"]
taken = "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"  ### PREDICT: which is taken? (copy its name)

# %%
reveal(
    taken,
    lambda: negotiate().suite,
    {
        lists.client_suites[0]: "The client's favourite; but here the server's order counts.",
        lists.client_suites[1]: "In the middle of both lists; nobody looks for a compromise.",
    },
)

# %% [markdown]
# <details><summary>After you predicted: must it be so?</summary>
#
# No. The client sends its list in the order of its preference (RFC 5246 §7.4.1.2), and the server
# selects one (§7.4.1.3); by which rule is left to it. Our server goes by its own order, and so does
# OpenSSL as Python's `ssl` sets it up; OpenSSL left alone goes by the client's.
#
# `negotiate(preference="client")` runs it the other way.
#
# </details>

# %% [markdown]
# **Task.** Write the server's choice: the first suite of its own list that the client offers; `""`
# if there is none. Both are tuples of names.


# %% tags=["task"]
def my_choice(client: tuple[str, ...], server: tuple[str, ...]) -> str:
    ### BEGIN SOLUTION
    for name in server:
        if name in client:
            return name
    return ""
    ### END SOLUTION


# %%
from tlskit.checks import lesson_02
from tlskit.tasks import attempt

lesson_02.choice(my_choice)

# %% [markdown]
# <details><summary>Hints</summary>
#
# 1. Where to look: RFC 5246 §7.4.1.3, `cipher_suite`.
# 2. The shape: a loop over one of the two, and an `if` about the other.
# 3. The first line: `for name in server:`
#
# </details>

# %% [markdown]
# Now it decides in a real handshake: our server asks it, then sends its ServerHello.

# %%
from tlskit.labs.negotiation import negotiate_by

by_me = attempt(lambda: negotiate_by(my_choice), my_choice)
attempt(lambda: show.negotiated(by_me), by_me)

# %% [markdown]
# ## Two lists that overlap
#
# A server has two suites, and a certificate with an RSA key, no other. A client in a small device
# offers two suites, both with ECDSA.

# %%
ECDSA, RSA = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
ECDSA_CHACHA = "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"
shelf = {"server_suites": (ECDSA, RSA), "certificates": ("rsa",)}
small_device = {"client_suites": (ECDSA_CHACHA, ECDSA), **shelf}

# %% [markdown]
# One suite stands in both lists. Possible results: the suite's name (write `ECDSA`), or an alert as
# `"server: handshake_failure"`, `"client: bad_certificate"`, `"client: illegal_parameter"`.

# %% tags=["prediction"]
overlap = "server: handshake_failure"  ### PREDICT: what comes of it, ECDSA or which alert?

# %%
reveal(
    overlap,
    lambda: negotiate(**small_device).result,
    {
        ECDSA: "Who would sign? The suite wants an ECDSA key, and the server's is RSA.",
        "client: bad_certificate": "It does not come to a certificate: the server sees it first.",
        "client: illegal_parameter": "So a client would answer that did get an RSA certificate.",
    },
    figure=lambda: show.negotiated(negotiate(**small_device)),
)

# %% [markdown]
# <details><summary>After you predicted: what a suite needs</summary>
#
# A suite on both lists is not enough. Its name asks for a **kind of certificate**: `ECDHE_ECDSA`
# needs an ECDSA key (or EdDSA, which is rare), `ECDHE_RSA` and `RSA` an RSA key (RFC 5246 §7.4.2,
# RFC 8422 §5.3). If it begins with ECDHE, it also needs a *group* that both know, and a signature
# scheme.
#
# The alert says none of that, only that no acceptable set was found (RFC 5246 §7.2.2). Whoever looks
# for the cause has to look at lists, certificates and groups.
#
# </details>

# %% [markdown]
# Does OpenSSL see it the same way? It gets the same lists and the same certificate.

# %%
from tlskit.labs.negotiation import openssl_answers

openssl = attempt(lambda: openssl_answers(**small_device), overlap)
openssl

# %% [markdown]
# Now a second client offers both kinds, ECDSA first. The server has only its RSA certificate, and
# your function chooses:

# %%
both_kinds = {"client_suites": (ECDSA, RSA), **shelf}
stuck = attempt(lambda: negotiate_by(my_choice, **both_kinds), my_choice)
attempt(lambda: show.table(("my choice alone leads to",), [(stuck.result,)]), stuck)

# %% [markdown]
# The next suite on the list would have done! A server has to strike out what it cannot serve
# *before* it takes the first.
#
# **Task.** Say whether a server could serve a suite. `suite.authentication` is the kind of key that
# it asks for, `"rsa"` or `"ecdsa"`; `suite.ephemeral` is True for ECDHE. `certificates` are the
# kinds that the server has, `groups` those that both sides know.


# %% tags=["task"]
def my_usable(suite, certificates: tuple[str, ...], groups: tuple[str, ...]) -> bool:
    ### BEGIN SOLUTION
    if suite.ephemeral and not groups:
        return False
    return suite.authentication in certificates
    ### END SOLUTION


# %%
lesson_02.usable(my_usable)

# %%
careful = attempt(lambda: negotiate_by(my_choice, my_usable, **both_kinds), my_choice, my_usable)
attempt(lambda: show.negotiated(careful), careful)

# %% [markdown]
# ## No common curve
#
# Certificates fit now, but one side knows only the group `x25519`, the other only `secp256r1`. Below
# stand two pairs of lists for them. What comes of each: `RSA`, `TRANSPORT` or an alert?

# %%
strangers = {"client_groups": ("x25519",), "server_groups": ("secp256r1",)}
ecdhe_only = {"client_suites": (RSA,), "server_suites": (RSA,), **strangers}

TRANSPORT = "TLS_RSA_WITH_AES_128_GCM_SHA256"  # RSA key transport, as in lesson 00
and_transport = {"client_suites": (RSA, TRANSPORT), "server_suites": (RSA, TRANSPORT), **strangers}

# %% tags=["prediction"]
no_curve = "server: handshake_failure"  ### PREDICT: what comes of ecdhe_only, RSA or which alert?
with_transport = "TLS_RSA_WITH_AES_128_GCM_SHA256"  ### PREDICT: and what of and_transport?

# %%
reveal(
    no_curve,
    lambda: negotiate(**ecdhe_only).result,
    {
        RSA: "With which group? Each side knows only one, and they are different.",
        "server: illegal_parameter": "Nothing the client said is wrong; it just does not fit.",
        "client: illegal_parameter": "So a client would answer to a group that it never offered.",
    },
    figure=lambda: f"with OpenSSL as the server: {openssl_answers(**ecdhe_only)}",
)

# %%
reveal(
    with_transport,
    lambda: negotiate(**and_transport).result,
    {
        RSA: "ECDHE still has no group; the RFC says that such a suite must not be taken.",
        negotiate(**ecdhe_only).result: "There is a suite that needs no group at all.",
    },
    figure=lambda: show.negotiated(negotiate(**and_transport)),
)

# %% [markdown]
# <details><summary>After you predicted: the quiet one is the worse one</summary>
#
# A server that finds no common curve "MUST NOT negotiate the use of an ECC cipher suite" (RFC 8422
# §5.1). Depending on the rest of the lists that ends in an alert, or, without a word, in RSA key
# transport: the handshake is done, the page loads, and forward secrecy is gone: whoever gets the
# certificate's key one day opens this recording (lesson 00). OpenSSL does the same. That is why such
# suites belong on no list at all.
#
# </details>

# %%
attempt(lambda: openssl_answers(**and_transport), with_transport)

# %% [markdown]
# ## Now you set the lists
#
# Pick lists, predict, press *Shake hands*. (By keyboard: Tab, arrows, Enter.)
#
# **Question.** Can you find lists with three suites on each side, certificates of both kinds, and
# still no handshake? And a change of *groups* that decides which *certificate* comes?

# %%
from tlskit.labs.negotiation import SESSIONS, SUITES

show.negotiation(negotiate, Lists(), SUITES, SESSIONS)

# %% [markdown]
# The same with fixed values. **Try it:** change one list, predict, run.

# %%
fixed = negotiate(client_suites=(ECDSA, RSA), server_suites=(ECDSA, RSA), certificates=("rsa",))
show.negotiated(fixed)

# %% [markdown]
# <details><summary>Answers to the two questions</summary>
#
# Different groups on the two sides, with ECDHE suites alone: nothing fits, whatever the
# certificates.
#
# The second: our ECDSA certificate has a key on `secp256r1`. A client that lists only `x25519` says
# that it can't read such a key, so the server takes its RSA certificate (RFC 8422 §5.1, §5.3:
# the list counts for both, the certificate's key and the ephemeral one).
#
# </details>

# %% [markdown]
# ## Resume or full
#
# There is one more field: the **session ID**. If the client's hello names a session that the server
# still has, and is willing to go on with, the server says the same ID back: no certificate, no key
# exchange, straight to Finished (RFC 5246 §7.4.1.3, §7.3). So it looks:

# %%
show.negotiated(negotiate(session="known", certificates=("ecdsa",)))

# %% [markdown]
# **Question.** A client names a session, but the server has restarted and forgotten it. Possible:
# `"full"`, `"resumed"`, `"an alert"`.

# %% tags=["prediction"]
forgotten = "full"  ### PREDICT: what becomes of a hello with a forgotten session's ID?

# %%
reveal(
    forgotten,
    lambda: negotiate(session="forgotten").kind,
    {
        "resumed": "The server has nothing to resume with: the master secret is gone with it.",
        "an alert": "An unknown ID is no error. Servers restart all the time.",
    },
    figure=lambda: show.negotiated(negotiate(session="forgotten")),
)

# %% [markdown]
# So the client learns only from ServerHello which handshake it is in, and it must know: the next
# message is a Certificate in one, a ChangeCipherSpec in the other.
#
# **Task.** Return `"resumed"` or `"full"`, from the ID that the client offered and the one that the
# server answered. Either may be `b""`.


# %% tags=["task"]
def my_kind(offered: bytes, answered: bytes) -> str:
    ### BEGIN SOLUTION
    return "resumed" if offered and offered == answered else "full"
    ### END SOLUTION


# %%
lesson_02.kind(my_kind)

# %% [markdown]
# Our client now goes on as `my_kind` says, four times: it names nothing (once the server keeps no
# sessions either), a session that the server knows, one that it has forgotten. Where your function
# is wrong, a message comes that the client did not expect.

# %%
from tlskit.labs.negotiation import follow

followed = attempt(
    lambda: [(words, follow(my_kind, one)) for one, words in SESSIONS.items()], my_kind
)
attempt(lambda: show.table(("session offered", "ends"), followed), followed)

# %% [markdown]
# Two warnings. A browser that also offers TLS 1.3 sends an ID that names nothing (lesson 01): to a
# server that is an unknown one. And the ID is not the only way to resume: with a **ticket** the
# client brings the session along, sealed by the server, and the ID beside it is only there to be
# said back (RFC 5077 §3.4). That is lesson 10.

# %% [markdown]
# ## What the bytes said about it
#
# > The server picks the version and a suite.
#
# - *picks*: from what the client offered, by a rule of its own.
# - *a suite*: the first on its list that it can **serve**: with a certificate of that kind, a
#   common group, a common signature scheme. On both lists is not enough.
# - *the version*: the lower of two highest ones.
# - And it says, by the session ID, whether there will be a full handshake at all: the client's own
#   ID means that its session goes on, any other that it does not.
#
# RFC 5246 §7.4.1.3, §7.4.2, App. E.1; RFC 8422 §5.1.

# %% [markdown]
# ## What an attacker gains if you skip this
#
# Both hellos travel in the clear, and nothing protects them yet: somebody on the way may strike
# suites from the list. Both sides find out at Finished, which covers every byte of them (lesson 08),
# *if* what they were led to is strong enough until then.
#
# - A client that takes a suite it never offered lets the other side choose its weakest one. Ours
#   answers `illegal_parameter`.
# - A list that still holds a weak suite will be led to it: see `and_transport`.

# %%
show.ladder(now.run.calls, now.run.order, today=("server_hello",))

# %% [markdown]
# ## Optional: eight bytes that warn
#
# A server that can do TLS 1.3, but is asked for TLS 1.2, must end its random with a fixed mark
# (RFC 9846 §4.2.3). A client that offered 1.3 and sees it knows that somebody cut the offer. Here
# OpenSSL, which can do 1.3, answers our client, which can't:

# %%
from tlskit.labs.negotiation import random_of_a_newer_server

random_of_a_newer_server()[-8:]

# %% [markdown]
# ## Stretch ★★: the client's order
#
# Some servers look at what the client likes best, so that a phone without AES instructions gets
# ChaCha20. Write a choice that takes the client's first suite if the server has it, and otherwise
# goes by the server's order. What do you get for the lists at the top, and for your own?


# %% tags=["task"]
def my_polite_choice(client: tuple[str, ...], server: tuple[str, ...]) -> str:
    ### BEGIN SOLUTION
    return client[0] if client[0] in server else my_choice(client, server)
    ### END SOLUTION


# %%
polite = attempt(lambda: negotiate_by(my_polite_choice, my_usable), my_polite_choice, my_usable)
attempt(lambda: show.negotiated(polite), polite)

# %% [markdown]
# **What we saw.** We wrote a server's choice and it failed on lists that overlapped; we struck out
# what could not be served; a missing curve led to an alert or, silently, to a weaker suite; two IDs
# told which handshake it was.
#
# **Next:** the certificate that decided so much here, and what it does not prove:
# [03 · Certificate](03_certificate.ipynb).
#
# **Write it yourself:** [exercise 02](../exercises/02_server_hello/02_server_hello.ipynb), choose, and read what was chosen.
