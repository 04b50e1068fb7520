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
# # Exercise 10 · Resumption ★★
#
# **You need:** [lesson 10](../../notebooks/10_resumption.ipynb); lesson 06 (key block) and lesson 07
# (MAC) help.<br>
# **Time:** 60 minutes.<br>
# **RFC sections:** 5246 §7.3, §6.3; 5077 §3, §4; 7627 §5.3.
#
# You will make the keys of a second visit, tell from the wire whether a session was taken up again,
# seal and open tickets, and decide for a server. OpenSSL comes back each time.

# %%
import hmac

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from tlskit import show
from tlskit.exercises import exercise, points
from tlskit.tls12.key_schedule import PRF

this = exercise("10_resumption")

# %% [markdown]
# ## 1 · Is this session still good? ★ (worked)
#
# A server has found a session, and a ClientHello asks for it. Three questions come first. Is it
# young enough: 24 hours are suggested (RFC 5246 App. F.1.4)? Is it for the host that is asked for
# (RFC 6066 §3)? Does the hello still list its suite (RFC 5246 §7.4.1.2)?
#
# Here is the whole function. Times are in seconds, suites are their numbers.


# %%
def still_good(session: dict, hello: dict, now: int) -> bool:
    """Tell whether a session may be taken up, extended master secret apart."""
    if now - session["created"] >= 24 * 3600:
        return False
    if session["server_name"] != hello["server_name"]:
        return False
    return session["suite"] in hello["cipher_suites"]


# %%
name = "signal.course.example"
session = {"suite": 0xC02F, "created": 1_700_000_000, "server_name": name}
session["extended_master_secret"] = True
hello = {"cipher_suites": [0xC030, 0xCCA8], "server_name": name, "extended_master_secret": False}
still_good(session, hello, now=1_700_080_000)

# %% [markdown]
# Which question was answered with no? Return the letter.
#
# - **a** It is too old.
# - **b** It is for another host.
# - **c** Its suite is not offered any more.
# - **d** The hello has no extended master secret.


# %% tags=["solution"]
def which_rule() -> str:
    """Return "a", "b", "c" or "d"."""
    ### BEGIN SOLUTION
    return "c"
    ### END SOLUTION


# %%
report = this.check("which_rule")
report

# %% grade="which_rule" points=1
points(report)

# %% [markdown]
# ## 2 · The keys of a second visit ★ (one line missing)
#
# A resumed connection has the session's master secret and new randoms (§7.3). The key block is made
# as ever (§6.3):
#
#     key_block = PRF(SecurityParameters.master_secret, "key expansion",
#                     SecurityParameters.server_random +
#                     SecurityParameters.client_random);
#
# `session` is a dictionary with `"master_secret"`, and with `"client_random"` and `"server_random"`
# of the *first* visit. `prf(secret, label, seed, length)` is handed to you. The last line is yours.

# %% [markdown]
# <details><summary>Hint 1: where to look</summary>
#
# In lesson 10, below the question on record keys, the plot: what goes into the key block of a second
# visit, and where does each of these come from?
#
# <details><summary>Hint 2: the shape</summary>
#
# One call of `prf`. Of all that is in `session` it needs one entry.
#
# </details></details>


# %% tags=["solution"]
def my_resumed_keys(
    prf: PRF, session: dict, client_random: bytes, server_random: bytes, length: int
) -> bytes:
    """Return `length` bytes of key block for a second visit; the randoms are today's (§6.3)."""
    label = b"key expansion"
    ### BEGIN SOLUTION
    return prf(session["master_secret"], label, server_random + client_random, length)
    ### END SOLUTION


# %%
report = this.check("my_resumed_keys")
report

# %% grade="my_resumed_keys" points=3
points(report)

# %% [markdown]
# Now our client visits OpenSSL's server twice, and on the second visit your function makes the key
# block. In an abbreviated handshake the server's Finished comes first: your keys have to open it.

# %%
live = this.live("my_resumed_keys")
live

# %%
show.ladder(live.calls, live.order)

# %% [markdown]
# Why are the record keys of a second visit not those of the first?
#
# - **a** ClientKeyExchange brought a new secret.
# - **b** Both sides drew new randoms, and these go into the key block.
# - **c** The master secret was made anew from the old one.
# - **d** ChangeCipherSpec tells both sides which keys to take.


# %% tags=["solution"]
def why_new_keys() -> str:
    """Return "a", "b", "c" or "d"."""
    ### BEGIN SOLUTION
    return "b"
    ### END SOLUTION


# %%
report = this.check("why_new_keys")
report

# %% grade="why_new_keys" points=1
points(report)

# %% [markdown]
# ## 3 · Full or abbreviated? ★★
#
# You listen on the way. You have ClientHello, and a list of the server's messages before its
# ChangeCipherSpec, in order; each message has its header: type (1 byte), length (3 bytes).
#
# In a hello, version (2 bytes) and random (32 bytes) follow the header, then the session ID behind
# its length in 1 byte. Types: 2 ServerHello, 4 NewSessionTicket, 11 Certificate,
# 12 ServerKeyExchange, 14 ServerHelloDone.
#
# Say what the server did. Clients with session IDs come by, and clients with tickets (RFC 5077
# §3.4); some of these leave their session ID empty. The suites are all ECDHE with a certificate.

