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
# # Exercise 03 · Certificate ★★★
#
# **You need:** [lesson 03](../../notebooks/03_certificate.ipynb).<br>
# **Time:** 75 minutes.<br>
# **RFC sections:** 5246 §7.2.2, §7.4.2; 5280 §4.1.2.5, §4.2.1, §6.1; 9525 §6.3.
#
# You will write the verifier of a client: dates, names, the right to sign, and at last the whole
# chain. The `cryptography` library decodes certificates and checks single signatures; *what* must
# be asked, you decide. Then your client meets OpenSSL's servers, good ones and bad ones.

# %%
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from tlskit import show
from tlskit.exercises import exercise, points
from tlskit.labs import certificate_chains as lab

this = exercise("03_certificate")

# %% [markdown]
# ## 1 · Is it valid now? ★ (worked)
#
# A certificate is valid from its first second to its last, both included (RFC 5280 §4.1.2.5), in
# UTC. In this exercise certificates are bytes (DER), a time is a text like
# `2026-08-01T23:59:59+00:00`, and a verifier returns the name of the alert, or an empty text if all
# is well. Here is the whole function.


# %%
def valid_now(certificate: bytes, now: str) -> str:
    """Return "certificate_expired", or "" for a certificate that is valid now."""
    one = x509.load_der_x509_certificate(certificate)
    moment = datetime.fromisoformat(now)
    if one.not_valid_before_utc <= moment <= one.not_valid_after_utc:
        return ""
    return "certificate_expired"


# %% [markdown]
# It ends on 1 August 2026, one second before midnight in UTC. In Seoul it is 2 August then, one
# second before nine in the morning: the first of these two times is the last good one.

# %%
leaf = lab.dated_chain()[0]
valid_now(leaf, "2026-08-02T08:59:59+09:00"), valid_now(leaf, "2026-08-02T09:00:00+09:00")

# %% [markdown]
# A laptop's battery was empty, and its clock says 2001. Its browser now refuses every server with
# `certificate_expired`. Why? Return the letter.
#
# - **a** The certificates of 2001 have long run out.
# - **b** The server compares the client's clock with its own.
# - **c** A signature can't be checked while the clock is wrong.
# - **d** A certificate whose first day is still to come is refused with the same alert.


# %% tags=["solution"]
def why_too_early() -> str:
    """Return "a", "b", "c" or "d"."""
    ### BEGIN SOLUTION
    return "d"
    ### END SOLUTION


# %%
report = this.check("why_too_early")
report

# %% grade="why_too_early" points=1
points(report)

# %% [markdown]
# ## 2 · Does this name stand for the host? ★ (one line missing)
#
# The rule (RFC 9525 §6.3), as in lesson 03:
#
# - capitals don't matter;
# - a name stands for itself, not for others below it;
# - `*`, if it is the whole first label, stands for exactly one label.
#
# The first two lines are there. The last one is yours. (`"a.b.c".partition(".")` is
# `("a", ".", "b.c")`.)

# %% [markdown]
# <details><summary>Hint 1: where to look</summary>
#
# Lesson 03, task 2. There are two ways in which a pattern can stand for a host; either will do.
#
# <details><summary>Hint 2: the shape</summary>
#
# `return ... or (... and ...)`. What must be in front of the first dot, and what behind it?
#
# <details><summary>Hint 3: its beginning</summary>
#
# `return pattern == host or ...`
#
# </details></details></details>


# %% tags=["solution"]
def my_name_matches(pattern: str, host: str) -> bool:
    """Tell whether a certificate's name stands for the host (RFC 9525 §6.3)."""
    pattern, host = pattern.lower(), host.lower()
    first, _, rest = pattern.partition(".")
    ### BEGIN SOLUTION
    return pattern == host or (first == "*" and host.partition(".")[2] == rest)
    ### END SOLUTION


# %%
report = this.check("my_name_matches")
report

# %% grade="my_name_matches" points=3
points(report)

# %% [markdown]
# Now a client that checks *nothing but* names, by your function, meets OpenSSL as nine servers:
# three with a name that stands for our host, six with another.

# %%
live = this.live("my_name_matches")
live

# %%
show.ladder(live.calls, live.order)

# %% [markdown]
# Why does `*` stand for one label only?
#
# - **a** Comparing more dots would take too much time.
# - **b** So that one certificate does not speak for every name below, however deep.
# - **c** A host name has three labels at most.
# - **d** Otherwise a certificate could list one name only.


# %% tags=["solution"]
def why_one_label() -> str:
    """Return "a", "b", "c" or "d"."""
    ### BEGIN SOLUTION
    return "b"
    ### END SOLUTION


# %%
report = this.check("why_one_label")
report

# %% grade="why_one_label" points=1
points(report)

