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
# # Glossary
#
# Each term with one sentence, its Korean name, the lesson where it is met, and where to read on.
# Lessons link here where a term is first used.

# %% [markdown]
# ## Tools of cryptography
#
# | term | 한국어 | in one sentence | lesson | read on |
# |---|---|---|---|---|
# | **hash** | 해시 | A short fingerprint of any bytes; nobody has found two inputs with the same one (SHA-256). | [0x](0x_before_you_start.ipynb) | RFC 5246 §5 |
# | **MAC** | 메시지 인증 코드 | A fingerprint that only the holders of a key can make or check. | [0x](0x_before_you_start.ipynb) | RFC 5246 §6.2.3.1 |
# | **HMAC** | HMAC | A MAC made from a hash. | [06](06_key_generation.ipynb) | RFC 5246 §5 |
# | **AEAD** | 인증 암호화 (연관 데이터 포함) | Encryption that notices any change, of the ciphertext and of data beside it. | [07](07_record_protection.ipynb) | RFC 5246 §6.2.3.3 |

# %% [markdown]
# ## Keys and their uses
#
# | term | 한국어 | in one sentence | lesson | read on |
# |---|---|---|---|---|
# | **key pair** | 키 쌍 | A private key that one side keeps, and the public one that everybody may see. | [0x](0x_before_you_start.ipynb) | RFC 8422 §5.10 |
# | **signature** | 전자 서명 | Proof, checked with a public key, that the holder of the private one said these bytes. | [04](04_server_key_exchange.ipynb) | RFC 5246 §4.7 |
# | **nonce** | 논스 | A number used once with a key. | [07](07_record_protection.ipynb) | RFC 5288 §3 |
# | **forward secrecy** | 순방향 비밀성 (전방향 안전성) | A long-term key stolen later opens nothing that was recorded before. | [05](05_client_key_exchange.ipynb) | RFC 5246 App. F.1.1.2 |

# %% [markdown]
# ## The conversation
#
# | term | 한국어 | in one sentence | lesson | read on |
# |---|---|---|---|---|
# | **handshake** | 핸드셰이크 | The messages by which two sides agree on keys. | [00](00_first_handshake.ipynb) | RFC 5246 §7.3 |
# | **flight** | 플라이트 (메시지 묶음) | All that one side sends before it has to wait. | [two people](two_people.ipynb) | RFC 6347 §4.2.4 |
# | **record** | 레코드 | The envelope: type, version, length, and at most 2^14 bytes of content. | [07](07_record_protection.ipynb) | RFC 5246 §6.2.1 |
# | **alert** | 경고 (alert) | Two bytes, level and reason; a fatal one ends the connection. | [03](03_certificate.ipynb) | RFC 5246 §7.2 |
# | **peer** | 상대방 | Whoever is at the other end. | [00](00_first_handshake.ipynb) | RFC 5246 §1 |

# %% [markdown]
# ## The hellos
#
# | term | 한국어 | in one sentence | lesson | read on |
# |---|---|---|---|---|
# | **random** | 난수 (랜덤 값) | 32 bytes that each side sends, so that no two handshakes are alike. | [01](01_client_hello.ipynb) | RFC 5246 §7.4.1.2 |
# | **cipher suite** | 암호 스위트 | A name for key exchange, signature, record protection and hash together. | [02](02_server_hello.ipynb) | RFC 5246 §7.4.1.2 |
# | **extension** | 확장 | A field that was added to the hellos later: type, length, content. | [01](01_client_hello.ipynb) | RFC 5246 §7.4.1.4 |
# | **SNI** | 서버 이름 표시 | The extension in which the client says which host it wants. | [01](01_client_hello.ipynb) | RFC 6066 §3 |
# | **GREASE** | GREASE | Meaningless values that a client sends so that servers stay tolerant. | [01](01_client_hello.ipynb) | RFC 8701 |