# %% [markdown]
# <details><summary>Hint 1: where to look</summary>
#
# The ladder of an abbreviated handshake in lesson 10, beside that of a full one. RFC 5077 §3.4 says
# what a client without an ID must go by. Does that fail anywhere?
#
# <details><summary>Hint 2: the shape</summary>
#
# It can be done without looking into a hello at all.
#
# </details></details>


# %% tags=["solution"]
def my_kind(client_hello: bytes, messages: list[bytes]) -> str:
    """Return "full" or "abbreviated" (RFC 5246 §7.3, RFC 5077 §3.4)."""
    ### BEGIN SOLUTION
    types = [message[0] for message in messages]
    return "full" if 11 in types else "abbreviated"
    ### END SOLUTION


# %%
report = this.check("my_kind")
report

# %% grade="my_kind" points=3
points(report)

# %% [markdown]
# OpenSSL knows what it did. Our client visits it with session IDs and with tickets, and your function
# is asked each time.

# %%
this.live("my_kind")

# %% [markdown]
# ## 4 · Seal a ticket ★★
#
# RFC 5077 §4 recommends a form for tickets. (Ours in lesson 10 was another one; only the server reads
# it.)
#
#     struct {
#         opaque key_name[16];
#         opaque iv[16];
#         opaque encrypted_state<0..2^16-1>;
#         opaque mac[32];
#     } ticket;
#
# The state, a session's bytes, is encrypted by AES in CBC mode. The MAC is HMAC-SHA-256 over name and
# IV, the length of `encrypted_state` (2 bytes), and its contents. What fills the last block up is
# left open there; take `PKCS7(128)`, as OpenSSL does.

# %% [markdown]
# The two library calls that you need, on something else:

# %%
padder = PKCS7(128).padder()
filled = padder.update(b"some text") + padder.finalize()
encryptor = Cipher(algorithms.AES(bytes(16)), modes.CBC(bytes(16))).encryptor()
encrypted = encryptor.update(filled) + encryptor.finalize()
len(filled), len(encrypted), len(hmac.digest(b"a key", encrypted, "sha256"))

# %% [markdown]
# <details><summary>Hint: the shape</summary>
#
# Build all that stands before the MAC first, as one `bytes`. Then read once more what the MAC is
# taken over.
#
# </details>


# %% tags=["solution"]
def my_ticket(name: bytes, aes_key: bytes, mac_key: bytes, iv: bytes, state: bytes) -> bytes:
    """Return a session as a ticket; name, AES key and IV have 16 bytes, the MAC key 32."""
    ### BEGIN SOLUTION
    padder = PKCS7(128).padder()
    filled = padder.update(state) + padder.finalize()
    encryptor = Cipher(algorithms.AES(aes_key), modes.CBC(iv)).encryptor()
    encrypted = encryptor.update(filled) + encryptor.finalize()
    body = name + iv + len(encrypted).to_bytes(2, "big") + encrypted
    return body + hmac.digest(mac_key, body, "sha256")
    ### END SOLUTION


# %%
report = this.check("my_ticket")
report

# %% grade="my_ticket" points=4
points(report)

# %% [markdown]
# Your tickets in the hands of OpenSSL's client: it gets one on its first visit, and brings it back.

# %%
live = this.live("my_ticket")
live

# %% [markdown]
# ## 5 · Open a ticket ★★
#
# And the server again, a day later. `keys` has a server's keys by their names: name →
# `[aes_key, mac_key]`. Return the session's bytes. A ticket that this server did not make, or that
# is not as it was, is no error: return `None`, and a full handshake follows (RFC 5077 §3.2).
#
# Whatever comes from outside may be of any length. Compare MACs by `hmac.compare_digest(a, b)`, which
# takes the same time wherever they differ.

# %% [markdown]
# <details><summary>Hint: the shape</summary>
#
# Length, name, MAC, then decrypt: three reasons to return `None`, and only then a cipher. `PKCS7` has
# an `unpadder()`, a `Cipher` a `decryptor()`.
#
# </details>


# %% tags=["solution", "long"]
def my_open(keys: dict[bytes, list[bytes]], ticket: bytes) -> bytes | None:
    """Return the session in a ticket, None for what this server can't take (RFC 5077 §4)."""
    ### BEGIN SOLUTION
    name, iv, encrypted, mac = ticket[:16], ticket[16:32], ticket[34:-32], ticket[-32:]
    if len(ticket) < 66 or name not in keys:
        return None
    aes_key, mac_key = keys[name]
    if not hmac.compare_digest(hmac.digest(mac_key, ticket[:-32], "sha256"), mac):
        return None
    decryptor = Cipher(algorithms.AES(aes_key), modes.CBC(iv)).decryptor()
    filled = decryptor.update(encrypted) + decryptor.finalize()
    unpadder = PKCS7(128).unpadder()
    return unpadder.update(filled) + unpadder.finalize()
    ### END SOLUTION