# %% [markdown]
# ## 3 · May it sign certificates? ★★
#
# Not every key may sign certificates. Three questions (RFC 5280 §6.1.4), all answered by
# extensions:
#
# - *basicConstraints* (RFC 5280 §4.2.1.9): does it say that this is a CA's? Without the extension
#   it is not.
# - *keyUsage* (RFC 5280 §4.2.1.3): **if** the extension is there, is the bit for signing
#   certificates set?
# - the *path length* in basicConstraints: a limit on how many CAs may stand below this one, or no
#   limit. The leaf is not counted.
#
# `below` is how many CAs do stand below it in this chain.
#
# For one extension ask `one.extensions.get_extension_for_class(x509.BasicConstraints).value`. If it
# is not there, that raises `x509.ExtensionNotFound`. The fields are `ca`, `path_length` (a number or
# `None`) and, for `x509.KeyUsage`, `key_cert_sign`.

# %% [markdown]
# <details><summary>Hint 1: where to look</summary>
#
# The three questions do not depend on each other. Take them one by one: a no to any of them is a
# no.
#
# <details><summary>Hint 2: the shape</summary>
#
# Two times `try … except x509.ExtensionNotFound`: what does the absence mean for the one, and what
# for the other? For the length: `None` is not 0.
#
# <details><summary>Hint 3: the first lines</summary>
#
# `one = x509.load_der_x509_certificate(certificate)`, and then
# `extensions = one.extensions`
#
# </details></details></details>


# %% tags=["solution", "long"]
def my_may_sign(certificate: bytes, below: int) -> bool:
    """Tell whether it may sign, with so many CAs below it (RFC 5280 §6.1.4 (k) to (n))."""
    ### BEGIN SOLUTION
    extensions = x509.load_der_x509_certificate(certificate).extensions
    try:
        basic = extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound:
        return False
    try:
        signs = extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign
    except x509.ExtensionNotFound:
        signs = True
    room = basic.path_length is None or below <= basic.path_length
    return basic.ca and signs and room
    ### END SOLUTION


# %%
report = this.check("my_may_sign")
report

# %% grade="my_may_sign" points=3
points(report)

# %% [markdown]
# A client walks to its root, checks the signatures, and asks your function about each signer. It
# meets OpenSSL with a sound chain, and with four in which somebody signed who may not.

# %%
live = this.live("my_may_sign")
live

# %% [markdown]
# The owner of `www.course.example` has an honest certificate and its key. With this key he signs a
# certificate for *your* host, and sends both. What stops him?
#
# - **a** His own certificate does not say that it is one of a CA.
# - **b** The key of a leaf can't make signatures.
# - **c** The name in his own certificate is not his.
# - **d** The signature on the certificate for your host does not fit his key.


# %% tags=["solution"]
def why_ca_flag() -> str:
    """Return "a", "b", "c" or "d"."""
    ### BEGIN SOLUTION
    return "a"
    ### END SOLUTION


# %%
report = this.check("why_ca_flag")
report

# %% grade="why_ca_flag" points=1
points(report)

# %% [markdown]
# ## 4 · The whole chain ★★★
#
# Now all of it. `chain` is what the server sent, the leaf first. `roots` are yours. Return the alert
# for the first fault, in this order:
#
# | what is wrong | alert |
# |---|---|
# | bytes that are no certificate | `bad_certificate` |
# | nobody there has the issuer's name | `unknown_ca` |
# | somebody has it, and the signature is not his | `bad_certificate` |
# | a certificate of the path is not valid now | `certificate_expired` |
# | a signer who may not sign | `unknown_ca` |
# | a leaf made for others than servers | `unsupported_certificate` |
# | no name of the leaf is the host's | `bad_certificate` |
#
# (For the last three RFC 5246 §7.2.2 has no alert of their own; these are what OpenSSL sends, too.)

# %% [markdown]
# Where the table is silent:
#
# - **The walk.** Start at the leaf; look for each issuer among all that was sent *and* your roots;
#   stop at a root of yours. Many servers send disorder and strays (RFC 5246 §7.4.2 forbids it), and
#   clients take it (RFC 9846 §4.5.1.3).
# - **A namesake** of a root is the third row. (Our own client compares key identifiers too, and says
#   `unknown_ca`.)
# - **The path** is what you walked, root included. Strays don't count, but bytes that are no
#   certificate do, wherever they stand.
# - **Made for servers** (RFC 5280 §4.2.1.12): *extended key usage* lists
#   `ExtendedKeyUsageOID.SERVER_AUTH`, or is not there at all.
# - **Names** stand in the extension *subjectAltName*. The common name does not count (RFC 9525 §2).

# %% [markdown]
# What the library has for you:
#
# - `child.verify_directly_issued_by(issuer)` raises `InvalidSignature` for a signature by another
#   key, and `ValueError` for another name, or a key of another kind;
# - `x509.load_der_x509_certificate(data)` raises `ValueError` for bytes that are none;
# - `one.subject == other.issuer`, and `one in some_list`, work;
# - `names.get_values_for_type(x509.DNSName)`, where `names` is the value of
#   `x509.SubjectAlternativeName`;
# - `one.public_bytes(Encoding.DER)` are the bytes of a decoded certificate.
#
# You may call what you wrote above, and `valid_now`. Not written yet? `pattern == host` earns all
# parts but one, and so does the question for `ca` alone.