# %% [markdown]
# ## What is agreed on
#
# | term | 한국어 | in one sentence | lesson | read on |
# |---|---|---|---|---|
# | **session ID** | 세션 ID | The server's name for a session that may be taken up again. | [02](02_server_hello.ipynb) | RFC 5246 §7.4.1.3 |
# | **group** | 그룹 (곡선) | The curve on which both sides make their key pairs. | [02](02_server_hello.ipynb) | RFC 8422 §5.1.1 |
# | **negotiation** | 협상 | One side offers lists, the other picks from them. | [02](02_server_hello.ipynb) | RFC 5246 §7.4.1.3 |
# | **ALPN** | 응용 계층 프로토콜 협상 | The extension that settles what is spoken inside. | [02](02_server_hello.ipynb) | RFC 7301 §3.1 |

# %% [markdown]
# ## Certificates
#
# | term | 한국어 | in one sentence | lesson | read on |
# |---|---|---|---|---|
# | **certificate** | 인증서 | A public key and names, signed by somebody who vouches for both. | [03](03_certificate.ipynb) | RFC 5280 §4.1 |
# | **chain** | 인증서 체인 | Certificates of which each vouches for the one before it. | [03](03_certificate.ipynb) | RFC 5246 §7.4.2 |
# | **root** | 루트 인증서 | Where belief begins: a certificate that the client has already. | [03](03_certificate.ipynb) | RFC 5280 §6.1 |
# | **intermediate** | 중간 인증서 | A certificate between root and server; the server must send it. | [03](03_certificate.ipynb) | RFC 5246 §7.4.2 |
# | **revocation** | 인증서 폐기 | Taking a certificate back before its time. | [03](03_certificate.ipynb) | RFC 5280 §3.3 |

# %% [markdown]
# ## Two ways to a secret
#
# | term | 한국어 | in one sentence | lesson | read on |
# |---|---|---|---|---|
# | **ECDHE** | 임시 타원곡선 디피-헬먼 | Both sides send a fresh public key; the secret itself never travels. | [05](05_client_key_exchange.ipynb) | RFC 8422 §2 |
# | **ephemeral key** | 임시 키 | A key pair made for one handshake and forgotten afterwards. | [04](04_server_key_exchange.ipynb) | RFC 8422 §2.2 |
# | **RSA key transport** | RSA 키 전송 | The client sends the secret, encrypted for the certificate's key. | [05](05_client_key_exchange.ipynb) | RFC 5246 §7.4.7.1 |
# | **pre-master secret** | 프리마스터 시크릿 | What both sides have after the key exchange, and nobody else. | [05](05_client_key_exchange.ipynb) | RFC 5246 §8.1 |
# | **man in the middle** | 중간자 (공격자) | One who runs a handshake with each side and carries the words across. | [04](04_server_key_exchange.ipynb) | RFC 5246 App. F.1.1 |

# %% [markdown]
# ## From secret to keys
#
# | term | 한국어 | in one sentence | lesson | read on |
# |---|---|---|---|---|
# | **PRF** | 의사난수 함수 | Stretches a secret, a label and a seed to as many bytes as asked for. | [06](06_key_generation.ipynb) | RFC 5246 §5 |
# | **label** | 레이블 | Words in a formula that keep its results apart from other uses. | [06](06_key_generation.ipynb) | RFC 5246 §5 |
# | **seed** | 시드 | What goes into the PRF beside secret and label. | [06](06_key_generation.ipynb) | RFC 5246 §5 |
# | **master secret** | 마스터 시크릿 | 48 bytes from which every key of a connection comes. | [06](06_key_generation.ipynb) | RFC 5246 §8.1 |
# | **extended master secret** | 확장 마스터 시크릿 | The master secret bound to the hash of its own handshake. | [06](06_key_generation.ipynb) | RFC 7627 §4 |

