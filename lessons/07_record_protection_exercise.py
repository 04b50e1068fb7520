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
# # Exercise 07 · Protect a record, and open one ★★★
#
# **You need:** [lesson 07](../../notebooks/07_record_protection.ipynb).<br>
# **Time:** 75 minutes.<br>
# **RFC sections:** 5246 §6.2.3.1, §6.2.3.2, §6.2.3.3, §7.2.2; 5288 §3.
#
# You will write the two ways in which TLS 1.2 protects records, AES-GCM and CBC with a MAC, in both
# directions. Then each record of a talk with OpenSSL goes through your functions.

# %%
import hmac

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tlskit import show
from tlskit.exercises import exercise, points

this = exercise("07_record_protection")

# %% [markdown]
# ## 1 · Additional data, worked ★
#
# What both ways authenticate beside the content. It is not encrypted, and no copy of it is sent:
# each side makes it for itself (§6.2.3.3):
#
#     additional_data = seq_num + type + version + length
#
# 8 + 1 + 2 + 2 bytes, the highest byte first. The length is the content's own, before protection.
# This one is done; read it, and use it below.


# %%
def additional_data(sequence_number: int, content_type: int, version: int, length: int) -> bytes:
    """Return the 13 bytes that are authenticated with a record's content (RFC 5246 §6.2.3.3)."""
    number = sequence_number.to_bytes(8, "big")
    return number + bytes([content_type]) + version.to_bytes(2, "big") + length.to_bytes(2, "big")


additional_data(258, 23, 0x0303, 6).hex(" ")

# %% [markdown]
# ### Which rule?
#
# Somebody on the way lets the same record arrive twice. The second time the receiver makes other
# additional data, so the tag does not fit. Which of the four fields is another one? Return the letter.
#
# - **a** the sequence number
# - **b** the content type
# - **c** the version
# - **d** the length


# %% tags=["solution"]
def which_field() -> str:
    """Return "a", "b", "c" or "d"."""
    ### BEGIN SOLUTION
    return "a"
    ### END SOLUTION


# %%
report = this.check("which_field")
report

# %% grade="which_field" points=1
points(report)

# %% [markdown]
# ## 2 · Protect with AES-GCM, its last two lines ★
#
# The **fragment** is what stands behind a record's header (RFC 5288 §3):
#
#     fragment = explicit nonce (8) + ciphertext + tag (16)
#     nonce    = salt (4, from the key block) + explicit nonce (8)
#
# `AESGCM(key).encrypt(nonce, content, associated)` returns ciphertext and tag together; `associated`
# is the additional data. For the explicit nonce we take the sequence number: no number comes twice
# under one key. The version of TLS 1.2 is `0x0303`.
#
# Two lines are missing.

# %% [markdown]
# <details><summary>Hint 1: where to look</summary>
#
# Lesson 07, *Open it yourself*: the same parts, taken apart there.
#
# <details><summary>Hint 2: the shape</summary>
#
# One line makes the additional data with the function above; the other one puts what travels in the
# clear before what `cipher.encrypt(...)` returns.
#
# </details></details>


# %% tags=["solution"]
def my_protect_gcm(
    key: bytes, salt: bytes, sequence_number: int, content_type: int, content: bytes
) -> bytes:
    """Return the protected fragment of a record (RFC 5288 §3)."""
    explicit_nonce = sequence_number.to_bytes(8, "big")
    cipher = AESGCM(key)
    ### BEGIN SOLUTION
    associated = additional_data(sequence_number, content_type, 0x0303, len(content))
    return explicit_nonce + cipher.encrypt(salt + explicit_nonce, content, associated)
    ### END SOLUTION


# %%
report = this.check("my_protect_gcm")
report

# %% grade="my_protect_gcm" points=3
points(report)

# %% [markdown]
# And now for OpenSSL. Your function protects what our server and then our client send: Finished, and
# three records more.

# %%
live = this.live("my_protect_gcm")
live

# %%
show.ladder(live.calls, live.order)

# %% [markdown]
# ### Which rule?
#
# A sender uses one explicit nonce for two records, with the same key. What is bad about it?
#
# - **a** The nonce is no longer a secret.
# - **b** The salt is used up.
# - **c** The tag becomes shorter.
# - **d** Both are encrypted with the same key stream, so the two ciphertexts together tell about
#   both contents.


# %% tags=["solution"]
def why_never_twice() -> str:
    """Return "a", "b", "c" or "d"."""
    ### BEGIN SOLUTION
    return "d"
    ### END SOLUTION


# %%
report = this.check("why_never_twice")
report

# %% grade="why_never_twice" points=1
points(report)

# %% [markdown]
# ## 3 · Open with AES-GCM ★★
#
# The other direction, and you write all of it. `version` and `content_type` are those of the record's
# header, `sequence_number` is the receiver's own count. Return the content; whatever is wrong, return
# `None`, and let no error out: the caller makes the alert `bad_record_mac` of it (§7.2.2).
#
# Fragments come from a network: they may be of any length, 0 included. A content may be empty too.
#
# `AESGCM(key).decrypt(nonce, sealed, associated)` wants the tag behind the ciphertext, and raises
# `InvalidTag` if anything does not fit.