# %% [markdown]
# <details><summary>Hint 1: where to look</summary>
#
# Write a function for the walk first, and give it back to yourself as a list: the path. All later
# questions are about that list. (A cell may hold several functions.)
#
# <details><summary>Hint 2: the shape</summary>
#
# The walk: `while path[-1] not in ours:`. Collect those with the issuer's name that are not in the
# path yet; of these take one whose key made the signature. Then four questions with `if`, in the
# table's order.
#
# <details><summary>Hint 3: the first lines</summary>
#
# `def signed_by(child, issuer): ...` with `try` and `except (InvalidSignature, ValueError)`. And for
# signers: `for below, signer in enumerate(path[1:])`.
#
# </details></details></details>


# %% tags=["solution", "long"]
def my_verify_chain(chain: list[bytes], host: str, now: str, roots: list[bytes]) -> str:
    """Return the name of the alert for the first fault, "" for a chain to be believed."""
    ### BEGIN SOLUTION
    try:
        sent = [x509.load_der_x509_certificate(one) for one in chain]
    except ValueError:
        return "bad_certificate"
    ours = [x509.load_der_x509_certificate(one) for one in roots]
    path = [sent[0]]
    while path[-1] not in ours:
        named = [one for one in sent + ours if one.subject == path[-1].issuer]
        named = [one for one in named if one not in path]
        signers = [one for one in named if signed_by(path[-1], one)]
        if not signers:
            return "bad_certificate" if named else "unknown_ca"
        path.append(signers[0])
    return asked_of_path([one.public_bytes(Encoding.DER) for one in path], host, now)


def signed_by(child, issuer):
    try:
        child.verify_directly_issued_by(issuer)
    except (InvalidSignature, ValueError):
        return False
    return True


def asked_of_path(path, host, now):
    if any(valid_now(one, now) for one in path):
        return "certificate_expired"
    if not all(my_may_sign(signer, below) for below, signer in enumerate(path[1:])):
        return "unknown_ca"
    usage = extension(path[0], x509.ExtendedKeyUsage)
    if usage is not None and ExtendedKeyUsageOID.SERVER_AUTH not in usage:
        return "unsupported_certificate"
    found = extension(path[0], x509.SubjectAlternativeName)
    names = found.get_values_for_type(x509.DNSName) if found else []
    return "" if any(my_name_matches(name, host) for name in names) else "bad_certificate"


def extension(certificate, kind):
    extensions = x509.load_der_x509_certificate(certificate).extensions
    try:
        return extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
    ### END SOLUTION


# %%
report = this.check("my_verify_chain")
report

# %% grade="my_verify_chain" points=6
points(report)

# %% [markdown]
# Now yours is the verifier of our client, and OpenSSL is a good server, and then twelve bad ones.

# %%
live = this.live("my_verify_chain")
live

# %%
show.ladder(live.calls, live.order)

# %% [markdown]
# Somebody makes a root, an intermediate and a leaf with your host's name, all with good dates and
# flags, and sends all three. Which of your questions finds it?
#
# - **a** Whether each is valid now.
# - **b** Whether the leaf has the host's name.
# - **c** Whether the walk ends at a root that you had before.
# - **d** Whether each signature is its issuer's.


# %% tags=["solution"]
def which_check_finds_it() -> str:
    """Return "a", "b", "c" or "d"."""
    ### BEGIN SOLUTION
    return "c"
    ### END SOLUTION


# %%
report = this.check("which_check_finds_it")
report

# %% grade="which_check_finds_it" points=1
points(report)

# %% [markdown]
# ## In your own words
#
# A colleague's program can't connect to a test server. He writes a verifier that returns an empty
# text for everything, and the error is gone; the data is still encrypted, he says. What do you tell
# him?

# %% [markdown] explain="explain-padlock" points=2
# It is encrypted for whoever answered. Without the check anybody on the way can answer in the
# server's place, with a certificate of his own, and read and change all that is said; neither side
# notices. For a test server, give the client the test server's root, and leave the check on.
#
# **What to look for.** 1 point: encryption alone does not say who is at the other end, so somebody
# in the middle reads along. 1 point: what to do instead (trust that one root or certificate), or that
# the program will meet more than the test server one day.

# %% [markdown]
# Your verifier looks at names, dates and rights only *after* the walk and its signatures. Why in
# this order? What would a date be worth before?

# %% [markdown] explain="explain-order" points=2
# All that stands in a certificate is only a claim until the signatures lead to a key that I trusted
# before: whoever made it up can write any date, name or flag. Once the path is signed up to my root,
# each field is the word of somebody I believe, and it is worth looking at.
#
# **What to look for.** 1 point: fields of a certificate that is not proven are the sender's words
# alone. 1 point: the signatures, up to a root that the client had before, are what makes them
# somebody's word.

# %% [markdown]
# **Back to** [lesson 03](../../notebooks/03_certificate.ipynb). **Next:**
# [exercise 04](../04_server_key_exchange/04_server_key_exchange.ipynb).