# %%
report = this.check("my_open")
report

# %% grade="my_open" points=4
points(report)

# %%
live = this.live("my_open")
live

# %% [markdown]
# Why is the MAC looked at *before* anything is decrypted?
#
# - **a** It is faster than decrypting.
# - **b** CBC can't decrypt a ticket that was changed.
# - **c** The MAC tells which key decrypts.
# - **d** Else a stranger could try out changed tickets, and learn from how each of them fails.


# %% tags=["solution"]
def why_mac_first() -> str:
    """Return "a", "b", "c" or "d"."""
    ### BEGIN SOLUTION
    return "d"
    ### END SOLUTION


# %%
report = this.check("why_mac_first")
report

# %% grade="why_mac_first" points=1
points(report)

# %% [markdown]
# ## 6 · The server decides ★★★
#
# Everything together. `session` is what the server has found, `None` if nothing; both dictionaries
# are like those in task 1, with `"extended_master_secret"`. Return `"full"`, `"abbreviated"`, or the
# alert that ends it, `"handshake_failure"`.
#
# First comes whether it is good at all (task 1); a session that is not is treated like none. Then the
# four cases of RFC 7627 §5.3. One of them is a SHOULD: if neither has extended master secret, the
# server should abort, but may go on for old peers. This server does so if `legacy` is true.

# %% [markdown]
# <details><summary>Hint: where to look</summary>
#
# Write the four cases of RFC 7627 §5.3 down as a table, session × hello, before you write code. Two of them
# don't depend on `legacy`, and one is neither of the two words that you have returned so far.
#
# </details>


# %% tags=["solution", "long"]
def my_decision(session: dict | None, hello: dict, now: int, legacy: bool) -> str:
    """Return "full", "abbreviated" or "handshake_failure" (RFC 7627 §5.3)."""
    ### BEGIN SOLUTION
    if session is None or not still_good(session, hello, now):
        return "full"
    before, today = session["extended_master_secret"], hello["extended_master_secret"]
    if before and today:
        return "abbreviated"
    if today:
        return "full"
    if before or not legacy:
        return "handshake_failure"
    return "abbreviated"
    ### END SOLUTION


# %%
report = this.check("my_decision")
report

# %% grade="my_decision" points=4
points(report)

# %% [markdown]
# Your decision in our server. OpenSSL's client comes back twice: as it should, and then without
# extended master secret. The ladder is that of the last visit.

# %%
live = this.live("my_decision")
live

# %%
show.ladder(live.calls, live.order)

# %% [markdown]
# A session with extended master secret is wanted back by a hello without it. Why not simply resume?
#
# - **a** Who has such a session must offer the extension with it: here is somebody else, or somebody
#   changed the hello.
# - **b** The master secret would have the wrong length.
# - **c** A full handshake would be too expensive.
# - **d** Who leaves the extension out can't compute the keys any more.


# %% tags=["solution"]
def why_abort() -> str:
    """Return "a", "b", "c" or "d"."""
    ### BEGIN SOLUTION
    return "a"
    ### END SOLUTION


# %%
report = this.check("why_abort")
report

# %% grade="why_abort" points=1
points(report)

# %% [markdown]
# ## In your own words
#
# In an abbreviated handshake no certificate is sent and nothing is signed. How can the client know
# that it is the same server again?

# %% [markdown] explain="explain-no-certificate" points=2
# On the first visit the server proved by its certificate and signature who it is, and then both had a
# master secret that nobody else has. Whoever makes a Finished that is right today has that secret; so
# it is the server of then, or somebody it gave the secret to. Nothing new is proved: what was checked
# then is taken over.
#
# **What to look for.** 1 point: Finished (or the keys) proves that the other side has the session's
# master secret. 1 point: who that is was proved on the first visit, and is not proved again; or that
# a session should therefore not live too long.

# %% [markdown]
# An administrator says: *All our suites are ECDHE, so recordings are worth nothing to a thief.* Her
# servers have had the same ticket key for a year. What do you tell her?

# %% [markdown] explain="explain-ticket-key" points=2
# Each ticket holds the master secret of its connection, sealed by the ticket key alone, and it
# travels in the clear. Who recorded the connections and gets that key opens the tickets, has the
# master secrets, and reads everything of a year: ECDHE's forward secrecy reaches only as far as the
# ticket key is forgotten. So change it often, and delete the old ones.
#
# **What to look for.** 1 point: the ticket is on the tape and holds the master secret, so the one key
# opens recorded connections. 1 point: what helps is to replace and forget ticket keys (or to give no
# tickets).

# %% [markdown]
# **Back to** [lesson 10](../../notebooks/10_resumption.ipynb), or to the
# [map of lessons](../../notebooks/index.ipynb).