# %% [markdown]
# <details><summary>Hint 1: where to look</summary>
#
# The picture of a fragment in task 2: what stands where, and which of it goes to `decrypt`?
#
# <details><summary>Hint 2: the shape</summary>
#
# First the length, then cut, then `try:` with `return` inside, `except InvalidTag:`.
#
# </details></details>


# %% tags=["solution", "long"]
def my_unprotect_gcm(
    key: bytes,
    salt: bytes,
    sequence_number: int,
    content_type: int,
    version: int,
    fragment: bytes,
) -> bytes | None:
    """Return the content of a protected fragment, None if it does not open (RFC 5246 §7.2.2)."""
    ### BEGIN SOLUTION
    length = len(fragment) - 8 - 16
    if length < 0:
        return None
    explicit_nonce, sealed = fragment[:8], fragment[8:]
    associated = additional_data(sequence_number, content_type, version, length)
    try:
        return AESGCM(key).decrypt(salt + explicit_nonce, sealed, associated)
    except InvalidTag:
        return None
    ### END SOLUTION


# %% [markdown]
# The check has records that are in order, and many that are not. Some were sealed by somebody who made
# a mistake: if your function opens such a one, the mistake has a name.

# %%
report = this.check("my_unprotect_gcm")
report

# %% grade="my_unprotect_gcm" points=5
points(report)

# %% [markdown]
# Now OpenSSL's records. At the end one of them arrives a second time.

# %%
live = this.live("my_unprotect_gcm")
live

# %% [markdown]
# ### Which rule?
#
# A receiver takes the sequence number from the explicit nonce, since our sender writes it there. What
# gets past it?
#
# - **a** A record of the server's, sent back to the server.
# - **b** A record that arrives a second time.
# - **c** A record with a bit of its ciphertext changed.
# - **d** A record whose content type was changed.


# %% tags=["solution"]
def which_attack() -> str:
    """Return "a", "b", "c" or "d"."""
    ### BEGIN SOLUTION
    return "b"
    ### END SOLUTION


# %%
report = this.check("which_attack")
report

# %% grade="which_attack" points=1
points(report)

# %% [markdown]
# ## 4 · Protect with CBC, lines to order ★★
#
# Older suites, as ECDHE-RSA-AES128-SHA256, make a MAC first and encrypt then (§6.2.3.1, §6.2.3.2):
#
#     MAC      = HMAC(MAC_write_key, additional_data + content)
#     fragment = IV (16) + AES-CBC(content + MAC + padding)
#
# The **padding** fills the last block of 16 bytes. Its last byte, `padding_length`, is how many bytes
# of padding stand *before* it, and each of those has that value too. One byte at least is always
# there. Please make it as short as it can be.
#
# Each record has an IV of its own, drawn at random; here it is an argument.

# %% [markdown]
# These lines are right, and in no order. Each is needed once.
#
#     plaintext += bytes([padding_length]) * (padding_length + 1)
#     return iv + aes.update(plaintext) + aes.finalize()
#     mac = hmac.digest(mac_key, header + content, hash_name)
#     padding_length = 15 - len(plaintext) % 16
#     aes = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
#     header = additional_data(sequence_number, content_type, 0x0303, len(content))
#     plaintext = content + mac
#
# <details><summary>A hint</summary>
#
# Each line uses names that another one makes. Which line needs nothing but the arguments?
#
# </details>


# %% tags=["solution", "long"]
def my_protect_cbc(
    hash_name: str,
    mac_key: bytes,
    key: bytes,
    iv: bytes,
    sequence_number: int,
    content_type: int,
    content: bytes,
) -> bytes:
    """Return the protected fragment: IV and AES-CBC(content + MAC + padding) (RFC 5246 §6.2.3.2).

    hash_name is "sha1", "sha256" or "sha384".
    """
    ### BEGIN SOLUTION
    header = additional_data(sequence_number, content_type, 0x0303, len(content))
    mac = hmac.digest(mac_key, header + content, hash_name)
    plaintext = content + mac
    padding_length = 15 - len(plaintext) % 16
    plaintext += bytes([padding_length]) * (padding_length + 1)
    aes = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    return iv + aes.update(plaintext) + aes.finalize()
    ### END SOLUTION


# %%
report = this.check("my_protect_cbc")
report

# %% grade="my_protect_cbc" points=4
points(report)

# %%
live = this.live("my_protect_cbc")
live

# %% [markdown]
# ### Which rule?
#
# What would go wrong if every record had the same IV?
#
# - **a** Whoever sees the IV could read the content.
# - **b** Records could be replayed.
# - **c** Records that begin with the same block would begin with the same ciphertext, and a listener
#   would see that.
# - **d** The padding would show how long the content is.


# %% tags=["solution"]
def why_a_new_iv() -> str:
    """Return "a", "b", "c" or "d"."""
    ### BEGIN SOLUTION
    return "c"
    ### END SOLUTION