# %% [markdown]
# ## Keys of the records
#
# | term | 한국어 | in one sentence | lesson | read on |
# |---|---|---|---|---|
# | **key block** | 키 블록 | The bytes that are cut into the keys of both directions. | [06](06_key_generation.ipynb) | RFC 5246 §6.3 |
# | **session hash** | 세션 해시 | Hash of all handshake messages up to and with ClientKeyExchange. | [06](06_key_generation.ipynb) | RFC 7627 §3 |
# | **IV** | 초기화 벡터 | What goes in beside the key, so that equal texts come out different. | [07](07_record_protection.ipynb) | RFC 5246 §6.2.3.2 |
# | **ChangeCipherSpec** | ChangeCipherSpec | One byte: my next record is protected. No handshake message. | [07](07_record_protection.ipynb) | RFC 5246 §7.1 |

# %% [markdown]
# ## Inside a record
#
# | term | 한국어 | in one sentence | lesson | read on |
# |---|---|---|---|---|
# | **sequence number** | 순서 번호 | Counts the records of one direction; it is never sent. | [07](07_record_protection.ipynb) | RFC 5246 §6.1 |
# | **additional data** | 추가 인증 데이터 (AAD) | What is protected from change without being encrypted. | [07](07_record_protection.ipynb) | RFC 5246 §6.2.3.3 |
# | **padding** | 패딩 | Filling up to the block size of a CBC cipher. | [07](07_record_protection.ipynb) | RFC 5246 §6.2.3.2 |
# | **encrypt-then-MAC** | 암호화 후 MAC | The extension that turns the order of CBC suites round. | [07](07_record_protection.ipynb) | RFC 7366 |

# %% [markdown]
# ## The end of the handshake, and after
#
# | term | 한국어 | in one sentence | lesson | read on |
# |---|---|---|---|---|
# | **verify_data** | verify_data | Twelve bytes that say: we both saw the same handshake. | [08](08_finished.ipynb) | RFC 5246 §7.4.9 |
# | **transcript** | 핸드셰이크 기록 | All handshake messages so far, as they went over the wire. | [08](08_finished.ipynb) | RFC 5246 §7.4.9 |
# | **application data** | 응용(애플리케이션) 데이터 | What the two wanted to say to each other in the first place. | [09](09_application_data.ipynb) | RFC 5246 §10 |
# | **close_notify** | close_notify | The alert that says: this was all. | [09](09_application_data.ipynb) | RFC 5246 §7.2.1 |
# | **truncation** | 절단 공격 | Cutting a connection so that a part looks like the whole. | [09](09_application_data.ipynb) | RFC 5246 §7.2.1 |

# %% [markdown]
# ## Coming back
#
# | term | 한국어 | in one sentence | lesson | read on |
# |---|---|---|---|---|
# | **resumption** | 세션 재개 | Taking a session up again: new keys, no new key exchange. | [10](10_resumption.ipynb) | RFC 5246 §7.3 |
# | **session** | 세션 | What both sides keep for a resumption: suite, master secret. | [10](10_resumption.ipynb) | RFC 5246 App. B |
# | **ticket** | 세션 티켓 | A session, sealed by the server and kept by the client. | [10](10_resumption.ipynb) | RFC 5077 §3 |
# | **ticket key** | 티켓 키 | The key that opens every ticket of a server. | [10](10_resumption.ipynb) | RFC 5077 §4 |

# %% [markdown]
# ## Around it
#
# | term | 한국어 | in one sentence | lesson | read on |
# |---|---|---|---|---|
# | **signalling** | 시그널링 | How two who want to call each other find each other. | [00](00_first_handshake.ipynb) | RFC 8825 |
# | **fingerprint** | 지문 | The hash of a certificate; in an SDP it names the media's peer. | [09](09_application_data.ipynb) | RFC 8122 §5 |
# | **exporter** | 익스포터 | Keys for other uses, made from the master secret. | [two people](two_people.ipynb) | RFC 5705 §4 |
# | **key log** | 키 로그 | A file of secrets by which tools can open a recording. | [00](00_first_handshake.ipynb) | RFC 9850 |
#
# **Back to** the [index](index.ipynb).
