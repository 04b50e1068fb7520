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
# # Build the TLS handshake with your own hands
#
# A browser opens `wss://signal.course.example/`. Before a word of it can pass, the two ends shake
# hands. In these notebooks you make that happen, step by step, and OpenSSL judges what you made.
#
# New here? Open [00 · The first handshake](00_first_handshake.ipynb): 25 minutes, nothing to write.
# Shift + Enter runs a cell.

# %% [markdown]
# ## The lessons
#
# | | lesson | minutes | you need |
# |---|---|---|---|
# | 0x | [Before you start](0x_before_you_start.ipynb) (optional) | 20 | a little Python |
# | 00 | [The first handshake](00_first_handshake.ipynb) | 25 | a little Python |
# | 01 | [ClientHello](01_client_hello.ipynb) | 30 | 00 |
# | 02 | [ServerHello](02_server_hello.ipynb) | 30 | 01 |
# | 03 | [Certificate](03_certificate.ipynb) | 30 | 02 |
# | 04 | [ServerKeyExchange, ServerHelloDone](04_server_key_exchange.ipynb) | 30 | 03 |
# | 05 | [ClientKeyExchange](05_client_key_exchange.ipynb) | 30 | 04 |
# | 06 | [Key generation](06_key_generation.ipynb) | 30 | 05 |
# | 07 | [ChangeCipherSpec, record protection](07_record_protection.ipynb) | 30 | 06 |
# | 08 | [Finished](08_finished.ipynb) | 30 | 07 |
# | 09 | [Application data](09_application_data.ipynb) | 30 | 08 |
# | 10 | [Resumption](10_resumption.ipynb) | 30 | 09 |
# | 11, 12 | TLS 1.3: still to come | | |
# | 13 | [Real peers](13_real_peers.ipynb) | 30 | 05, 09 |

# %% [markdown]
# Each lesson starts from recorded bytes, so nothing stops you from opening any of them first; the
# last column says what it takes for granted. Minutes are for the core: what is marked *optional*
# and the stretch task at the end come on top.
#
# ## Between the lessons
#
# | when | notebook | minutes |
# |---|---|---|
# | before 00 | [Before the course: twelve questions](before_course.ipynb) | 8 |
# | after 05 | [Diagnose this handshake](05_diagnose_this.ipynb) | 10 |
# | after 08 | [Diagnose this handshake](08_diagnose_this.ipynb) | 10 |
# | after 10 | [Diagnose this handshake](10_diagnose_this.ipynb) | 10 |
# | after 10 | [After the course: the same ideas again](after_course.ipynb) | 10 |
# | at the end | [Capstone: a TLS 1.2 client of your own](capstone.ipynb) | 60 |
# | any time after 00 | [Two people, one handshake](two_people.ipynb) | 30 |
# | any time | [Glossary](glossary.ipynb), English and Korean | |

# %% [markdown]
# ## Exercises
#
# Here you write the functions; a check names your mistake, and OpenSSL says whether it will do.
#
# | exercise | minutes |
# |---|---|
# | [00 The first step](../exercises/00_first_step/00_first_step.ipynb) | 15 |
# | [01 ClientHello](../exercises/01_client_hello/01_client_hello.ipynb) | 60 |
# | [02 ServerHello](../exercises/02_server_hello/02_server_hello.ipynb) | 45 |
# | [03 Certificates](../exercises/03_certificate/03_certificate.ipynb) | 75 |
# | [04 ServerKeyExchange](../exercises/04_server_key_exchange/04_server_key_exchange.ipynb) | 75 |
# | [05 ClientKeyExchange](../exercises/05_client_key_exchange/05_client_key_exchange.ipynb) | 60 |
# | [06 Key generation](../exercises/06_key_generation/06_key_generation.ipynb) | 60 |
# | [07 Record protection](../exercises/07_record_protection/07_record_protection.ipynb) | 75 |
# | [08 Finished](../exercises/08_finished/08_finished.ipynb) | 60 |
# | [09 Capstone](../exercises/09_capstone/09_capstone.ipynb) | 180 |
# | [10 Resumption](../exercises/10_resumption/10_resumption.ipynb) | 60 |
#
# Points are for a class; nobody counts them here.

# %% [markdown]
# ## Three paths
#
# **One hour.** [00](00_first_handshake.ipynb), then
# [05](05_client_key_exchange.ipynb): where the secret comes from, which is what most write-ups mix
# up.
#
# **One day.** [00](00_first_handshake.ipynb), [02](02_server_hello.ipynb),
# [03](03_certificate.ipynb), [04](04_server_key_exchange.ipynb),
# [05](05_client_key_exchange.ipynb), [06](06_key_generation.ipynb), [08](08_finished.ipynb),
# [two people](two_people.ipynb), [08 diagnosed](08_diagnose_this.ipynb).
#
# **The whole course.** All in order, with exercise and diagnoses where the tables have them; half an
# hour a day makes three weeks. Hash, signature or Diffie-Hellman are only words to you? Then
# [before you start](0x_before_you_start.ipynb) first.

# %% [markdown]
# ## Where each lesson is in the handshake
#
# ServerHello is lesson 02, ServerKeyExchange and ServerHelloDone are 04, and so on: follow the
# numbers in the circles. Lesson 10 is about the handshake that leaves half of it out.

# %%
from tlskit import show
from tlskit.checkpoints import recording

show.ladder(recording().calls, recording().order)

# %% [markdown]
# ## Good to know
#
# - Your copies are yours: nothing overwrites what you wrote. `python3 course.py fresh
#   notebooks/08_finished` lays a clean copy, and keeps the old one beside it.
# - `solutions/lessons/` has every lesson with predictions and tasks filled in.
# - `python3 course.py test` runs every test of the course.
# - For learning, never for protecting data: every secret is on the page, and the course's keys are
#   public.