# %%
report = this.check("why_a_new_iv")
report

# %% grade="why_a_new_iv" points=1
points(report)

# %% [markdown]
# ## 5 · Open with CBC ★★★
#
# The hardest function of the course, though it is short. The answer is the content, or `None` for
# whatever is wrong: length, padding or MAC. Beware:
#
# - A sender may put more padding than needed: padding_length is anything from 0 to 255 (§6.2.3.2).
# - The MAC does not cover the padding, and the receiver MUST check it: each of its bytes.
# - The length in the additional data is the content's, and you know it only when padding and MAC
#   are off.
# - A fragment may be too short for an IV, a MAC and one byte of padding, or have no whole blocks.

# %% [markdown]
# Compare secrets with `hmac.compare_digest(a, b)`: `==` stops at the first byte that differs, so its
# time tells how many were right. And a wrong padding MUST take essentially as long as a wrong MAC; the
# best way is to compute the MAC all the same (§6.2.3.2). No value shows how long something took, so the
# check can't see it. Attackers can.
#
# <details><summary>A hint</summary>
#
# `size = plaintext[-1] + 1` bytes come off first, if they are all alike and enough is left; then the
# MAC, which has `hmac.new(mac_key, b"", hash_name).digest_size` bytes.
#
# </details>


# %% tags=["solution", "long"]
def my_unprotect_cbc(
    hash_name: str,
    mac_key: bytes,
    key: bytes,
    sequence_number: int,
    content_type: int,
    version: int,
    fragment: bytes,
) -> bytes | None:
    """Return the content of a protected fragment, None for whatever is wrong (RFC 5246 §7.2.2)."""
    ### BEGIN SOLUTION
    mac_size = hmac.new(mac_key, b"", hash_name).digest_size
    if len(fragment) <= 16 + mac_size or len(fragment) % 16:
        return None
    aes = Cipher(algorithms.AES(key), modes.CBC(fragment[:16])).decryptor()
    plaintext = aes.update(fragment[16:]) + aes.finalize()
    size = plaintext[-1] + 1
    good = size + mac_size <= len(plaintext)
    good = good and hmac.compare_digest(plaintext[-size:], plaintext[-1:] * size)
    inner = plaintext[:-size] if good else plaintext[:-1]
    content, mac = inner[:-mac_size], inner[-mac_size:]
    header = additional_data(sequence_number, content_type, version, len(content))
    right = hmac.digest(mac_key, header + content, hash_name)
    return content if hmac.compare_digest(mac, right) and good else None
    ### END SOLUTION


# %%
report = this.check("my_unprotect_cbc")
report

# %% grade="my_unprotect_cbc" points=6
points(report)

# %%
live = this.live("my_unprotect_cbc")
live

# %%
show.ladder(live.calls, live.order)

# %% [markdown]
# ### Which rule?
#
# A wrong padding and a wrong MAC end in the same alert (§6.2.3.2, §7.2.2). Why may it not tell which
# it was?
#
# - **a** An alert that tells more is longer, and slower.
# - **b** Whoever may try records, and is told when the padding fits, finds the content out byte by
#   byte.
# - **c** The write key could be computed from the answer.
# - **d** The connection could go on after one of the two.


# %% tags=["solution"]
def why_one_answer() -> str:
    """Return "a", "b", "c" or "d"."""
    ### BEGIN SOLUTION
    return "b"
    ### END SOLUTION


# %%
report = this.check("why_one_answer")
report

# %% grade="why_one_answer" points=1
points(report)

# %% [markdown]
# ## In your own words
#
# A friend says: what is encrypted, nobody can change. Imagine CBC without a MAC, and somebody on the
# way who flips one bit of a record's IV. What does the receiver read, and what stops this in TLS?

# %% [markdown] explain="explain-bit-flip" points=2
# The first block is decrypted and then XORed with the IV, so the same bit of the content is flipped, and
# nothing else: who knows or guesses the content can put another one there. Encryption alone does not
# notice. The MAC (or GCM's tag) covers the content, and no longer fits.
#
# **What to look for.** 1 point: the content changes, and changes as the attacker wants (the same bit of
# the first block). 1 point: it is the MAC or tag that notices, a second thing beside encryption.

# %% [markdown]
# Everything is protected now. Somebody records every packet of your video call's signalling, and has no
# key. What does she still learn?

# %% [markdown] explain="explain-what-shows" points=2
# Each record's header is in the clear: its type, its version and its length. With GCM the length is the
# content's plus 24, to the byte; with CBC it is hidden within a block. She also sees who talks to whom,
# when, how often, in which direction, and when it ends.
#
# **What to look for.** 1 point: the lengths (of whole records or messages). 1 point: something else that
# shows, as the content type, the times, the addresses, the number of records.

# %% [markdown]
# **Back to** [lesson 07](../../notebooks/07_record_protection.ipynb). **Next:**
# [exercise 08](../08_finished/08_finished.ipynb), whose message is the first that your functions
# protected here.
